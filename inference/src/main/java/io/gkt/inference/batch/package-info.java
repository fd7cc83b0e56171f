/** What sequences that run as rows of one batch cost, as measured, and when they will be done. */
package io.gkt.inference.batch;
