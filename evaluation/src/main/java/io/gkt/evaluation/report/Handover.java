package io.gkt.evaluation.report;

import io.gkt.evaluation.accuracy.Item;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One question with its answers side by side.
 *
 * @param kind     why it is shown
 * @param question what was asked
 * @param expected the right result
 * @param guidance what the teacher began with
 * @param rest     what the student went on with
 * @param verdict  whether that is right
 * @param student  the student's own answer; null if it was not asked
 * @param teacher  the teacher's own answer; null if it was not asked
 */
record Handover(
        String kind,
        String question,
        String expected,
        String guidance,
        String rest,
        String verdict,
        Alone student,
        Alone teacher) {

    private static final int OF_EACH_KIND = 3;

    /**
     * @param text    an answer that one model gave alone
     * @param verdict whether it is right
     */
    record Alone(String text, String verdict) {

        static Alone of(Item item) {
            return item == null ? null : new Alone(item.completion().strip(), verdictOn(item));
        }
    }

    /**
     * @param guided  a run with guidance
     * @param student the student alone on the same questions, if there
     * @param teacher the teacher alone on the same questions, if there
     * @return the first few of each kind: guidance helped, guidance did not help, guidance gave the result away
     */
    static List<Handover> examples(Run guided, Optional<Run> student, Optional<Run> teacher) {
        Map<String, Item> alone = byId(student);
        Map<String, Item> whole = byId(teacher);
        Predicate<Item> rightAlone =
                item -> alone.containsKey(item.id()) && alone.get(item.id()).correct();
        return Stream.of(
                        some(
                                "right with guidance",
                                item -> item.correct() && !item.leaked() && !rightAlone.test(item),
                                guided,
                                alone,
                                whole),
                        some("wrong with guidance", item -> !item.correct(), guided, alone, whole),
                        some("result given away", Item::leaked, guided, alone, whole))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Handover> some(
            String kind, Predicate<Item> which, Run guided, Map<String, Item> alone, Map<String, Item> whole) {
        return guided.items().stream()
                .filter(item -> item.guidance() != null && !item.guidance().isBlank())
                .filter(which)
                .limit(OF_EACH_KIND)
                .map(item -> of(kind, item, alone.get(item.id()), whole.get(item.id())))
                .toList();
    }

    private static Handover of(String kind, Item item, Item student, Item teacher) {
        String guidance = item.guidance().stripLeading();
        String answer = item.completion().stripLeading();
        boolean begins = answer.startsWith(guidance);
        return new Handover(
                kind,
                item.question(),
                item.expected(),
                begins ? guidance : "",
                begins ? answer.substring(guidance.length()) : answer,
                verdictOn(item),
                Alone.of(student),
                Alone.of(teacher));
    }

    private static Map<String, Item> byId(Optional<Run> run) {
        return run.stream()
                .flatMap(found -> found.items().stream())
                .collect(Collectors.toMap(Item::id, item -> item, (first, second) -> first));
    }

    private static String verdictOn(Item item) {
        return item.correct() ? "right" : "wrong";
    }
}
