/** The edge: serves OpenAI's endpoints with a small model that lets a teacher begin its answers. */
package io.gkt.student;
