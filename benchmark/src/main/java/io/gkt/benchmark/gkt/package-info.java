/** The paper's question: how long many answers take with guidance, and by the teacher alone. Measured, then simulated. */
package io.gkt.benchmark.gkt;
