// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.FocalLoss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that have no kernel are refused by name, before anything is written, and the CPU takes them. */
class CpuOnlyTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    static Stream<Arguments> losses() {
        return Stream.of(
                Arguments.of("excludedClasses: found 1 classes", new CrossEntropyLoss().withExcludedClasses(2)),
                Arguments.of("reducedThreshold: found 0.5", new SoftmaxFocalLoss().withReducedThreshold(0.5)),
                Arguments.of("normalized: found ", new SoftmaxFocalLoss().withNormalized()),
                Arguments.of("alpha: found one for each class",
                        FocalLoss.multiclass().withAlpha(new double[] {0.1, 0.2, 0.3})));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void areRefused(String message, Loss loss) {
        float[] g = {7, 7, 7, 7, 7, 7};
        Batch batch = Batch.of(Tensor.of(new float[6], 2, 3), Labels.of(0, 1), Tensor.of(g, 2, 3));
        BackendFailure failure = assertThrows(BackendFailure.class,
                () -> loss.on(DEVICE).forwardBackward(batch, Backward.OVERWRITE));
        assertTrue(failure.getMessage().startsWith("tornado: " + message), failure::getMessage);
        assertTrue(failure.getMessage().contains("Backend.cpu()"), failure::getMessage);
        for (float f : g) assertEquals(7, f, Arrays.toString(g));
        assertTrue(loss.on(Backend.cpu()).forwardBackward(batch, Backward.OVERWRITE) > 0);
    }
}
