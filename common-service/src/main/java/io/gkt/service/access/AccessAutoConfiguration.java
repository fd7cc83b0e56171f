package io.gkt.service.access;

import java.net.InetAddress;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
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
        ApiKeys keys = new ApiKeys(settings.keys());
        InetAddress address = server.getAddress();
        if (keys.none() && !settings.open() && (address == null || !address.isLoopbackAddress())) {
            throw new InvalidConfigurationPropertyValueException(
                    "server.address",
                    address == null ? "every address" : address.getHostAddress(),
                    "Other machines could call without a key. Set gkt.access.keys.NAME.file or .sha256, or"
                            + " gkt.access.open=true if that is meant.");
        }
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new AccessInterceptor(keys));
            }
        };
    }
}
