/** What goes wrong between two services, on purpose. Knows nothing but the JDK: tests use it as well. */
package io.gkt.benchmark.fault;
