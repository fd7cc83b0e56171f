package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How an answer streams.
 *
 * @param includeUsage whether a last chunk says how many tokens there were
 */
record StreamOptions(@JsonProperty("include_usage") Boolean includeUsage) {}
