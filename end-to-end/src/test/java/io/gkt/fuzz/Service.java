package io.gkt.fuzz;

import io.gkt.endtoend.Description;
import java.net.URI;

/**
 * A running service as its clients know it.
 *
 * @param name        in reports
 * @param url         without a path
 * @param key         API key that it takes
 * @param description what it says of itself
 */
record Service(String name, URI url, String key, Description description) {}
