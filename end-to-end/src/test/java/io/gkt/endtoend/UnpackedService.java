package io.gkt.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A service's jar, unpacked as in its image, and an archive of its classes beside it (Java's class data sharing): tests start
 * services more than a hundred times, and this takes half of the time of a start. It is made once for each jar.
 */
final class UnpackedService {

    /** Starts are short, and so it counts what compilers take. */
    static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

    private static final long MINUTES = 3;

    private final Path directory;
    private final Path jar;
    private final Path archive;

    private UnpackedService(String module) {
        directory = Path.of("..", module, "target", "unpacked").toAbsolutePath().normalize();
        jar = directory.resolve(module + ".jar");
        archive = directory.resolve("classes.jsa");
    }

    /** What starts it, up to its settings. */
    static synchronized List<String> command(String module) throws Exception {
        Path packed = ServiceProcess.jar(module);
        UnpackedService service = new UnpackedService(module);
        if (!service.isOf(packed)) {
            service.make(packed);
        }
        return List.of(
                ServiceProcess.JAVA,
                FIRST_COMPILER_ONLY,
                "-XX:SharedArchiveFile=" + service.archive,
                "-jar",
                service.jar.toString());
    }

    private boolean isOf(Path packed) throws IOException {
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(packed)) > 0;
    }

    private void make(Path packed) throws Exception {
        Files.deleteIfExists(archive);
        run("-Djarmode=tools", "-jar", packed.toString(), "extract", "--force", "--destination", directory.toString());
        run(
                FIRST_COMPILER_ONLY,
                "-XX:ArchiveClassesAtExit=" + archive,
                "-Dspring.context.exit=onRefresh",
                "-jar",
                jar.toString(),
                "--server.port=0");
    }

    private static void run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(ServiceProcess.JAVA));
        command.addAll(List.of(arguments));
        Path log = Files.createDirectories(Path.of("target", "logs")).resolve("unpacking.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(command + " failed:\n" + Files.readString(log));
        }
    }
}
