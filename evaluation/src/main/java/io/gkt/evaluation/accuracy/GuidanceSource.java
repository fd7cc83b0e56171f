package io.gkt.evaluation.accuracy;

import io.gkt.protocol.GuidanceResponse;
import io.gkt.protocol.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where this side, rather than the edge, takes guidance from. */
interface GuidanceSource {

    Guidance guidance(Example example) throws IOException, InterruptedException;

    /**
     * The teacher: stage 1.
     *
     * @param teacher   who is asked
     * @param style     how
     * @param concise   what it is told to be brief; null for nothing
     * @param maxTokens most tokens of guidance
     */
    static GuidanceSource teacher(Teacher teacher, PromptStyle style, Concise concise, int maxTokens) {
        return example -> {
            Teacher.Reply reply = teacher.ask(example.id(), style.teacherPrompt(example, concise), maxTokens);
            GuidanceResponse response = reply.response();
            Usage usage = response.usage();
            return new Guidance(
                    example.id(),
                    style.dataset(),
                    example.question(),
                    response.text(),
                    response.finishReason(),
                    response.model(),
                    usage.promptTokens(),
                    usage.completionTokens(),
                    reply.totalMs(),
                    reply.bytesUp(),
                    reply.bytesDown());
        };
    }

    /**
     * A file of guidance, by id.
     *
     * @throws IOException if it can't be read, or a line lacks an id or its guidance
     */
    static Map<String, Guidance> read(Path file) throws IOException {
        Map<String, Guidance> byId = new LinkedHashMap<>();
        for (Guidance line : JsonLines.read(file, Guidance.class)) {
            if (line.id() == null || line.guidance() == null) {
                throw new IOException(file + ": each line needs id and guidance");
            }
            byId.put(line.id(), line);
        }
        return byId;
    }
}
