package io.gkt.demo.problem;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Who and what a problem is about, and the dice it is rolled with. */
final class Scene {

    static final List<String> NAMES = List.of(
            "Ada", "Alan", "Amir", "Anna", "Ben", "Bela", "Carl", "Clara", "Dan", "Dora", "Elif", "Emma", "Eric", "Eva",
            "Felix", "Finn", "Grace", "Hana", "Hugo", "Ida", "Ivan", "Jack", "Jana", "Karim", "Kim", "Lara", "Leo",
            "Lucy", "Mara", "Max", "Mia", "Nina", "Noah", "Olga", "Omar", "Paul", "Rosa", "Sam", "Tara", "Tom");

    static final List<String> THINGS = List.of(
            "apples",
            "badges",
            "balls",
            "beads",
            "books",
            "bottles",
            "bricks",
            "buttons",
            "candles",
            "cards",
            "coins",
            "cookies",
            "cups",
            "eggs",
            "flowers",
            "hats",
            "keys",
            "kites",
            "lemons",
            "marbles",
            "nuts",
            "pears",
            "pencils",
            "pens",
            "plates",
            "plums",
            "ribbons",
            "rings",
            "shells",
            "socks",
            "spoons",
            "stamps",
            "stickers",
            "stones",
            "tickets",
            "toys");

    private static final List<String> CONTAINERS = List.of("bags", "baskets", "boxes", "jars", "packs", "trays");

    private static final int CAST = 4;

    private final Random random;
    private final Split split;
    private final List<String> cast;
    private final String thing;

    private Scene(Random random, Split split, List<String> cast, String thing) {
        this.random = random;
        this.split = split;
        this.cast = cast;
        this.thing = thing;
    }

    /** Draws a thing and people all of whose pairs with it lie in the split. */
    static Scene draw(Random random, Split split) {
        while (true) {
            var thing = THINGS.get(random.nextInt(THINGS.size()));
            var names = new ArrayList<>(NAMES);
            names.removeIf(name -> Split.ofPair(name, thing) != split);
            Collections.shuffle(names, random);
            if (names.size() >= CAST) {
                return new Scene(random, split, List.copyOf(names.subList(0, CAST)), thing);
            }
        }
    }

    /** The person at this place of the cast, 0 to 3; the last one is for sentences beside the story. */
    String person(int place) {
        return cast.get(place);
    }

    String bystander() {
        return person(CAST - 1);
    }

    String thing() {
        return thing;
    }

    /** Another thing that this person may be paired with. */
    String otherThing(String person) {
        var others = THINGS.stream()
                .filter(other -> !other.equals(thing) && Split.ofPair(person, other) == split)
                .toList();
        return others.isEmpty() ? thing : pick(others);
    }

    String container() {
        return pick(CONTAINERS);
    }

    /** A whole number from {@code low} to {@code high}, both included. */
    int number(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    void shuffle(List<?> list) {
        Collections.shuffle(list, random);
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    String phrase(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
