package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.protocol.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {

    private static final Message QUESTION = new Message("user", "12 + 7?");
    private static final List<Message> OPEN = List.of(QUESTION, new Message("assistant", "It is"));
    private static final List<Message> CLOSED = List.of(QUESTION);

    @Test
    void aLastMessageOfTheAssistantIsContinuedUnlessTheRequestSaysOtherwise() {
        assertThat(Conversation.of(OPEN, null, null).continuesFinalMessage()).isTrue();
        assertThat(Conversation.of(OPEN, true, null).continuesFinalMessage()).isTrue();
        assertThat(Conversation.of(OPEN, true, false).continuesFinalMessage()).isTrue();
        assertThat(Conversation.of(OPEN, null, false).continuesFinalMessage()).isTrue();
        assertThat(Conversation.of(OPEN, false, null).continuesFinalMessage()).isFalse();
        assertThat(Conversation.of(OPEN, false, true).continuesFinalMessage()).isFalse();
        assertThat(Conversation.of(OPEN, null, true).continuesFinalMessage()).isFalse();
        assertThat(Conversation.of(CLOSED, null, null).continuesFinalMessage()).isFalse();
        assertThat(Conversation.of(CLOSED, false, true).continuesFinalMessage()).isFalse();
    }

    @Test
    void anEmptyLastMessageOnlyBeginsATurn() {
        assertThat(Conversation.of(List.of(QUESTION, new Message("assistant", " ")), null, null))
                .isEqualTo(new Conversation(CLOSED, false));
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        assertRefused("continue_final_message", OPEN, true, true);
        assertRefused("continue_final_message", CLOSED, true, null);
        assertRefused("add_generation_prompt", OPEN, false, false);
        assertRefused("add_generation_prompt", CLOSED, null, false);
        assertRefused("messages", List.of(new Message("assistant", "")), null, null);
    }

    private static void assertRefused(String param, List<Message> messages, Boolean continues, Boolean begins) {
        assertThatThrownBy(() -> Conversation.of(messages, continues, begins))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.status().value()).isEqualTo(400);
                    assertThat(e.param()).isEqualTo(param);
                });
    }

    @Test
    void whoReadsItNextDecidesTheSame() {
        for (Conversation conversation : List.of(
                Conversation.of(OPEN, null, null),
                Conversation.of(OPEN, false, null),
                Conversation.of(CLOSED, null, null))) {
            assertThat(Conversation.of(conversation.messages(), conversation.continueFinalMessage(), null))
                    .isEqualTo(conversation);
        }
        assertThat(Conversation.of(CLOSED, null, null).continueFinalMessage()).isNull();
    }
}
