/** The guidance endpoint: from HTTP to the batch and back, whole or piece by piece. */
package io.gkt.teacher.guidance;
