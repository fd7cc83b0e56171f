package io.gkt.benchmark.soak;

import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.protocol.GuidanceApi;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Requests of all kinds. Of the greedy ones it knows what the answers must say, as it has asked before. */
final class Mix {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final List<Integer> LENGTHS = List.of(4, 12, 20);
    private static final int QUESTIONS = 8;

    private static final Set<Integer> GOOD = Set.of(200, 429, 503, 504);
    /** A key that has all it may have under way is told so first. */
    private static final Set<Integer> BAD = Set.of(400, 429);

    private static final Set<Integer> STRANGER = Set.of(401);

    private static final List<Map<String, Object>> MISTAKES = List.of(
            Map.of("temperature", -1),
            Map.of("top_p", 1.5),
            Map.of("max_tokens", 0),
            Map.of("n", 1_000_000),
            Map.of("stop", List.of("")),
            Map.of("stream", "yes"),
            Map.of("guidance", Map.of("mode", "sometimes")),
            Map.of("logit_bias", Map.of("abc", 1)));

    /** Whole answers that are known: to which question, at which endpoint, with how much of the teacher. */
    private record Known(String path, Problem problem, String guidance) {}

    private final long seed;
    private final List<Problem> problems;
    private final Map<Known, String> texts = new HashMap<>();

    private Mix(long seed) {
        this.seed = seed;
        this.problems = ProblemGenerator.heldOut(seed).stream().limit(QUESTIONS).toList();
    }

    /** Asks for each greedy answer once, while nothing goes wrong. */
    static Mix learn(long seed, Visits visits) throws IOException, InterruptedException {
        Mix mix = new Mix(seed);
        for (Problem problem : mix.problems) {
            for (String path : List.of(CHAT, TEXT)) {
                for (Object guidance : List.of("off", "only", LENGTHS.get(0), LENGTHS.get(1), LENGTHS.get(2))) {
                    mix.learn(visits, path, problem, guidance);
                }
            }
            for (int length : LENGTHS) {
                mix.learn(visits, GuidanceApi.PATH, problem, length);
            }
        }
        return mix;
    }

    private void learn(Visits visits, String path, Problem problem, Object guidance)
            throws IOException, InterruptedException {
        Map<String, Object> body = greedy(path, problem, guidance, "learn-" + texts.size());
        if (guidance instanceof Integer tokens && !path.equals(GuidanceApi.PATH)) {
            body.put("guidance", Map.of("max_tokens", tokens, "timeout_ms", 60_000));
        }
        texts.put(new Known(path, problem, guidance.toString()), visits.text(good(path, body, Pair.KEYS.get(0), null)));
    }

    /** The same number gives the same request. */
    Ask ask(int number) {
        SplittableRandom random = new SplittableRandom(seed ^ number * 0x9E3779B97F4A7C15L);
        Problem problem = problems.get(random.nextInt(problems.size()));
        String path = random.nextInt(3) > 0 ? CHAT : TEXT;
        String key = Pair.KEYS.get(random.nextInt(Pair.KEYS.size()));
        int length = LENGTHS.get(random.nextInt(LENGTHS.size()));
        boolean stream = random.nextBoolean();
        int kind = random.nextInt(100);
        if (kind < 62) {
            Object guidance = kind < 50 ? length : kind < 56 ? "off" : "only";
            Map<String, Object> body = greedy(path, problem, guidance, null);
            body.put("stream", stream);
            if (kind >= 40 && kind < 50) {
                body.put("n", 2 + random.nextInt(2));
            }
            return good(
                    path,
                    body,
                    key,
                    outcome -> texts.get(new Known(
                            path,
                            problem,
                            outcome.equals("used") || outcome.equals("complete") || guidance.equals("only")
                                    ? guidance.toString()
                                    : "off")));
        }
        if (kind < 90) {
            Map<String, Object> body = greedy(path, problem, length, null);
            body.put("temperature", 0.9);
            body.put("seed", number);
            body.put("stream", stream);
            Ask sampled = good(path, body, key, null);
            if (kind < 72) {
                return sampled;
            }
            Duration soon = Duration.ofMillis(5 + random.nextInt(400));
            if (kind < 82) {
                body.put("ignore_eos", true);
                body.put("max_tokens", 300);
                return new Ask(path, body, key, null, GOOD, null, soon, false);
            }
            if (kind < 86) {
                return new Ask(path, body, key, soon, GOOD, null, null, false);
            }
            body.putAll(MISTAKES.get(random.nextInt(MISTAKES.size())));
            return new Ask(path, body, key, null, BAD, null, null, false);
        }
        if (kind < 92) {
            return new Ask(path, greedy(path, problem, length, null), "stranger", null, STRANGER, null, null, false);
        }
        Map<String, Object> body = greedy(GuidanceApi.PATH, problem, length, "soak-" + number);
        body.put("stream", stream);
        if (kind < 96) {
            return good(
                    GuidanceApi.PATH,
                    body,
                    key,
                    outcome -> texts.get(new Known(GuidanceApi.PATH, problem, String.valueOf(length))));
        }
        body.put("max_tokens", 300);
        body.put("min_tokens", 300);
        return new Ask(
                GuidanceApi.PATH,
                body,
                key,
                null,
                GOOD,
                null,
                Duration.ofMillis(5 + random.nextInt(100)),
                random.nextBoolean());
    }

    private static Ask good(String path, Map<String, Object> body, String key, Ask.Words words) {
        return new Ask(path, body, key, null, GOOD, words, null, false);
    }

    /** @param guidance how much of it: a mode, or tokens */
    private static Map<String, Object> greedy(String path, Problem problem, Object guidance, String id) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (path.equals(CHAT)) {
            body.put("messages", List.of(Map.of("role", "user", "content", problem.question())));
        } else {
            body.put("prompt", problem.prompt());
        }
        body.put("temperature", 0);
        if (path.equals(GuidanceApi.PATH)) {
            body.put("id", id);
            body.put("max_tokens", guidance);
        } else {
            body.put("max_tokens", 64);
            body.put(
                    "guidance",
                    guidance instanceof Integer tokens ? Map.of("max_tokens", tokens) : Map.of("mode", guidance));
        }
        return body;
    }
}
