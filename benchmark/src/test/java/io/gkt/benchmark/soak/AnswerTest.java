package io.gkt.benchmark.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Responses as the services write them. */
class AnswerTest {

    @Test
    void aWholeAnswerHasItsChoices() {
        Answer answer = Answer.whole("""
                {"choices": [
                  {"index": 0, "message": {"content": "We need 1."}, "finish_reason": "stop"},
                  {"index": 1, "message": {"content": "We need"}, "finish_reason": "length"}],
                 "gkt": {"guidance": {"outcome": "used"}}}""", 2);

        assertThat(answer.texts()).containsExactly("We need 1.", "We need");
        assertThat(answer.ends()).containsExactly("stop", "length");
        assertThat(answer.guided()).isTrue();
        assertThat(answer.ended()).isTrue();
        assertThat(answer.error()).isNull();
    }

    @Test
    void aStreamIsWhatItsPiecesSay() {
        Answer answer = Answer.stream("""
                data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]}

                : waiting

                data: {"choices": [{"index": 0, "delta": {"content": "We"}, "finish_reason": null}]}

                data: {"choices": [{"index": 0, "delta": {"content": " need"}, "finish_reason": null}]}

                data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "gkt": {"guidance": {"outcome": "fallback_error"}}}

                data: [DONE]

                """, 1);

        assertThat(answer.texts()).containsExactly("We need");
        assertThat(answer.ends()).containsExactly("stop");
        assertThat(answer.alone()).isTrue();
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void aStreamThatBreaksOffHasNoEnd() {
        Answer silent = Answer.stream("data: {\"id\": \"a\", \"text\": \"We\", \"finish_reason\": null}\n\n", 1);
        Answer honest = Answer.stream(
                "data: {\"id\": \"a\", \"text\": \"We\"}\n\ndata: {\"error\": {\"message\": \"no\"}}\n\n", 1);

        assertThat(silent.ends()).containsOnlyNulls();
        assertThat(silent.ended()).isFalse();
        assertThat(honest.ended()).isFalse();
        assertThat(honest.error().path("message").asString()).isEqualTo("no");
    }
}
