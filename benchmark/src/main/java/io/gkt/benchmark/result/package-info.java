/** What measurements come to: percentiles, and tables to be pasted into the documentation. */
package io.gkt.benchmark.result;
