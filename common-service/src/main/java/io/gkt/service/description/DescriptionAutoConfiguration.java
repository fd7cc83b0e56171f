package io.gkt.service.description;

import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gkt.service.access.AccessSettings;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.List;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.providers.JavadocProvider;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.JsonNode;

/** Gives a service its description. */
@AutoConfiguration(before = SpringDocConfiguration.class)
class DescriptionAutoConfiguration {

    private static final String KEY = "apiKey";

    static {
        SpringDocUtils.getConfig().replaceWithSchema(JsonNode.class, new JsonSchema());
    }

    @Bean
    SchemaNames schemaNames() {
        return new SchemaNames();
    }

    /** First, so that the others complete what it reads. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ModelResolver modelResolver(ObjectMapperProvider mappers, SchemaNames names) {
        ObjectMapper mapper = mappers.jsonMapper().copy();
        mapper.setAnnotationIntrospector(AnnotationIntrospector.pair(
                new Jackson3Naming(), mapper.getSerializationConfig().getAnnotationIntrospector()));
        return new ModelResolver(mapper, names).openapi31(true);
    }

    @Bean
    OpenAPI description(@Value("${spring.application.name:service}") String name, AccessSettings access) {
        OpenAPI api = new OpenAPI()
                .info(new Info()
                        .title(name)
                        .version(String.valueOf(getClass().getPackage().getImplementationVersion()))
                        .license(
                                new License().name("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0.txt"))
                        .description("""
                                Fields of requests that are not described are ignored, and null is as good as absent. JSON is \
                                read strictly: no strings for numbers, no fractions such as 1.0 for whole numbers, no key \
                                twice, 100 levels at most. Lengths of texts count UTF-16 code units."""))
                .servers(List.of(new Server().url("/")))
                .components(new Components()
                        .addSecuritySchemes(
                                KEY,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("An API key, where the service has any.")));
        return access.keys().isEmpty() ? api : api.addSecurityItem(new SecurityRequirement().addList(KEY));
    }

    @Bean
    @Order(0)
    OpenApiCustomizer errorResponses(AccessSettings access) {
        return new ErrorResponses(!access.keys().isEmpty());
    }

    @Bean
    @Order(1)
    OpenApiCustomizer recordSchemas(SchemaNames names, JavadocProvider javadoc) {
        return new RecordSchemas(names, javadoc);
    }

    @Bean
    @Order(2)
    OpenApiCustomizer conversationRules() {
        return new ConversationRules();
    }
}
