package io.gkt.service;

import io.gkt.protocol.ModelList;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The one model there is, as OpenAI lists models. */
@RestController
final class ModelsController {

    private final ModelList.Model model;

    ModelsController(ModelList.Model model) {
        this.model = model;
    }

    /** Lists the model. */
    @GetMapping("/v1/models")
    ModelList models() {
        return ModelList.of(model);
    }

    /** Describes the model. */
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "404")
    @GetMapping("/v1/models/{id}")
    ModelList.Model model(@PathVariable String id) {
        if (!id.equals(model.id())) {
            throw ApiException.modelNotFound(id);
        }
        return model;
    }
}
