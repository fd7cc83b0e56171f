/** Runs many requests as rows of one batch: admission, deadlines, cancelling, and the steps of the model. */
package io.gkt.teacher.batching;
