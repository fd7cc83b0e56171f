package io.gkt.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class GuidanceRequestTest {

    private final Validator validator =
            Validation.buildDefaultValidatorFactory().getValidator();
    private final JsonMapper json = JsonMapper.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id                          | {'prompt': 'a'}",
                "id                          | {'id': '', 'prompt': 'a'}",
                "id                          | {'id': '../x', 'prompt': 'a'}",
                "messages                    | {'id': '1'}",
                "messages                    | {'id': '1', 'prompt': 'a', 'messages': [{'role': 'user', 'content': ''}]}",
                "messages                    | {'id': '1', 'messages': []}",
                "messages[0].<list element>  | {'id': '1', 'messages': [null]}",
                "messages[0].role            | {'id': '1', 'messages': [{'role': 'king', 'content': ''}]}",
                "messages[0].content         | {'id': '1', 'messages': [{'role': 'user', 'content': null}]}",
                "prompt                      | {'id': '1', 'prompt': ''}",
                "maxTokens                   | {'id': '1', 'prompt': 'a', 'max_tokens': 0}",
                "stop                        | {'id': '1', 'prompt': 'a', 'stop': ['1', '2', '3', '4', '5']}",
                "stop[0].<list element>      | {'id': '1', 'prompt': 'a', 'stop': ['']}",
                "stop[1].<list element>      | {'id': '1', 'prompt': 'a', 'stop': ['a', null]}",
                "sampling.temperature        | {'id': '1', 'prompt': 'a', 'temperature': -1}",
                "sampling.temperature        | {'id': '1', 'prompt': 'a', 'temperature': 2.1}",
                "sampling.temperature        | {'id': '1', 'prompt': 'a', 'temperature': 1e309}",
                "sampling.topP               | {'id': '1', 'prompt': 'a', 'top_p': 0}",
                "sampling.topP               | {'id': '1', 'prompt': 'a', 'top_p': 1.0000001}",
                "sampling.topK               | {'id': '1', 'prompt': 'a', 'top_k': -5}",
                "sampling.minP               | {'id': '1', 'prompt': 'a', 'min_p': -0.1}",
                "sampling.repetitionPenalty  | {'id': '1', 'prompt': 'a', 'repetition_penalty': 0}",
                "sampling.repetitionPenalty  | {'id': '1', 'prompt': 'a', 'repetition_penalty': 1e-300}",
                "sampling.presencePenalty    | {'id': '1', 'prompt': 'a', 'presence_penalty': 2.5}",
                "sampling.frequencyPenalty   | {'id': '1', 'prompt': 'a', 'frequency_penalty': -2.5}",
                "sampling.minTokens          | {'id': '1', 'prompt': 'a', 'min_tokens': -1}",
            })
    void whatIsOutOfRangeIsNamed(String path, String body) {
        assertThat(violations(body)).containsExactly(path);
    }

    @Test
    void theEndsOfTheRangesAreAllowed() {
        assertThat(violations("""
                {'id': 'A-z_0.9', 'messages': [{'role': 'user', 'content': ''}], 'max_tokens': 1, 'stop': [],
                 'temperature': 0, 'top_p': 1, 'top_k': -1, 'min_p': 1, 'repetition_penalty': 10,
                 'presence_penalty': -2, 'frequency_penalty': 2, 'min_tokens': 0}""")).isEmpty();
    }

    private List<String> violations(String body) {
        GuidanceRequest request = json.readValue(body.replace('\'', '"'), GuidanceRequest.class);
        return validator.validate(request).stream()
                .map(ConstraintViolation::getPropertyPath)
                .map(Object::toString)
                .toList();
    }
}
