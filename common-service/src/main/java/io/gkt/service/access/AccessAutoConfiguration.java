package io.gkt.service.access;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Asks callers for their keys, and refuses to start where anybody could call from elsewhere. */
@AutoConfiguration
@EnableConfigurationProperties({AccessSettings.class, ServerProperties.class})
class AccessAutoConfiguration {

    @Bean
    ApiKeys apiKeys(AccessSettings settings, ServerProperties server) {
        return settings.keysAt(server.getAddress());
    }

    @Bean
    WebMvcConfigurer access(ApiKeys keys) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new AccessInterceptor(keys));
            }
        };
    }

    @Bean
    LocalNamesFilter localNamesFilter(
            ApiKeys keys,
            AccessSettings settings,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver errors) {
        return new LocalNamesFilter(keys.none() && !settings.open(), errors);
    }
}
