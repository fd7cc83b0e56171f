package io.gkt.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.gkt.endtoend.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The running services have the settings, ports, paths and metrics that the manifests name. */
class DeployedServicesIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String KEY = "what the secret would hold";
    private static final String KEY_SHA256 = "e778fe6ab2834360ac9002747835308d5e8dff8ad56156947086c5b3b6c75db8";

    @ParameterizedTest
    @CsvSource({
        "single-node, cloud-teacher, 8090",
        "single-node, edge-student, 8080",
        "cloud-gpu, cloud-teacher, 8090",
        "edge, edge-student, 8080"
    })
    void aServiceStartsAsItIsDeployed(String overlay, String module, int port) throws Exception {
        List<HasMetadata> resources = Kustomize.render(overlay);
        PodTemplateSpec template = template(resources, module);
        Container container = template.getSpec().getContainers().get(0);
        Map<String, Integer> ports = new HashMap<>();
        for (ContainerPort each : container.getPorts()) {
            ports.put(each.getName(), each.getContainerPort());
        }
        assertThat(ports.get("http")).isEqualTo(port).isEqualTo(defaultPort(module));
        Map<String, String> environment = environment(resources, container);
        assertThat(environment.get("MANAGEMENT_SERVER_PORT"))
                .isEqualTo(ports.get("metrics").toString());
        Map<String, String> annotations = template.getMetadata().getAnnotations();
        assertThat(annotations.get("prometheus.io/port")).isEqualTo(environment.get("MANAGEMENT_SERVER_PORT"));

        // Here there are no volumes with models, and the pods' ports may be taken.
        environment.keySet().removeIf(name -> name.endsWith("_MODEL"));
        int metricsPort = ServiceProcess.freePort();
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(metricsPort));
        boolean open = environment.containsKey("GKT_ACCESS_OPEN");
        if (!open) {
            environment.put("GKT_ACCESS_KEYS_SHOP_SHA256", KEY_SHA256);
        }
        try (ServiceProcess service = ServiceProcess.start(module, environment)) {
            for (Probe probe :
                    List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())) {
                assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
                assertThat(get(service.url(), probe.getHttpGet().getPath(), "").statusCode())
                        .isEqualTo(200);
            }
            String path = annotations.get("prometheus.io/path");
            HttpResponse<String> metrics = get(URI.create("http://127.0.0.1:" + metricsPort), path, "");
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(get(service.url(), path, KEY).statusCode()).isEqualTo(404);
            resources.stream()
                    .filter(HorizontalPodAutoscaler.class::isInstance)
                    .flatMap(autoscaler -> ((HorizontalPodAutoscaler) autoscaler).getSpec().getMetrics().stream())
                    .map(metric -> metric.getPods().getMetric().getName())
                    .forEach(name -> assertThat(metrics.body()).containsPattern("(?m)^" + name + " "));
            assertThat(get(service.url(), "/v1/models", "").statusCode()).isEqualTo(open ? 200 : 401);
            assertThat(get(service.url(), "/v1/models", KEY).statusCode()).isEqualTo(200);
        }
        resources.stream()
                .filter(Service.class::isInstance)
                .filter(service -> service.getMetadata().getName().equals(module))
                .flatMap(service -> ((Service) service).getSpec().getPorts().stream())
                .forEach(each -> assertThat(each.getTargetPort().getStrVal()).isEqualTo("http"));
    }

    private static PodTemplateSpec template(List<HasMetadata> resources, String name) {
        return Stream.concat(
                        resources.stream()
                                .filter(Deployment.class::isInstance)
                                .map(deployment ->
                                        ((Deployment) deployment).getSpec().getTemplate()),
                        resources.stream()
                                .filter(DaemonSet.class::isInstance)
                                .map(set -> ((DaemonSet) set).getSpec().getTemplate()))
                .filter(template ->
                        template.getSpec().getContainers().get(0).getName().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static Map<String, String> environment(List<HasMetadata> resources, Container container) {
        String name = container.getEnvFrom().get(0).getConfigMapRef().getName();
        return new HashMap<>(resources.stream()
                .filter(ConfigMap.class::isInstance)
                .filter(map -> map.getMetadata().getName().equals(name))
                .map(map -> ((ConfigMap) map).getData())
                .findAny()
                .orElseThrow());
    }

    private static int defaultPort(String module) throws IOException {
        Properties properties = new Properties();
        try (var reader =
                Files.newBufferedReader(Path.of("..", module, "src", "main", "resources", "application.properties"))) {
            properties.load(reader);
        }
        return Integer.parseInt(properties.getProperty("server.port"));
    }

    private static HttpResponse<String> get(URI service, String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
