package io.gkt.service.tokens;

import io.gkt.inference.TextModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;

/** Gives a service that has a tokenizer what is in this package. */
@AutoConfiguration
class TokensAutoConfiguration {

    @Bean
    @ConditionalOnBean(TextModel.class)
    TokensController tokensController(TextModel model) {
        return new TokensController(model);
    }
}
