/** Starts a service: prints its help, or checks its settings before anything is built from them. */
package io.gkt.service.start;
