package io.gkt.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every parameter and the order of all, against tables that were computed apart from this code. */
class SamplingOrderTest {

    /** Logits are single precision. */
    private static final double PRECISION = 1e-6;

    @TestFactory
    Stream<DynamicTest> givesEveryTokenTheProbabilityOfTheTable() throws IOException {
        try (InputStream json = getClass().getResourceAsStream("/golden/sampling/tables.json")) {
            return JsonMapper.shared().readTree(json).path("cases").valueStream().toList().stream()
                    .map(table -> dynamicTest(
                            table.path("name").asString(),
                            () -> assertThat(probabilities(table))
                                    .containsExactly(numbers(table.path("probabilities")), within(PRECISION))));
        }
    }

    private static double[] probabilities(JsonNode table) {
        Sampler sampler = new Sampler(
                parameters(table.path("parameters")),
                ids(table.path("prompt")),
                table.path("end_of_sequence").valueStream().map(JsonNode::asInt).collect(Collectors.toSet()));
        for (int token : ids(table.path("output"))) {
            sampler.accept(token);
        }
        float[] logits = new float[table.path("logits").size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = table.path("logits").path(i).floatValue();
        }
        Candidates candidates = sampler.candidates(logits);
        double sum = DoubleStream.of(candidates.weights()).sum();
        double[] probabilities = new double[logits.length];
        for (int i = 0; i < candidates.tokens().length; i++) {
            probabilities[candidates.tokens()[i]] = candidates.weights()[i] / sum;
        }
        return probabilities;
    }

    private static SamplingParameters parameters(JsonNode json) {
        ToDoubleFunction<String> number = name -> json.required(name).doubleValue();
        return new SamplingParameters(
                number.applyAsDouble("temperature"),
                json.required("top_k").intValue(),
                number.applyAsDouble("top_p"),
                number.applyAsDouble("min_p"),
                number.applyAsDouble("repetition_penalty"),
                number.applyAsDouble("presence_penalty"),
                number.applyAsDouble("frequency_penalty"),
                json.required("logit_bias").properties().stream()
                        .collect(Collectors.toMap(
                                bias -> Integer.valueOf(bias.getKey()),
                                bias -> bias.getValue().doubleValue())),
                json.required("min_tokens").intValue(),
                OptionalLong.of(1));
    }

    private static int[] ids(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] numbers(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }
}
