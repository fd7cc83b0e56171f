/** Accuracy and cost over lengths of guidance, run by run. */
package io.gkt.evaluation.sweep;
