package io.gkt.evaluation.accuracy;

import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of runs that have an edge answer questions. */
public final class RunOptions {

    @Option(names = "--edge", required = true, paramLabel = "URL", description = "Where edge-student listens.")
    private URI edge;

    @Option(
            names = "--teacher",
            paramLabel = "URL",
            description = "Where cloud-teacher listens; only to ask how large its model is, and for --concise.")
    private URI teacher;

    @Mixin
    private QuestionOptions questions;

    @Option(
            names = "--max-tokens",
            converter = Positive.class,
            paramLabel = "M",
            description = "Most tokens of an answer. Default: 128, 300, 100 and 100 for demo, gsm8k, csqa and aqua.")
    private Integer maxTokens;

    @Option(
            names = "--paper-scoring",
            description =
                    "Score by the reference implementation's rule as well, which guesses where no answer is found.")
    private boolean paperScoring;

    @ArgGroup(validate = false, heading = "%nFor FLOPs and cost:%n")
    private ModelOptions models = new ModelOptions();

    /** What services don't tell. */
    static final class ModelOptions {

        @Option(
                names = "--teacher-parameters",
                paramLabel = "N",
                description = "Weights of the teacher. Default: what --teacher says.")
        private Long teacherParameters;

        @Option(
                names = "--student-parameters",
                paramLabel = "N",
                description = "Weights of the student. Default: what --edge says.")
        private Long studentParameters;

        @Option(
                names = "--teacher-price",
                paramLabel = "P",
                description = "Price of a million of the teacher's tokens, prompt and answer alike.")
        private Double teacherPrice;

        @Option(
                names = "--student-price",
                paramLabel = "P",
                description = "Price of a million of the student's tokens, prompt and answer alike.")
        private Double studentPrice;
    }

    /**
     * @param mode           who answers
     * @param guidanceTokens most tokens of guidance; null is the dataset's
     * @param concise        what the teacher is told to be brief; null for nothing
     * @param guidance       file of guidance; null if the teacher is to be asked
     * @param output         where results go
     * @return what the options say
     */
    Settings settings(Mode mode, Integer guidanceTokens, Concise concise, Path guidance, OutputOptions output) {
        return settings(mode, guidanceTokens, concise, guidance, output.concurrency(), output.resume());
    }

    /**
     * @param mode           who answers
     * @param guidanceTokens most tokens of guidance; null is the dataset's
     * @param concise        what the teacher is told to be brief; null for nothing
     * @param guidance       file of guidance; null if the teacher is to be asked
     * @param concurrency    requests at the same time
     * @param resume         whether results that are there already are kept
     * @return what the options say
     */
    public Settings settings(
            Mode mode, Integer guidanceTokens, Concise concise, Path guidance, int concurrency, boolean resume) {
        Dataset dataset = questions.dataset();
        return new Settings(
                edge,
                teacher,
                questions.questions(),
                mode,
                guidanceTokens == null ? dataset.guidanceTokens() : guidanceTokens,
                maxTokens == null ? dataset.maxTokens() : maxTokens,
                concise,
                guidance,
                concurrency,
                resume,
                paperScoring,
                new ModelFacts(
                        models.teacherParameters, models.studentParameters, models.teacherPrice, models.studentPrice),
                questions.command());
    }
}
