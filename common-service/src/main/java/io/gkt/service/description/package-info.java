/**
 * The OpenAPI description of a service, at {@code /v3/api-docs}: generated from its controllers, records, their
 * constraints and their Javadoc.
 */
package io.gkt.service.description;
