/** OpenAI's endpoints: what clients send, what they get, and how it streams. */
package io.gkt.student.openai;
