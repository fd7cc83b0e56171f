package io.gkt.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The first tokens of an answer or, in a stream, one piece of them. The last piece of a stream has the finish reason,
 * usage and timings; in the others they are null.
 *
 * @param id           the request's
 * @param model        who answers
 * @param text         the answer so far or, in a stream, what is new; stop sequences are not part of it
 * @param finishReason {@code stop}: the answer is complete; {@code length}: it goes on
 * @param usage        tokens read and written
 * @param timings      where the time went
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GuidanceResponse(
        String id, String model, String text, String finishReason, Usage usage, Timings timings) {}
