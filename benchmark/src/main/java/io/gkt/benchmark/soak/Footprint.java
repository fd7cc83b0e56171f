package io.gkt.benchmark.soak;

import io.gkt.benchmark.process.ServiceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a process holds, as Linux and its JVM tell.
 *
 * @param residentMib  memory that is in RAM, MiB
 * @param threads      threads of the process, native ones included
 * @param files        open files, sockets included
 * @param sockets      open sockets
 * @param heapMib      what the heap holds after a full garbage collection, MiB
 * @param nativeArrays tensors and other values of the native library that something in the heap still owns
 * @param modelArrays  those that the model holds, as the service itself tells
 */
record Footprint(
        double residentMib, int threads, int files, int sockets, double heapMib, int nativeArrays, int modelArrays) {

    private static final List<String> NATIVE = List.of("ai.djl.pytorch.engine.PtNDArray", "ai.djl.pytorch.jni.IValue");

    static Footprint of(ServiceProcess service) throws IOException, InterruptedException {
        long pid = service.pid();
        Path process = Path.of("/proc", Long.toString(pid));
        if (!Files.isDirectory(process)) {
            throw new NoSuchFileException(
                    process.toString(), null, "only Linux tells of a process there; run the soak on Linux");
        }
        List<String[]> histogram = histogram(pid);
        List<String> status = Files.readAllLines(process.resolve("status"));
        List<String> files = openFiles(process);
        return new Footprint(
                number(status, "VmRSS:") / 1024.0,
                (int) number(status, "Threads:"),
                files.size(),
                (int) files.stream().filter(file -> file.startsWith("socket:")).count(),
                sum(histogram, columns -> columns[0].equals("Total"), 2) / (double) (1 << 20),
                (int) sum(histogram, columns -> columns.length >= 4 && NATIVE.contains(columns[3]), 1),
                (int) service.metric("gkt_native_arrays"));
    }

    private static long number(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> openFiles(Path process) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    files.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException e) {
                    // It has been closed meanwhile.
                }
            }
        }
        return files;
    }

    /** Lines of columns (number, instances, bytes, class) after a full garbage collection. */
    private static List<String[]> histogram(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new NoSuchFileException(jcmd.toString(), null, "run this with a JDK, not a JRE");
        }
        Process histogram = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (histogram.waitFor() != 0) {
            throw new IOException("jcmd failed: " + text);
        }
        return text.lines().map(line -> line.strip().split("\\s+")).toList();
    }

    private static long sum(List<String[]> histogram, Predicate<String[]> wanted, int column) {
        return histogram.stream()
                .filter(wanted)
                .mapToLong(columns -> Long.parseLong(columns[column]))
                .sum();
    }
}
