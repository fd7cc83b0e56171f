/** Load for a running teacher: who asks, what is asked, and when. */
package io.gkt.benchmark.load;
