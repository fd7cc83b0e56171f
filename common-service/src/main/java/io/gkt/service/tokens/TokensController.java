package io.gkt.service.tokens;

import io.gkt.inference.TextModel;
import io.gkt.service.ApiException;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /tokenize} and {@code POST /detokenize} for clients of vLLM and of llama.cpp. */
@RestController
final class TokensController {

    private final TextModel model;

    TokensController(TextModel model) {
        this.model = model;
    }

    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404")
    @PostMapping("/tokenize")
    TokenizeResponse tokenize(@Valid @RequestBody TokenizeRequest request) {
        check(request.model());
        int[] ids = model.tokenizer().encode(request.toPrompt(model));
        List<?> tokens = Boolean.TRUE.equals(request.withPieces())
                ? Arrays.stream(ids).mapToObj(this::piece).toList()
                : Arrays.stream(ids).boxed().toList();
        return new TokenizeResponse(
                tokens,
                ids.length,
                model.contextLength(),
                Boolean.TRUE.equals(request.returnTokenStrs())
                        ? Arrays.stream(ids)
                                .mapToObj(id -> model.tokenizer().spelling(id).orElse(""))
                                .toList()
                        : null);
    }

    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404")
    @PostMapping("/detokenize")
    DetokenizeResponse detokenize(@Valid @RequestBody DetokenizeRequest request) {
        check(request.model());
        int[] ids = request.tokens().stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < ids.length; i++) {
            if (model.tokenizer().spelling(ids[i]).isEmpty()) {
                throw ApiException.invalid("tokens[" + i + "]", ids[i] + " is not the id of a token.");
            }
        }
        String text = model.tokenizer().decodeWithSpecialTokens(ids);
        return new DetokenizeResponse(text, text);
    }

    private void check(String wanted) {
        if (wanted != null && !wanted.equals(model.name())) {
            throw ApiException.modelNotFound(wanted);
        }
    }

    private TokenizeResponse.Piece piece(int id) {
        byte[] bytes = model.tokenizer().bytesOf(id);
        try {
            return new TokenizeResponse.Piece(
                    id,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            return new TokenizeResponse.Piece(
                    id,
                    IntStream.range(0, bytes.length)
                            .mapToObj(i -> Byte.toUnsignedInt(bytes[i]))
                            .toList());
        }
    }
}
