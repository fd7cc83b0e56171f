/** The wire between edge and cloud: what a guidance request and its answer say, and how errors look. */
package io.gkt.protocol;
