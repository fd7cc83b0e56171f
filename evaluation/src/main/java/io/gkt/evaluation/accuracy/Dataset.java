package io.gkt.evaluation.accuracy;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Questions with known answers, in their publishers' file formats, and the lengths published for them. */
public enum Dataset {
    /** Problems that the embedded pair never saw in training; made, not read. */
    DEMO(AnswerForm.NUMBER, 12, 128) {
        @Override
        Example read(JsonNode line, String id) {
            throw new UnsupportedOperationException("there is no file of them");
        }
    },

    /** Grade-school word problems: {@code {"question", "answer": "... #### 18"}}. */
    GSM8K(AnswerForm.NUMBER, 40, 300) {
        @Override
        Example read(JsonNode line, String id) {
            String worked = text(line, "answer");
            return new Example(
                    id, text(line, "question"), AnswerForm.value(worked.substring(worked.lastIndexOf("####") + 4)));
        }
    },

    /** Questions of common sense with five choices: {@code {"question": {"stem", "choices"}, "answerKey"}}. */
    CSQA(AnswerForm.CHOICE, 30, 100) {
        @Override
        Example read(JsonNode line, String id) {
            JsonNode question = line.path("question");
            String choices = elements(question, "choices")
                    .map(choice -> "(" + text(choice, "label") + ") " + text(choice, "text"))
                    .collect(Collectors.joining(" "));
            return new Example(id, text(question, "stem") + " Answer Choices: " + choices, text(line, "answerKey"));
        }
    },

    /** Algebra with five choices: {@code {"question", "options": ["A)21", ...], "correct"}}. */
    AQUA(AnswerForm.CHOICE, 20, 100) {
        @Override
        Example read(JsonNode line, String id) {
            String choices = elements(line, "options")
                    .map(option -> "(" + option.asString())
                    .collect(Collectors.joining(" "));
            return new Example(id, text(line, "question") + " Answer Choices: " + choices, text(line, "correct"));
        }
    };

    private static final int DEMO_PROBLEMS = 500;

    private final AnswerForm answerForm;
    private final int guidanceTokens;
    private final int maxTokens;

    Dataset(AnswerForm answerForm, int guidanceTokens, int maxTokens) {
        this.answerForm = answerForm;
        this.guidanceTokens = guidanceTokens;
        this.maxTokens = maxTokens;
    }

    AnswerForm answerForm() {
        return answerForm;
    }

    /** Tokens of guidance as published; for the demo, those that carry the plan. */
    int guidanceTokens() {
        return guidanceTokens;
    }

    /** Most tokens of an answer, as published. */
    int maxTokens() {
        return maxTokens;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The first questions.
     *
     * @param data  the file; unused for the demo
     * @param limit most questions; null takes all, of the demo 500
     * @param seed  which of the demo's
     * @throws IOException if the file can't be read or is another dataset's
     */
    List<Example> load(Path data, Integer limit, long seed) throws IOException {
        if (this == DEMO) {
            ProblemGenerator problems = ProblemGenerator.heldOut(seed);
            return IntStream.rangeClosed(1, limit == null ? DEMO_PROBLEMS : limit)
                    .mapToObj(number -> demo(problems.next(), this + "-" + number))
                    .toList();
        }
        List<JsonNode> lines = JsonLines.read(data, JsonNode.class);
        int count = limit == null ? lines.size() : Math.min(limit, lines.size());
        List<Example> examples = new ArrayList<>();
        for (int line = 1; line <= count; line++) {
            try {
                examples.add(read(lines.get(line - 1), this + "-" + line));
            } catch (IllegalArgumentException e) {
                throw new IOException(data + ", line " + line + " is not of " + this + ": " + e.getMessage(), e);
            }
        }
        return examples;
    }

    private static Example demo(Problem problem, String id) {
        return new Example(id, problem.question(), Integer.toString(problem.result()));
    }

    abstract Example read(JsonNode line, String id);

    /** Our own worked examples, each {@code Q: ...\nA: ... The answer is X.}; the demo has none. */
    List<String> workedExamples() {
        try (InputStream resource = Dataset.class.getResourceAsStream("examples/" + this + ".txt")) {
            return resource == null
                    ? List.of()
                    : List.of(new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                            .strip()
                            .split("\\n\\n"));
        } catch (IOException e) {
            throw new UncheckedIOException("the worked examples can't be read", e);
        }
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isString()) {
            throw new IllegalArgumentException("it has no text " + field);
        }
        return node.path(field).asString().strip();
    }

    private static Stream<JsonNode> elements(JsonNode node, String field) {
        if (!node.path(field).isArray()) {
            throw new IllegalArgumentException("it has no list " + field);
        }
        return StreamSupport.stream(node.path(field).spliterator(), false);
    }
}
