package io.gkt.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private static List<String> drain(FairQueue<String> queue) {
        List<String> all = new ArrayList<>();
        while (!queue.isEmpty()) {
            all.add(queue.poll());
        }
        return all;
    }

    @Test
    void callersTakeTurns() {
        FairQueue<String> queue = new FairQueue<>(10);
        List.of("a1", "a2", "a3", "b1", "c1", "c2").forEach(item -> queue.add(item.substring(0, 1), item));

        assertThat(drain(queue)).containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void whoHasJustHadATurnWaitsForTheOthers() {
        FairQueue<String> queue = new FairQueue<>(10);
        queue.add("a", "a1");
        queue.add("b", "b1");
        queue.add("b", "b2");
        assertThat(queue.poll()).isEqualTo("a1");
        queue.add("a", "a2");

        assertThat(drain(queue)).containsExactly("b1", "a2", "b2");
    }

    /** Whatever waits: who is said to be ahead is who comes out first. */
    @Test
    void whoIsAheadHasTheTurnsBefore() {
        Random random = new Random(4);
        for (int round = 0; round < 200; round++) {
            FairQueue<String> queue = new FairQueue<>(100);
            for (int i = random.nextInt(30); i > 0; i--) {
                queue.add("c" + random.nextInt(4), "c" + i);
                if (random.nextInt(3) == 0) {
                    String next = queue.peek();
                    assertThat(queue.poll()).isEqualTo(next);
                }
            }
            String caller = "c" + random.nextInt(5);
            List<String> ahead = queue.ahead(caller);
            queue.add(caller, "newcomer");

            List<String> all = drain(queue);
            assertThat(all.subList(0, all.indexOf("newcomer"))).isEqualTo(ahead);
        }
        assertThat(new FairQueue<String>(1).peek()).isNull();
    }

    @Test
    void aFullQueueOfOneCallerRefusesTheNewcomer() {
        FairQueue<String> queue = new FairQueue<>(2);
        assertThat(queue.add("a", "a1")).isEmpty();
        assertThat(queue.add("a", "a2")).isEmpty();

        assertThat(queue.add("a", "a3")).hasValue("a3");
        assertThat(drain(queue)).containsExactly("a1", "a2");
    }

    @Test
    void whoFillsTheQueueMakesRoomForOthersUntilAllHaveTheSame() {
        FairQueue<String> queue = new FairQueue<>(4);
        List.of("a1", "a2", "a3", "a4").forEach(item -> queue.add("a", item));

        assertThat(queue.add("b", "b1")).hasValue("a4");
        assertThat(queue.add("b", "b2")).hasValue("a3");
        assertThat(queue.add("b", "b3")).hasValue("b3");
        assertThat(queue.add("a", "a5")).hasValue("a5");
        assertThat(queue.add("c", "c1")).isPresent();
        assertThat(queue.size()).isEqualTo(4);
        assertThat(drain(queue)).hasSize(4).contains("a1", "b1", "c1");
    }

    @Test
    void whatNeedNotWaitAnyMoreIsTakenOut() {
        FairQueue<String> queue = new FairQueue<>(10);
        List.of("a1", "a2", "b1", "c1").forEach(item -> queue.add(item.substring(0, 1), item));

        assertThat(queue.remove("b1")).isTrue();
        assertThat(queue.remove("b1")).isFalse();
        assertThat(queue.removeIf(item -> item.endsWith("2"))).containsExactly("a2");
        assertThat(queue.stream()).containsExactlyInAnyOrder("a1", "c1");
        assertThat(queue.size()).isEqualTo(2);
        assertThat(drain(queue)).containsExactly("a1", "c1");
    }

    @Test
    void nothingWaitsWhereThereIsNoRoom() {
        FairQueue<String> queue = new FairQueue<>(0);

        assertThat(queue.add("a", "a1")).hasValue("a1");
        assertThat(queue.isEmpty()).isTrue();
    }

    /** Whatever is added and taken: nothing is lost, nothing comes twice, and each caller's come in their order. */
    @Test
    void nothingIsLostAndNothingComesTwice() {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            FairQueue<Integer> queue = new FairQueue<>(random.nextInt(20));
            List<Integer> out = new ArrayList<>();
            int[] last = new int[4];
            for (int item = 1; item <= 200; item++) {
                int caller = random.nextInt(4);
                int own = 4 * item + caller;
                queue.add(String.valueOf(caller), own).ifPresent(out::add);
                if (random.nextInt(3) == 0 && !queue.isEmpty()) {
                    int taken = queue.poll();
                    assertThat(taken).isGreaterThan(last[taken % 4]);
                    last[taken % 4] = taken;
                    out.add(taken);
                }
                if (random.nextInt(10) == 0) {
                    out.addAll(queue.removeIf(waiting -> random.nextInt(5) == 0));
                }
            }
            queue.stream().forEach(out::add);
            assertThat(out).hasSize(200).doesNotHaveDuplicates();
        }
    }
}
