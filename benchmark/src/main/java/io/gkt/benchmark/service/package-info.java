/** Measures what the services cost around their models, and whether they stay well in the long run. */
package io.gkt.benchmark.service;
