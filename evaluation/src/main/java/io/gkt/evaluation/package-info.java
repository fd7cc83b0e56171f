/** The command line that verifies checkpoints and tokenizers and shows what guidance does to an answer. */
package io.gkt.evaluation;
