package io.gkt.service.tokens;

import io.gkt.protocol.GuidanceApi;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * Body of {@code POST /detokenize}. Unknown fields are ignored.
 *
 * @param model  the model wanted; null takes what there is
 * @param tokens ids
 */
record DetokenizeRequest(
        @Size(max = GuidanceApi.MAX_MODEL_LENGTH) String model,
        @NotNull List<@NotNull Integer> tokens) {}
