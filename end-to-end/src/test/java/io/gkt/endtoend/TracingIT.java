package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A trace (W3C Trace Context) that a client begins goes on through the edge to the teacher. The collector that both
 * export to is the test's own: it reads OTLP's protocol buffers and keeps the spans.
 */
class TracingIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";
    private static final String QUESTION =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Tom has 4 shells and finds 3.\"}],\"max_tokens\":24,"
                    + "\"guidance\":{\"max_tokens\":8}}";

    private static final Map<String, Exported> SPANS = new ConcurrentHashMap<>();
    private static HttpServer collector;
    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    /** A span, and the service that exported it. */
    private record Exported(String service, Span span) {

        String trace() {
            return hex(span.getTraceId().toByteArray());
        }

        String id() {
            return hex(span.getSpanId().toByteArray());
        }

        String parent() {
            return hex(span.getParentSpanId().toByteArray());
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    @BeforeAll
    static void startACollectorAndAPairThatExportsToIt() throws Exception {
        collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            collect(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            exchange.close();
        });
        collector.start();
        String[] settings = {
            "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:"
                    + collector.getAddress().getPort() + "/v1/traces",
            "--logging.level.org.springframework.web.servlet.DispatcherServlet=debug"
        };
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, settings);
        edge = ServiceProcess.edge(teacher.url(), settings);
    }

    @AfterAll
    static void stop() throws Exception {
        edge.close();
        teacher.close();
        collector.stop(0);
    }

    private static void collect(ExportTraceServiceRequest request) {
        request.getResourceSpansList().forEach(resource -> {
            String service = resource.getResource().getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("service.name"))
                    .map(attribute -> attribute.getValue().getStringValue())
                    .findFirst()
                    .orElseThrow();
            resource.getScopeSpansList()
                    .forEach(scope -> scope.getSpansList().forEach(span -> {
                        Exported exported = new Exported(service, span);
                        SPANS.put(exported.id(), exported);
                    }));
        });
    }

    @Test
    void aClientsTraceGoesOnThroughTheEdgeToTheTeacher() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        ask(trace, "01");

        Exported answering =
                await(span -> span.trace().equals(trace) && span.parent().equals(CLIENT_SPAN));
        assertThat(answering.service()).isEqualTo("edge-student");
        assertThat(answering.trace()).isEqualTo(trace);
        assertThat(answering.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);

        Exported asking = await(span -> span.parent().equals(answering.id()));
        assertThat(asking.service()).isEqualTo("edge-student");
        assertThat(asking.span().getName()).isEqualTo("ask teacher");
        assertThat(asking.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);

        Exported guiding = await(span -> span.parent().equals(asking.id()));
        assertThat(guiding.service()).isEqualTo("cloud-teacher");
        assertThat(guiding.trace()).isEqualTo(trace);
        assertThat(guiding.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);

        assertThat(edge.log()).contains("[" + trace + "]");
        assertThat(teacher.log()).contains("[" + trace + "]");
    }

    @Test
    void aTraceThatItsClientDoesNotSampleIsNotExported() throws Exception {
        String unsampled = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        String sampled = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
        ask(unsampled, "00");
        ask(sampled, "01");
        await(span -> span.trace().equals(sampled) && span.service().equals("cloud-teacher"));
        await(span -> span.trace().equals(sampled) && span.parent().equals(CLIENT_SPAN));
        assertThat(SPANS.values()).noneMatch(span -> span.trace().equals(unsampled));
    }

    @Test
    void sampledRequestsAreExemplarsOfHistograms() throws Exception {
        String trace = "cccccccccccccccccccccccccccccccc";
        ask(trace, "01");
        HttpRequest scrape = HttpRequest.newBuilder(edge.url().resolve("/actuator/prometheus"))
                .header("Accept", "application/openmetrics-text")
                .build();
        assertThat(edge.api().send(scrape).body())
                .containsPattern("gen_ai_server_request_duration_seconds_bucket.*# \\{.*trace_id=\"[0-9a-f]{32}\"");
    }

    private static void ask(String trace, String flags) throws Exception {
        HttpRequest question = HttpRequest.newBuilder(edge.url().resolve(Api.CHAT))
                .header("Content-Type", "application/json")
                .header("traceparent", "00-" + trace + "-" + CLIENT_SPAN + "-" + flags)
                .POST(BodyPublishers.ofString(QUESTION))
                .build();
        assertThat(Api.outcome(Api.success(edge.api().send(question)))).isEqualTo("used");
    }

    private static Exported await(Predicate<Exported> wanted) throws Exception {
        edge.await("exported", LIMIT, () -> SPANS.values().stream().anyMatch(wanted));
        return SPANS.values().stream().filter(wanted).findFirst().orElseThrow();
    }
}
