package io.gkt.benchmark.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say where the services' jars are. */
public final class ServiceJars {

    @Option(
            names = "--teacher-jar",
            paramLabel = "FILE",
            defaultValue = "cloud-teacher/target/cloud-teacher.jar",
            description = "The teacher. Default: ${DEFAULT-VALUE}")
    private Path teacher;

    @Option(
            names = "--edge-jar",
            paramLabel = "FILE",
            defaultValue = "edge-student/target/edge-student.jar",
            description = "The edge. Default: ${DEFAULT-VALUE}")
    private Path edge;

    /**
     * Starts a teacher.
     *
     * @param environment variables besides this process's own
     * @param settings    such as {@code --gkt.teacher.max-batch-size=8}
     * @return the teacher, ready
     * @throws IOException if it does not start
     */
    public ServiceProcess teacher(Map<String, String> environment, List<String> settings)
            throws IOException, InterruptedException {
        return ServiceProcess.start(teacher, environment, settings);
    }

    /**
     * Starts an edge.
     *
     * @param teacherUrl  where its teacher listens
     * @param environment variables besides this process's own
     * @param settings    such as {@code --gkt.student.max-concurrent-generations=8}
     * @return the edge, ready
     * @throws IOException if it does not start
     */
    public ServiceProcess edge(URI teacherUrl, Map<String, String> environment, List<String> settings)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(settings);
        all.add("--gkt.student.teacher.url=" + teacherUrl);
        return ServiceProcess.start(edge, environment, all);
    }
}
