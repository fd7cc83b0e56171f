package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A thread of a service that its JVM knows nothing of, because a library has started it. Linux tells, and {@code jcmd}.
 *
 * @param id   the system's
 * @param name that of the thread that started it, unless it was given another one
 * @param time that it has had a core, in nanoseconds
 */
record LibraryThread(long id, String name, long time) {

    private static final Pattern ID = Pattern.compile(" nid=(\\w+) ");

    /** All that a service has now. */
    static List<LibraryThread> of(ServiceProcess service) throws Exception {
        Path tasks = Path.of("/proc", Long.toString(service.pid()), "task");
        // What comes or goes meanwhile is none: the JVM says of a moment what we read before and after it.
        Set<Long> before = ids(tasks);
        Set<Long> known = known(service.pid());
        Predicate<Long> unknown = id -> before.contains(id) && !known.contains(id) && id != service.pid();
        return ids(tasks).stream()
                .filter(unknown)
                .sorted()
                .flatMap(id -> read(tasks, id))
                .toList();
    }

    private static Set<Long> ids(Path tasks) throws IOException {
        try (Stream<Path> all = Files.list(tasks)) {
            return all.map(task -> Long.valueOf(task.getFileName().toString())).collect(Collectors.toSet());
        }
    }

    /** Its own threads too, such as those that collect garbage; not the one that only waits for the JVM's end. */
    private static Set<Long> known(long pid) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), "Thread.print")
                .redirectErrorStream(true)
                .start();
        String threads = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(threads).isZero();
        return ID.matcher(threads)
                .results()
                .map(match -> Long.decode(match.group(1)))
                .collect(Collectors.toSet());
    }

    private static Stream<LibraryThread> read(Path tasks, long id) {
        Path task = tasks.resolve(Long.toString(id));
        try {
            String name = Files.readString(task.resolve("comm")).strip();
            String time = Files.readString(task.resolve("schedstat")).split(" ")[0];
            return Stream.of(new LibraryThread(id, name, Long.parseLong(time)));
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
