package io.gkt.service.access;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who may call, {@code gkt.access.*}.
 *
 * @param keys by a name for each holder, which stands in logs; where there are none, anybody may call who can reach the
 *             service
 * @param open whether to start without keys on an address that other machines reach
 */
@Validated
@ConfigurationProperties(prefix = "gkt.access", ignoreUnknownFields = false)
public record AccessSettings(
        @NotNull @DefaultValue Map<String, @Valid Key> keys,
        @DefaultValue("false") boolean open) {

    /**
     * One API key; it stands in a file or is known by its hash.
     *
     * @param sha256            hash of the key, 64 hexadecimal digits
     * @param file              holds the key, such as a mounted secret; read at start
     * @param maxConcurrent     most requests of its holder at the same time; unset is no limit
     * @param requestsPerMinute most requests of its holder in a minute; unset is no limit
     */
    public record Key(
            @Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be 64 hexadecimal digits") String sha256,

            Path file,
            @Min(1) Integer maxConcurrent,
            @Min(1) Integer requestsPerMinute) {}
}
