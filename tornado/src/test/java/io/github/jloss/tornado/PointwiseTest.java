// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Value and gradient on the device, as on the CPU. */
class PointwiseTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    /** One element, primes, a whole grid, and more than a grid takes at once. */
    private static final int[] SIZES = {1, 7, 256, 1009, 1 << 18, 300_007};

    static Stream<Loss> losses() {
        return Stream.of(new MSELoss(), new BCEWithLogitsLoss());
    }

    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpu(Loss loss) {
        Random random = new Random(4);
        for (int n : SIZES) {
            float[] x = new float[n];
            float[] t = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) (5 * random.nextGaussian());
                t[i] = random.nextFloat();
            }
            float[] expected = new float[n];
            float[] found = new float[n];
            Arrays.fill(found, Float.NaN);
            double value = loss.forwardBackward(Tensor.of(x, n), Tensor.of(t, n), Tensor.of(expected, n));
            assertEquals(value, loss.on(DEVICE).forwardBackward(Tensor.of(x, n), Tensor.of(t, n), Tensor.of(found, n)),
                    1e-6 * value, loss + " of " + n);
            // Both terms of a gradient are up to 10 / n or so.
            for (int i = 0; i < n; i++) {
                assertEquals(expected[i], found[i], 2 * Math.ulp(Math.max(Math.abs(x[i]), 1) / n), loss + " at " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void staysOnTheDevice(Loss loss) {
        int n = 1009;
        float[] x = new float[n];
        float[] t = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i / 100f - 5;
            t[i] = i % 2;
        }
        float[] expected = new float[n];
        float[] found = new float[n];
        double value = loss.forwardBackward(Tensor.of(x, n), Tensor.of(t, n), Tensor.of(expected, n));
        try (DeviceTensor input = DEVICE.upload(Tensor.of(x, n));
                DeviceTensor target = DEVICE.upload(Tensor.of(t, n));
                DeviceTensor gradient = DEVICE.allocate(n)) {
            assertEquals(value, loss.on(DEVICE).forwardBackward(input.tensor(), target.tensor(), gradient.tensor()),
                    1e-6 * value);
            gradient.read(Tensor.of(found, n));
        }
        for (int i = 0; i < n; i++) {
            assertEquals(expected[i], found[i], 2 * Math.ulp(Math.max(Math.abs(x[i]), 1) / n), loss + " at " + i);
        }
    }
}
