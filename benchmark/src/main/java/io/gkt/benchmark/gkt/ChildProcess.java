package io.gkt.benchmark.gkt;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another command of this program, in a process whose memory is free again when it is done. */
final class ChildProcess {

    private static final String MAIN = "io.gkt.benchmark.Bench";

    private ChildProcess() {}

    /**
     * Runs it to its end. It says on standard error how far it is, and ends with this process at the latest.
     *
     * @throws IOException if it fails
     */
    static void run(String command, List<String> arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String classPath = System.getProperty("java.class.path");
        boolean jar = !classPath.contains(File.pathSeparator) && classPath.endsWith(".jar");
        line.addAll(jar ? List.of("-jar", classPath) : List.of("-cp", classPath, MAIN));
        line.add(command);
        line.addAll(arguments);
        Process process = new ProcessBuilder(line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("bench " + command + " ended with " + process.exitValue());
            }
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(killer);
        }
    }
}
