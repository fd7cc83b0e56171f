/**
 * The command line that verifies checkpoints and tokenizers, shows what guidance does to an answer, and measures how
 * many answers of a dataset it makes right and at what cost.
 */
package io.gkt.evaluation;
