/** Measures what the services cost around their models. */
package io.gkt.benchmark.service;
