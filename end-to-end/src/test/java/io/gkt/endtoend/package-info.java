/** Both services as users run them: separate processes, driven over HTTP. */
package io.gkt.endtoend;
