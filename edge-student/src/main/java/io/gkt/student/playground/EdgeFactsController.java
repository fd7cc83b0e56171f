package io.gkt.student.playground;

import io.gkt.inference.TextModel;
import io.gkt.student.StudentSettings;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /playground/edge}. */
@RestController
final class EdgeFactsController {

    private final EdgeFacts facts;

    EdgeFactsController(StudentSettings settings, TextModel model) {
        facts = EdgeFacts.of(settings, model.defaultSampling());
    }

    @GetMapping("/playground/edge")
    EdgeFacts edge() {
        return facts;
    }
}
