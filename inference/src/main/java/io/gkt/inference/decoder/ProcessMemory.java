package io.gkt.inference.decoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process, where the operating system tells (Linux). */
final class ProcessMemory {

    private ProcessMemory() {}

    /** Such as {@code ; this process has 640 MB, and had 655 MB at most}, or nothing. */
    static String now() {
        try {
            var status = Files.readAllLines(Path.of("/proc/self/status"));
            return "; this process has " + megabytes(status, "VmRSS:") + " MB, and had " + megabytes(status, "VmHWM:")
                    + " MB at most";
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }

    private static long megabytes(java.util.List<String> status, String name) {
        return status.stream()
                        .filter(line -> line.startsWith(name))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024;
    }
}
