package io.gkt.benchmark.soak;

import static io.gkt.benchmark.fault.FaultyNetwork.brokenAfter;
import static io.gkt.benchmark.fault.FaultyNetwork.endedAfter;
import static io.gkt.benchmark.fault.FaultyNetwork.late;
import static io.gkt.benchmark.fault.FaultyNetwork.passing;
import static io.gkt.benchmark.fault.FaultyNetwork.reply;
import static io.gkt.benchmark.fault.FaultyNetwork.silence;

import io.gkt.benchmark.fault.FaultyNetwork.Fault;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Something that goes wrong for a while.
 *
 * @param name  of it
 * @param dies  whose process ends with it
 * @param onset how it begins
 */
record Trouble(String name, Dies dies, Onset onset) {

    /** Whose process ends. */
    enum Dies {
        NOBODY,
        TEACHER,
        EDGE
    }

    /** How trouble begins. */
    interface Onset {
        End begin(Pair pair, Promises promises, Random random) throws IOException, InterruptedException;
    }

    /** How trouble ends. */
    interface End {
        void end() throws IOException, InterruptedException;
    }

    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String HTML = "Content-Type: text/html\r\n";
    private static final int LONGEST_DELAY = (int) (2 * Pair.GUIDANCE_TIMEOUT.toMillis());

    /** Deaths first. */
    private static final List<Trouble> ALL = List.of(
            new Trouble("edge killed", Dies.EDGE, (pair, promises, random) -> {
                pair.edge().kill();
                return pair.edge()::revive;
            }),
            new Trouble("teacher killed", Dies.TEACHER, (pair, promises, random) -> {
                pair.teacher().kill();
                return pair::reviveTeacher;
            }),
            new Trouble("teacher terminated", Dies.TEACHER, (pair, promises, random) -> {
                int exitCode = pair.teacher().terminate();
                if (exitCode != 0) {
                    promises.broken("SIGTERM ended the teacher with " + exitCode);
                }
                return pair::reviveTeacher;
            }),
            network("latency, 0 to 2 timeouts", random -> late(() -> random.nextInt(LONGEST_DELAY))),
            network("silence", random -> silence()),
            network("cut in the middle", random -> exchange -> {
                int bytes = random.nextInt(400);
                (random.nextBoolean() ? brokenAfter(bytes) : endedAfter(bytes)).play(exchange);
            }),
            network(
                    "200 with garbage",
                    random -> any(
                            random,
                            reply("200 OK", HTML, "<html><body>Sign in to the network</body></html>"),
                            reply("200 OK", JSON, ""),
                            reply("200 OK", JSON, "{\"id\": \"x\", \"text\": \"We ne"),
                            reply("200 OK", JSON, "{\"choices\": []}"),
                            reply("200 OK", JSON, "[".repeat(100_000)),
                            exchange -> exchange.say("SSH-2.0-OpenSSH_9.6\r\n\r\n"))),
            network(
                    "429 and 503, absurd Retry-After",
                    random -> any(
                            random,
                            busy("429 Too Many Requests", "0"),
                            busy("429 Too Many Requests", "-1"),
                            busy("503 Service Unavailable", "1000000000"),
                            busy("503 Service Unavailable", "99999999999999999999"),
                            busy("503 Service Unavailable", "Wed, 21 Oct 2099 07:28:00 GMT"),
                            busy("503 Service Unavailable", "soon"))),
            network("500 to all", random -> reply("500 Internal Server Error", HTML, "<html>oops</html>")),
            new Trouble("connections refused", Dies.NOBODY, (pair, promises, random) -> {
                pair.network().refuse();
                return pair.network()::admit;
            }),
            new Trouble("slow readers", Dies.NOBODY, (pair, promises, random) -> {
                SlowReaders readers = new SlowReaders(pair.edge().process().url());
                return readers::close;
            }));

    private interface Seeded {
        Fault with(Random random);
    }

    private static Trouble network(String name, Seeded fault) {
        return new Trouble(name, Dies.NOBODY, (pair, promises, random) -> {
            pair.network().now(fault.with(random));
            return () -> pair.network().now(passing());
        });
    }

    private static Fault any(Random random, Fault... faults) {
        return exchange -> faults[random.nextInt(faults.length)].play(exchange);
    }

    private static Fault busy(String status, String retryAfter) {
        return reply(status, JSON + "Retry-After: " + retryAfter + "\r\n", "{}");
    }

    /**
     * What goes wrong in which cycle: deaths first, the others in random order, and again. So that the lives at the end
     * are long enough to be judged, edges die in the first quarter only, and teachers in the first half.
     *
     * @param cycles how many
     * @param random the order
     * @return as many
     */
    static List<Trouble> schedule(int cycles, Random random) {
        List<Trouble> schedule = new ArrayList<>();
        Deque<Trouble> deck = new ArrayDeque<>();
        while (schedule.size() < cycles) {
            if (deck.isEmpty()) {
                deck.addAll(shuffled(random));
            }
            Trouble next = deck.pop();
            int lastCycle = next.dies == Dies.EDGE ? cycles / 4 : next.dies == Dies.TEACHER ? cycles / 2 : cycles;
            if (schedule.size() < lastCycle) {
                schedule.add(next);
            }
        }
        return schedule;
    }

    private static List<Trouble> shuffled(Random random) {
        List<Trouble> gentle = new ArrayList<>(
                ALL.stream().filter(trouble -> trouble.dies == Dies.NOBODY).toList());
        Collections.shuffle(gentle, random);
        Stream<Trouble> deaths = ALL.stream().filter(trouble -> trouble.dies != Dies.NOBODY);
        return Stream.concat(deaths, gentle.stream()).toList();
    }
}
