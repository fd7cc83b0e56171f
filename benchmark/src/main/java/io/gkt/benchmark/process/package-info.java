/** The services as a benchmark sees them: processes of their own, started from their jars. */
package io.gkt.benchmark.process;
