/** Models of well-known shapes with random weights: as fast as the trained ones, and made on the spot. */
package io.gkt.benchmark.shape;
