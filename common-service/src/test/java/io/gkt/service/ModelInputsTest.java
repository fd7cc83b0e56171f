package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Sampling;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ModelInputsTest {

    private static final SamplingParameters DEFAULTS =
            new SamplingParameters(0.7, 20, 0.8, 0.1, 1.05, 0.2, 0.3, Map.of(1, 2.0), 4, OptionalLong.of(5));

    @Test
    void defaultsHoldWhereNothingIsWished() {
        assertThat(ModelInputs.sampling(null, DEFAULTS)).isEqualTo(DEFAULTS);
        assertThat(ModelInputs.sampling(Sampling.UNSET, DEFAULTS)).isEqualTo(DEFAULTS);
    }

    @Test
    void wishesComeBeforeDefaults() {
        Sampling wishes = new Sampling(1.5, 0.5, -1, 0.0, 2.0, -1.0, -2.0, 42L, 0);

        assertThat(ModelInputs.sampling(wishes, DEFAULTS))
                .isEqualTo(new SamplingParameters(1.5, -1, 0.5, 0, 2, -1, -2, Map.of(1, 2.0), 0, OptionalLong.of(42)));
    }
}
