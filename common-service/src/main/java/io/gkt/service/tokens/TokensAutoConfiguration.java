package io.gkt.service.tokens;

import io.gkt.inference.LanguageModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;

/** Gives a service that has a model what is in this package. */
@AutoConfiguration
class TokensAutoConfiguration {

    @Bean
    @ConditionalOnBean(LanguageModel.class)
    TokensController tokensController(LanguageModel model) {
        return new TokensController(model);
    }
}
