package io.gkt.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What {@code GET /v1/models} gives.
 *
 * @param object {@code list}
 * @param data   the models
 */
public record ModelList(String object, List<Model> data) {

    /**
     * One model.
     *
     * @param id      its name in requests
     * @param object  {@code model}
     * @param created since when it is there, in seconds since 1970
     * @param ownedBy whose it is
     * @param parameters number of its weights; null where that is not known; not in OpenAI's contract
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(String id, String object, long created, String ownedBy, Long parameters) {

        /**
         * @param id      its name in requests
         * @param created since when it is there
         * @param parameters number of its weights; null if not known
         * @return the model
         */
        public static Model of(String id, Instant created, Long parameters) {
            return new Model(id, "model", created.getEpochSecond(), "gkt", parameters);
        }
    }

    /**
     * @param models what there is
     * @return the list of them
     */
    public static ModelList of(Model... models) {
        return new ModelList("list", List.of(models));
    }
}
