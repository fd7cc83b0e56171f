package io.gkt.student.guidance;

import io.gkt.protocol.Sampling;
import io.gkt.service.Conversation;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What to ask the teacher.
 *
 * @param conversation  messages to answer; null if {@code prompt} is given
 * @param prompt        text to continue; null if {@code conversation} is given
 * @param maxTokens     most tokens; null leaves it to the teacher
 * @param stop          texts at which the answer ends
 * @param sampling      how the teacher draws tokens; null takes the likeliest
 * @param specialTokens texts that are markup to the student: guidance ends before them
 * @param timeout       longest wait
 */
public record GuidanceQuestion(
        Conversation conversation,
        String prompt,
        Integer maxTokens,
        List<String> stop,
        Sampling sampling,
        Set<String> specialTokens,
        Duration timeout) {}
