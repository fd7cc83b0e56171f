package io.gkt.service;

import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings that both services have, {@code gkt.service.*}.
 *
 * @param maxRequestSize largest body of a request; larger ones are refused with 413
 */
@Validated
@ConfigurationProperties(prefix = "gkt.service", ignoreUnknownFields = false)
public record ServiceSettings(@NotNull @DefaultValue("2MB") DataSize maxRequestSize) {}
