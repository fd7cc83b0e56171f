package io.gkt.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the overlays deploy is what Kubernetes knows, and holds together. */
class KubernetesManifestsTest {

    private static final String NAME = "app.kubernetes.io/name";

    @Test
    void whatKubernetesDoesNotKnowIsNoticed() {
        String service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1%s}]}\n";
        assertThat(Kustomize.parse(service.formatted(""))).hasSize(1);
        assertThatThrownBy(() -> Kustomize.parse(service.formatted(", tragetPort: http")))
                .hasMessageContaining("tragetPort");
    }

    @ParameterizedTest
    @ValueSource(strings = {"single-node", "cloud-gpu", "cloud-vllm"})
    void theTeacherIsDeployed(String overlay) throws Exception {
        List<HasMetadata> resources = Kustomize.render(overlay);
        assertThat(of(resources, Deployment.class).getMetadata().getName()).isEqualTo("cloud-teacher");
        assertThat(of(resources, PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(labels(of(resources, Deployment.class)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"single-node", "edge"})
    void aStudentRunsOnEachEdge(String overlay) throws Exception {
        assertThat(of(Kustomize.render(overlay), DaemonSet.class).getMetadata().getName())
                .isEqualTo("edge-student");
    }

    @Test
    void cloudAndEdgeDeploySeparately() throws Exception {
        assertThat(Kustomize.render("cloud-gpu")).noneMatch(DaemonSet.class::isInstance);
        assertThat(Kustomize.render("edge")).noneMatch(Deployment.class::isInstance);
    }

    @Test
    void theTeacherGrowsWithItsQueue() throws Exception {
        HorizontalPodAutoscaler autoscaler = of(Kustomize.render("cloud-gpu"), HorizontalPodAutoscaler.class);
        assertThat(autoscaler.getSpec().getScaleTargetRef().getName()).isEqualTo("cloud-teacher");
        assertThat(autoscaler
                        .getSpec()
                        .getMetrics()
                        .get(0)
                        .getPods()
                        .getMetric()
                        .getName())
                .isEqualTo("gkt_teacher_requests_waiting");
    }

    @Test
    void theTeacherAsksVllmAndNobodyElseDoes() throws Exception {
        List<HasMetadata> resources = Kustomize.render("cloud-vllm");
        Map<String, String> settings = of(resources, ConfigMap.class).getData();
        Service service = named(resources, Service.class, "vllm");
        assertThat(settings)
                .containsEntry("GKT_TEACHER_BACKEND", "openai")
                .containsEntry(
                        "GKT_TEACHER_OPENAI_URL",
                        "http://vllm:" + service.getSpec().getPorts().get(0).getPort());
        PodTemplateSpec vllm =
                named(resources, Deployment.class, "vllm").getSpec().getTemplate();
        assertThat(vllm.getSpec().getContainers().get(0).getArgs())
                .contains(
                        "--served-model-name=" + settings.get("GKT_TEACHER_OPENAI_MODEL"),
                        "--max-num-seqs=" + settings.get("GKT_TEACHER_MAXBATCHSIZE"));
        assertThat(vllm.getMetadata().getLabels())
                .containsAllEntriesOf(service.getSpec().getSelector());
        NetworkPolicy policy = named(resources, NetworkPolicy.class, "vllm");
        assertThat(vllm.getMetadata().getLabels())
                .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels());
        assertThat(policy.getSpec().getIngress())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getFrom())
                        .extracting(
                                peer -> peer.getPodSelector().getMatchLabels().get(NAME))
                        .containsExactly("cloud-teacher", "prometheus"));
    }

    @Test
    void onlyEdgesAndPrometheusReachTheTeacher() throws Exception {
        NetworkPolicy policy = named(Kustomize.render("single-node"), NetworkPolicy.class, "cloud-teacher");
        assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");
        assertThat(policy.getSpec().getPodSelector().getMatchLabels()).containsEntry(NAME, "cloud-teacher");
        assertThat(policy.getSpec().getIngress())
                .extracting(
                        rule -> rule.getPorts().get(0).getPort().getStrVal(),
                        rule -> rule.getFrom().stream()
                                .map(peer ->
                                        peer.getPodSelector().getMatchLabels().get(NAME))
                                .toList())
                .containsExactly(tuple("http", List.of("edge-student")), tuple("metrics", List.of("prometheus")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"single-node", "cloud-gpu", "cloud-vllm", "edge"})
    void everyReferenceHasItsTarget(String overlay) throws Exception {
        List<HasMetadata> resources = Kustomize.render(overlay);
        for (PodTemplateSpec template : ours(resources)) {
            Container container = template.getSpec().getContainers().get(0);
            List<String> ports =
                    container.getPorts().stream().map(ContainerPort::getName).toList();
            assertThat(names(resources, ConfigMap.class))
                    .contains(container.getEnvFrom().get(0).getConfigMapRef().getName());
            assertThat(probes(container))
                    .allSatisfy(probe -> assertThat(ports)
                            .contains(probe.getHttpGet().getPort().getStrVal()));
            template.getSpec().getVolumes().stream()
                    .map(volume -> volume.getPersistentVolumeClaim())
                    .filter(Objects::nonNull)
                    .forEach(claim -> assertThat(names(resources, PersistentVolumeClaim.class))
                            .contains(claim.getClaimName()));
        }
        for (HasMetadata resource : resources) {
            if (resource instanceof Service service) {
                assertThat(templates(resources))
                        .anyMatch(template -> template.getMetadata()
                                .getLabels()
                                .entrySet()
                                .containsAll(service.getSpec().getSelector().entrySet()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloud-gpu", "cloud-vllm", "edge"})
    void nobodyCallsWithoutAKey(String overlay) throws Exception {
        List<HasMetadata> resources = Kustomize.render(overlay);
        assertThat(ours(resources))
                .singleElement()
                .satisfies(template -> assertThat(
                                template.getSpec().getContainers().get(0).getEnvFrom())
                        .anyMatch(source -> source.getSecretRef() != null
                                && !Boolean.TRUE.equals(source.getSecretRef().getOptional())));
        assertThat(resources)
                .filteredOn(ConfigMap.class::isInstance)
                .allSatisfy(map -> assertThat(((ConfigMap) map).getData()).doesNotContainKey("GKT_ACCESS_OPEN"));
    }

    /** The rules of the namespaces' pod security level, which would refuse others only when they are started. */
    @ParameterizedTest
    @ValueSource(strings = {"single-node", "cloud-gpu", "cloud-vllm", "edge"})
    void podsMayDoNothingMoreThanTheyMust(String overlay) throws Exception {
        for (PodTemplateSpec template : templates(Kustomize.render(overlay))) {
            PodSpec pod = template.getSpec();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);
            assertThat(pod.getContainers()).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single-node", "cloud-gpu", "cloud-vllm", "edge"})
    void podsAreGivenTimeToFinish(String overlay) throws Exception {
        List<HasMetadata> resources = Kustomize.render(overlay);
        for (PodTemplateSpec template : ours(resources)) {
            Container container = template.getSpec().getContainers().get(0);
            String configMap = container.getEnvFrom().get(0).getConfigMapRef().getName();
            Map<String, String> settings = resources.stream()
                    .filter(ConfigMap.class::isInstance)
                    .filter(map -> map.getMetadata().getName().equals(configMap))
                    .map(map -> ((ConfigMap) map).getData())
                    .findAny()
                    .orElseThrow();
            long drain = Duration.parse("PT" + settings.get("SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE"))
                    .toSeconds();
            List<String> pause = container.getLifecycle().getPreStop().getExec().getCommand();
            assertThat(pause).first().isEqualTo("sleep");
            assertThat(template.getSpec().getTerminationGracePeriodSeconds())
                    .isGreaterThan(drain + Long.parseLong(pause.get(1)));
        }
    }

    private static List<Probe> probes(Container container) {
        return List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe());
    }

    private static Map<String, String> labels(Deployment deployment) {
        return deployment.getSpec().getSelector().getMatchLabels();
    }

    private static List<PodTemplateSpec> templates(List<HasMetadata> resources) {
        return Stream.concat(
                        resources.stream()
                                .filter(Deployment.class::isInstance)
                                .map(deployment ->
                                        ((Deployment) deployment).getSpec().getTemplate()),
                        resources.stream()
                                .filter(DaemonSet.class::isInstance)
                                .map(set -> ((DaemonSet) set).getSpec().getTemplate()))
                .toList();
    }

    /** Without those that others make. */
    private static List<PodTemplateSpec> ours(List<HasMetadata> resources) {
        return templates(resources).stream()
                .filter(template -> List.of("cloud-teacher", "edge-student")
                        .contains(template.getMetadata().getLabels().get(NAME)))
                .toList();
    }

    private static <T extends HasMetadata> T of(List<HasMetadata> resources, Class<T> type) {
        return resources.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    private static <T extends HasMetadata> T named(List<HasMetadata> resources, Class<T> type, String name) {
        return resources.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(candidate -> candidate.getMetadata().getName().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static List<String> names(List<HasMetadata> resources, Class<?> type) {
        return resources.stream()
                .filter(type::isInstance)
                .map(resource -> resource.getMetadata().getName())
                .toList();
    }
}
