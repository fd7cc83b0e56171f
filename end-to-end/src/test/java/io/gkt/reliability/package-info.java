/** What the services promise whatever goes wrong, held against both as separate processes. */
package io.gkt.reliability;
