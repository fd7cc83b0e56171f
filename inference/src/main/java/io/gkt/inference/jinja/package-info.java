/** The Jinja language, as far as chat templates use it, with strings that remember who wrote them. */
package io.gkt.inference.jinja;
