package io.gkt.inference.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class OutOfMemoryExceptionTest {

    /** More than any machine can address. */
    @Test
    void theAllocatorsRefusalIsKnown() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Throwable refusal = catchThrowable(() -> manager.zeros(new Shape(1L << 50)));

            assertThat(refusal).isNotNull();
            assertThat(OutOfMemoryException.isMeant(refusal))
                    .as(refusal.toString())
                    .isTrue();
        }
    }

    @Test
    void soIsThatOfAnAcceleratorAndOfJava() {
        assertThat(OutOfMemoryException.isMeant(
                        new IllegalStateException("CUDA out of memory. Tried to allocate 2 GiB")))
                .isTrue();
        assertThat(OutOfMemoryException.isMeant(new CompletionException(new OutOfMemoryError("Java heap space"))))
                .isTrue();
        assertThat(OutOfMemoryException.isMeant(new IllegalStateException())).isFalse();
        assertThat(OutOfMemoryException.isMeant(new IllegalArgumentException("index out of range")))
                .isFalse();
    }
}
