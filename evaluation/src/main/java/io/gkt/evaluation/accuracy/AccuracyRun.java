package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Measures how often answers are right, and what they cost. */
public final class AccuracyRun {

    private AccuracyRun() {}

    /**
     * Asks all questions and writes an {@link Item} for each answer, and the summary beside them.
     *
     * @param settings of the run
     * @param out      the file of items
     * @return the summary
     * @throws IOException if a service is gone, or a file can't be read or written
     */
    public static Summary run(Settings settings, Path out) throws IOException, InterruptedException {
        Edge edge = new Edge(settings.edge());
        List<Example> examples = settings.questions().load();
        GuidanceSource source = null;
        if (settings.guidance() != null) {
            Map<String, Guidance> guidance = GuidanceSource.read(settings.guidance());
            examples = examplesOf(guidance, examples, settings.guidance());
            source = example -> guidance.get(example.id());
        } else if (settings.mode() == Mode.GKT && settings.concise() != null) {
            source = GuidanceSource.teacher(
                    new Teacher(settings.teacher()),
                    settings.questions().style(),
                    settings.concise(),
                    settings.guidanceTokens());
        }
        Settings known = settings.withModels(models(settings));
        Batch<Item> batch = new Batch<>(examples, out, new Report(known));
        if (settings.resume()) {
            requireSameSettings(known, out);
            batch.resume(Item.class, item -> item.mode() == known.mode());
        }
        batch.run(answering(edge, source, known), known.concurrency());
        return Summary.of(known, batch.results(), batch.pace());
    }

    private static Batch.Task<Item> answering(Edge edge, GuidanceSource source, Settings settings) {
        PromptStyle style = settings.questions().style();
        int maxTokens = settings.maxTokens();
        GuidanceWish online = GuidanceWish.of(settings.mode(), settings.guidanceTokens());
        return example -> {
            Answer answer;
            if (source == null) {
                answer = edge.ask(style.prompt(example), maxTokens, online);
            } else {
                Guidance guidance = source.guidance(example);
                answer = edge.ask(style.prompt(example), maxTokens, GuidanceWish.of(guidance))
                        .after(guidance);
            }
            return Item.of(example, style.dataset(), settings.mode(), answer);
        };
    }

    private static List<Example> examplesOf(Map<String, Guidance> guidance, List<Example> examples, Path file)
            throws IOException {
        for (Example example : examples) {
            Guidance line = guidance.get(example.id());
            if (line != null && line.question() != null && !line.question().equals(example.question())) {
                throw new IOException(
                        file + ": " + example.id() + " is another question; give the options of that run");
            }
        }
        List<Example> guided = examples.stream()
                .filter(example -> guidance.containsKey(example.id()))
                .toList();
        if (guided.isEmpty()) {
            throw new IOException(file + " has guidance for none of the questions; their ids are like "
                    + examples.get(0).id());
        }
        return guided;
    }

    private static void requireSameSettings(Settings settings, Path out) throws IOException {
        Path file = Batch.summaryOf(out);
        if (!Files.exists(file)) {
            return;
        }
        Summary earlier = JsonMapper.shared().readValue(Files.readString(file), Summary.class);
        if (!earlier.isOf(settings)) {
            throw new IOException(out + " is of another run, '" + earlier.command()
                    + "': resume with its options, or choose another --out");
        }
    }

    private static ModelFacts models(Settings settings) throws IOException, InterruptedException {
        ModelFacts said = settings.models();
        Long teacher = said.teacherParameters();
        if (teacher == null && settings.teacher() != null) {
            teacher = new Teacher(settings.teacher()).parameters();
        }
        Long student = said.studentParameters();
        if (student == null) {
            student = new Edge(settings.edge()).parameters();
        }
        return new ModelFacts(teacher, student, said.teacherPrice(), said.studentPrice());
    }

    private record Report(Settings settings) implements Batch.Report<Item> {

        @Override
        public String progress(List<Item> items) {
            long correct = items.stream().filter(Item::correct).count();
            return String.format(Locale.ROOT, "%.1f %% right", 100.0 * correct / Math.max(1, items.size()));
        }

        @Override
        public Summary summary(List<Item> items, Pace pace) {
            return Summary.of(settings, items, pace);
        }
    }
}
