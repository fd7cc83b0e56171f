package io.gkt.demo.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.demo.tokenizer.TokenizerLearner;
import io.gkt.inference.chat.ChatMessage;
import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

    private static final Recipe TINY = new Recipe(
            TokenizerLearner.WORD_PIECES,
            640,
            new Recipe.Size(16, 1, 2, 1, 32),
            Curriculum.calculating(0.2, 0.5),
            new Recipe.Schedule(100, 4, 1e-2));

    @TempDir
    private Path directory;

    @Test
    void theLossFalls() throws IOException {
        var log = new StringWriter();

        trainer(directory, log).run(100);

        var losses = Pattern.compile("loss (\\d+\\.\\d+)")
                .matcher(log.toString())
                .results()
                .mapToDouble(line -> Double.parseDouble(line.group(1)))
                .toArray();
        assertThat(losses).hasSize(2);
        assertThat(losses[1]).isLessThan(losses[0] - 0.5);
        assertThat(log.toString()).contains("step 100, held out: alone ");
    }

    @Test
    void aTrainingThatWasInterruptedEndsWithTheSameWeights() throws IOException {
        var whole = Files.createDirectory(directory.resolve("whole"));
        var interrupted = Files.createDirectory(directory.resolve("interrupted"));

        trainer(whole, new StringWriter()).run(20);
        trainer(interrupted, new StringWriter()).run(9);
        trainer(interrupted, new StringWriter()).run(20);

        assertThat(interrupted.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
        assertThat(interrupted.resolve("step-9")).doesNotExist();
    }

    @Test
    void inALessonInCalculatingOnlyWhatFollowsThePlanCounts() throws IOException {
        ModelFiles.write(directory, TINY);
        try (var tokenizer = Tokenizer.load(directory)) {
            var problem = ProblemGenerator.training(6).next();
            var lesson = Lesson.inCalculating(tokenizer, problem);
            int[] learned = IntStream.range(0, lesson.tokens().length)
                    .filter(i -> lesson.weights()[i] > 0)
                    .map(i -> lesson.tokens()[i])
                    .toArray();

            assertThat(tokenizer.decode(learned))
                    .isEqualTo(problem.answer().substring(problem.planSentence().length()));
            assertThat(learned).endsWith(TokenizerLearner.END_OF_TEXT_ID);
        }
    }

    @Test
    void theChatTemplateAsksTheLastMessageAsInTraining() throws IOException {
        ModelFiles.write(directory, TINY);
        var problem = ProblemGenerator.training(6).next();
        var messages = List.of(
                new ChatMessage("system", "Be brief."),
                new ChatMessage("user", "How are you?"),
                new ChatMessage("assistant", "Fine."),
                new ChatMessage("user", problem.question() + "\n"));

        assertThat(ChatTemplate.load(directory).orElseThrow().render(messages, true))
                .isEqualTo(problem.prompt());
    }

    private static Trainer trainer(Path directory, StringWriter log) {
        return new Trainer(TINY, TINY.schedule(), directory, 1, new PrintWriter(log));
    }
}
