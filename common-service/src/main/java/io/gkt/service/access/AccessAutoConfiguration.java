package io.gkt.service.access;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Asks callers for their keys, and refuses to start where anybody could call from elsewhere. */
@AutoConfiguration
@EnableConfigurationProperties({AccessSettings.class, ServerProperties.class})
class AccessAutoConfiguration {

    @Bean
    WebMvcConfigurer access(AccessSettings settings, ServerProperties server) {
        ApiKeys keys = settings.keysAt(server.getAddress());
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new AccessInterceptor(keys));
            }
        };
    }
}
