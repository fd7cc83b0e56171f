package io.gkt.teacher.guidance;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.service.ApiException;
import io.gkt.service.ClientConnection;
import io.gkt.service.DeadlineHeader;
import io.gkt.service.access.Caller;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** Guidance over HTTP. */
@RestController
class GuidanceController {

    private final GuidanceRequests requests;
    private final GuidanceBackend backend;
    private final GuidanceStreams streams;
    private final Departures departures;

    GuidanceController(
            GuidanceRequests requests, GuidanceBackend backend, GuidanceStreams streams, Departures departures) {
        this.requests = requests;
        this.backend = backend;
        this.streams = streams;
        this.departures = departures;
    }

    /** Answers without holding a thread: whole, or piece by piece if the request says {@code stream}. */
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = GuidanceResponse.class)))
    @ApiResponse(responseCode = "404")
    @ApiResponse(responseCode = "429")
    @ApiResponse(responseCode = "499")
    @ApiResponse(responseCode = "503")
    @ApiResponse(responseCode = "504")
    @PostMapping(GuidanceApi.PATH)
    Object guidance(
            @Valid @RequestBody GuidanceRequest request,
            @Parameter(schema = @Schema(type = "string", pattern = DeadlineHeader.PATTERN))
                    @RequestHeader(name = GuidanceApi.DEADLINE_HEADER, required = false)
                    String deadline,
            HttpServletRequest http) {
        GuidanceTask task = requests.read(request, Caller.of(http).name(), deadline, System.nanoTime());
        ClientConnection connection = ClientConnection.of(http);
        return Boolean.TRUE.equals(request.stream()) ? stream(task, connection) : whole(task, connection);
    }

    private CompletableFuture<GuidanceResponse> whole(GuidanceTask task, ClientConnection connection) {
        WholeAnswer answer = new WholeAnswer(task.id(), backend.model());
        departures.submit(task, connection, answer);
        return answer.response();
    }

    private ResponseEntity<ResponseBodyEmitter> stream(GuidanceTask task, ClientConnection connection) {
        GuidanceStream stream = streams.open(task.id(), backend.model(), connection);
        departures.submit(task, connection, stream);
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .cacheControl(CacheControl.noCache())
                .body(stream.emitter());
    }

    /** Cancels a request. */
    @ApiResponse(responseCode = "204")
    @ApiResponse(responseCode = "404")
    @DeleteMapping(GuidanceApi.PATH + "/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cancel(@PathVariable String id) {
        if (!backend.cancel(id)) {
            throw ApiException.notFound("No request of this id is under way.");
        }
    }
}
