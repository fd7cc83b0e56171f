/** Other people's OpenAI clients against the running pair. One class a client, one method a feature of the README's table. */
package io.gkt.clients;
