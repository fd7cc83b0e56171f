/** Asks the running services the questions of a dataset and measures how right, quick and costly the answers are. */
package io.gkt.evaluation.accuracy;
