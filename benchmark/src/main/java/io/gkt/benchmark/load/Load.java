package io.gkt.benchmark.load;

import io.gkt.benchmark.result.Percentiles;
import io.gkt.protocol.GuidanceRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Many requests and what became of them.
 *
 * @param replies in any order
 * @param seconds from when the first was due to the end of the last
 */
public record Load(List<Reply> replies, double seconds) {

    /**
     * Sends requests at random times that don't depend on the answers (open loop, Poisson). Latencies count from those
     * times, so that a teacher which falls behind is charged for it.
     *
     * @param client    asks
     * @param questions what
     * @param rate      requests a second
     * @param count     requests
     * @param seed      of the times
     * @return the load, once the last answer is there
     */
    public static Load open(TeacherClient client, Questions questions, double rate, int count, long seed)
            throws InterruptedException {
        Random random = new Random(seed);
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        long begin = System.nanoTime();
        double due = 0;
        for (int i = 0; i < count; i++) {
            due += -Math.log(1 - random.nextDouble()) / rate;
            GuidanceRequest request = questions.next();
            long time = begin + (long) (due * 1e9);
            TimeUnit.NANOSECONDS.sleep(time - System.nanoTime());
            replies.add(client.ask(request, time));
        }
        return since(begin, replies.stream().map(CompletableFuture::join).toList());
    }

    /**
     * Sends each request when an answer before is there (closed loop).
     *
     * @param client      asks
     * @param questions   what
     * @param connections requests under way at any time
     * @param count       requests in all
     * @return the load
     */
    public static Load closed(TeacherClient client, Questions questions, int connections, int count)
            throws InterruptedException {
        List<GuidanceRequest> requests =
                IntStream.range(0, count).mapToObj(i -> questions.next()).toList();
        List<Reply> replies = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger next = new AtomicInteger();
        long begin = System.nanoTime();
        CompletableFuture<?>[] users = IntStream.range(0, connections)
                .mapToObj(user -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                                replies.add(client.ask(requests.get(i), System.nanoTime())
                                        .join());
                            }
                        },
                        task -> new Thread(task, "user-" + user).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(users).join();
        return since(begin, replies);
    }

    private static Load since(long begin, List<Reply> replies) {
        long end = replies.stream().mapToLong(Reply::end).max().orElse(begin);
        return new Load(replies, (end - begin) / 1e9);
    }

    /** @return answers a second */
    public double throughput() {
        return (replies.size() - rejected()) / seconds;
    }

    /** @return requests that were not answered */
    public int rejected() {
        return (int) replies.stream().filter(reply -> !reply.answered()).count();
    }

    /**
     * @param value of an answer
     * @return its values of those that were answered
     */
    public Percentiles percentiles(ToDoubleFunction<Reply> value) {
        return Percentiles.of(replies.stream().filter(Reply::answered).mapToDouble(value));
    }
}
