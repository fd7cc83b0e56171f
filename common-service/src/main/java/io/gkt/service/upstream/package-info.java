/** Other servers, as clients of theirs see them: how they are reached, and those that speak OpenAI's API. */
package io.gkt.service.upstream;
