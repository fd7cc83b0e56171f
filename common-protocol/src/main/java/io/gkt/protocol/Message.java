package io.gkt.protocol;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

/**
 * One message of a conversation.
 *
 * @param role    who speaks: {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}
 * @param content what is said; may be empty
 */
public record Message(
        @NotNull @Pattern(
                regexp = "system|developer|user|assistant|tool",
                message = "must be system, developer, user, assistant or tool")
        String role,

        @NotNull String content) {}
