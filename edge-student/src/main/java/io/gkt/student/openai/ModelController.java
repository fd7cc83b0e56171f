package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.service.ApiException;
import io.gkt.student.generation.Student;
import java.time.Instant;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/models}. */
@RestController
public final class ModelController {

    private final Model model;

    /** @param student whose model it is */
    public ModelController(Student student) {
        this.model = new Model(student.model().name(), "model", Instant.now().getEpochSecond(), "gkt");
    }

    record Model(
            String id,
            String object,
            long created,
            @JsonProperty("owned_by") String ownedBy) {}

    record ModelList(String object, List<Model> data) {}

    @GetMapping("/v1/models")
    ModelList models() {
        return new ModelList("list", List.of(model));
    }

    @GetMapping("/v1/models/{id}")
    Model model(@PathVariable String id) {
        if (!id.equals(model.id())) {
            throw ApiException.modelNotFound(id);
        }
        return model;
    }
}
