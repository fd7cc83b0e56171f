package io.gkt.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

class WireTest {

    private final JsonMapper json = JsonMapper.builder().build();

    private final JsonMapper strict = JsonMapper.builder()
            .withCoercionConfigDefaults(config -> {
                config.setCoercion(CoercionInputShape.String, CoercionAction.Fail);
                config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
            })
            .withCoercionConfig(
                    LogicalType.Float,
                    config -> config.setCoercion(CoercionInputShape.Float, CoercionAction.TryConvert))
            .build();

    @Test
    void samplingStandsAmongTheOtherFields() {
        Sampling sampling = new Sampling(0.5, 0.9, 40, 0.05, 1.1, 0.2, -0.2, 7L, 3);
        GuidanceRequest request = new GuidanceRequest(
                "r-1", "teacher", List.of(new Message("user", "2+2?")), null, null, 8, List.of("\n"), sampling, true);

        assertThat(json.readTree(json.writeValueAsString(request))).isEqualTo(json.readTree("""
                {"id": "r-1", "model": "teacher", "messages": [{"role": "user", "content": "2+2?"}],
                 "max_tokens": 8, "stop": ["\\n"], "temperature": 0.5, "top_p": 0.9, "top_k": 40, "min_p": 0.05,
                 "repetition_penalty": 1.1, "presence_penalty": 0.2, "frequency_penalty": -0.2, "seed": 7,
                 "min_tokens": 3, "stream": true}"""));
    }

    @Test
    void requestsAreReadAsTheyWereWritten() {
        Sampling sampling = new Sampling(0.5, 0.9, 40, 0.05, 1.1, 0.2, -0.2, Long.MIN_VALUE, 3);
        GuidanceRequest request =
                new GuidanceRequest("r-1", "teacher", null, null, "Once", 8, List.of("\n"), sampling, false);

        assertThat(strict.readValue(json.writeValueAsString(request), GuidanceRequest.class))
                .isEqualTo(request);
    }

    @Test
    void whatIsLeftOutIsUnset() {
        assertThat(strict.readValue("{\"id\": \"1\"}", GuidanceRequest.class))
                .isEqualTo(new GuidanceRequest("1", null, null, null, null, null, null, Sampling.UNSET, null));
    }

    @Test
    void unknownFieldsAreAccepted() {
        GuidanceRequest request = strict.readValue("""
                {"user": {"name": [1]}, "id": "1", "top_p": 0.5, "sampling": {"top_p": 3}, "x": 1, "temperature": 1}""", GuidanceRequest.class);

        assertThat(request.sampling().topP()).isEqualTo(0.5);
        assertThat(request.sampling().temperature()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": \"1\", \"temperature\": \"1\"}",
                "{\"id\": \"1\", \"top_k\": 1.5}",
                "{\"id\": \"1\", \"seed\": 18446744073709551616}",
                "{\"id\": \"1\", \"min_tokens\": 1099511627776}",
                "{\"id\": \"1\", \"max_tokens\": \"8\"}"
            })
    void strictNumbersAreStrictAmongTheSamplingFieldsToo(String body) {
        assertThatThrownBy(() -> strict.readValue(body, GuidanceRequest.class)).isInstanceOf(JacksonException.class);
    }

    @Test
    void usageIsWrittenAsOpenAiDoes() {
        assertThat(json.readTree(json.writeValueAsString(Usage.of(10, 3, 8)))).isEqualTo(json.readTree("""
                {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13,
                 "prompt_tokens_details": {"cached_tokens": 8}}"""));
    }

    @Test
    void errorsKeepTheirNulls() {
        ErrorBody body = new ErrorBody(new ErrorBody.Error("no", "server_error", null, null));

        assertThat(json.readTree(json.writeValueAsString(body))).isEqualTo(json.readTree("""
                {"error": {"message": "no", "type": "server_error", "param": null, "code": null}}"""));
    }

    @Test
    void piecesLeaveOutWhatIsNotKnownYet() {
        assertThat(json.writeValueAsString(new GuidanceResponse("1", "m", "a", null, null, null)))
                .isEqualTo("{\"id\":\"1\",\"model\":\"m\",\"text\":\"a\"}");
    }
}
