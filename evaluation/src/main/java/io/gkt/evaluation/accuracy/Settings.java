package io.gkt.evaluation.accuracy;

import java.net.URI;
import java.nio.file.Path;

/**
 * A run that measures accuracy.
 *
 * @param edge           where edge-student listens
 * @param teacher        where cloud-teacher listens; null if it need not be known
 * @param questions      what is asked
 * @param mode           who answers
 * @param guidanceTokens most tokens of guidance; matters to {@link Mode#GKT} only
 * @param maxTokens      most tokens of an answer
 * @param concise        what the teacher is told to be brief, by this side and not by the edge; null for nothing
 * @param guidance       file of guidance that is there already; null if the teacher is to be asked
 * @param concurrency    requests at the same time
 * @param resume         whether results that are there already are kept
 * @param paperScoring   whether the reference's rule scores as well
 * @param models         what is known of the models; parameters not known are asked for
 * @param command        how the run was started, for the summary
 */
public record Settings(
        URI edge,
        URI teacher,
        Questions questions,
        Mode mode,
        int guidanceTokens,
        int maxTokens,
        Concise concise,
        Path guidance,
        int concurrency,
        boolean resume,
        boolean paperScoring,
        ModelFacts models,
        String command) {

    /** The same with another mode, which may need guidance of another length. */
    public Settings withMode(Mode otherMode, int otherGuidanceTokens) {
        return new Settings(
                edge,
                teacher,
                questions,
                otherMode,
                otherGuidanceTokens,
                maxTokens,
                concise,
                guidance,
                concurrency,
                resume,
                paperScoring,
                models,
                command);
    }

    Settings withModels(ModelFacts otherModels) {
        return new Settings(
                edge,
                teacher,
                questions,
                mode,
                guidanceTokens,
                maxTokens,
                concise,
                guidance,
                concurrency,
                resume,
                paperScoring,
                otherModels,
                command);
    }

    /** The same with as many requests at the same time. */
    public Settings withConcurrency(int otherConcurrency) {
        return new Settings(
                edge,
                teacher,
                questions,
                mode,
                guidanceTokens,
                maxTokens,
                concise,
                guidance,
                otherConcurrency,
                resume,
                paperScoring,
                models,
                command);
    }

    /** The same with other questions. */
    public Settings withQuestions(Questions otherQuestions) {
        return new Settings(
                edge,
                teacher,
                otherQuestions,
                mode,
                guidanceTokens,
                maxTokens,
                concise,
                guidance,
                concurrency,
                resume,
                paperScoring,
                models,
                command);
    }
}
