package io.gkt.endtoend;

import java.util.List;

/** Word problems of the kind that the demo models solve; each index gives another. */
public final class Problems {

    private static final List<String> NAMES = List.of("Leo", "Mia", "Tom", "Grace", "Karim", "Rosa", "Max", "Elif");

    private Problems() {}

    public static String question(int index) {
        String name = NAMES.get(index % NAMES.size());
        return "%1$s has %2$d shells. %1$s finds %3$d shells. %1$s loses %4$d shells. How many shells does %1$s have now?"
                .formatted(name, first(index), second(index), 3 + index % 5);
    }

    /** The numbers of a question with which the plan begins, told apart from every other question's below 30. */
    public static String beginningOfPlan(int index) {
        return "We need %d + %d".formatted(first(index), second(index));
    }

    private static int first(int index) {
        return 11 + index;
    }

    private static int second(int index) {
        return 40 - index;
    }

    /** A chat request; fields may follow the messages. */
    public static String chat(int index, String... fields) {
        StringBuilder json = new StringBuilder("{\"messages\": [{\"role\": \"user\", \"content\": \"")
                .append(question(index))
                .append("\"}]");
        for (String field : fields) {
            json.append(", ").append(field);
        }
        return json.append('}').toString();
    }
}
