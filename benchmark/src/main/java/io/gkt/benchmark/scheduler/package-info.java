/** Compares ways to make batches of requests that come at random times. */
package io.gkt.benchmark.scheduler;
