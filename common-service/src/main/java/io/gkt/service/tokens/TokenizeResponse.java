package io.gkt.service.tokens;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What {@code POST /tokenize} gives.
 *
 * @param tokens      ids, or {@link Piece} where pieces are wanted
 * @param count       how many
 * @param maxModelLen longest prompt and answer together, in tokens; null if only the server that runs the model knows
 * @param tokenStrs   the vocabulary's spelling of each; null if not wanted
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record TokenizeResponse(
        List<?> tokens,
        int count,
        @Nullable Integer maxModelLen,
        @Nullable List<String> tokenStrs) {

    /**
     * A token with what it stands for.
     *
     * @param id    its id
     * @param piece its text; where that is part of a character only, its bytes as numbers
     */
    record Piece(int id, Object piece) {}
}
