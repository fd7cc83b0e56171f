/** Whether the services stay as they are under load, for long, and whatever goes wrong. */
package io.gkt.benchmark.soak;
