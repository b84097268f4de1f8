// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The mean over 1e8 elements is right to 1e-6. A sum in single precision would be off by a factor of 3 or more; equal
 * elements are the worst for it, because all errors have one sign.
 *
 * <p>Run once, by the build's first execution: the other engines compute the same bits.
 */
class LargeTest {

    private static final int N = 100_000_000;

    /** The data repeat with a prime period, so that the exact mean is soon computed and no lane sees only one kind. */
    private static final int PERIOD = 65537;

    private static float[] floats;

    record Sample(Loss loss, DoubleBinaryOperator exact) {
        @Override
        public String toString() {
            return loss.toString();
        }
    }

    static Sample[] losses() {
        double clip = 0.05f;
        double eps = 1e-8f;
        return new Sample[] {
            new Sample(new MSELoss(), Exact.squared()),
            new Sample(new L1Loss(), Exact.absolute()),
            new Sample(new SmoothL1Loss(), Exact.smooth(1)),
            new Sample(new HuberLoss(), Exact.huber(1)),
            new Sample(new RMSELoss().withEps(0), Exact.squared()),
            new Sample(new BCEWithLogitsLoss(), Exact.logistic(1, 1)),
            new Sample(new WeightedBCEWithLogitsLoss().withWP(2).withWN(0.5), Exact.logistic(2, 0.5)),
            new Sample(new AsymmetricLossMultiLabel().withReduction(Reduction.MEAN),
                    Exact.asymmetric(4, 1, clip, eps)),
        };
    }

    @BeforeAll
    static void allocate() {
        String expected = System.getProperty("jloss.test.expect");
        assumeTrue(expected == null || expected.equals("simd"), "SKIPPED: large inputs are tested at full width only");
        long heap = Runtime.getRuntime().maxMemory();
        assumeTrue(heap > 1_000_000_000, "SKIPPED: 1e8 floats need a heap of 1 GB, this one has " + heap + " bytes");
        floats = new float[N + 1];
    }

    @AfterAll
    static void release() {
        floats = null;
    }

    /** Input and target are the same memory, read from its second and from its first element on. */
    private static double relativeError(Sample sample, float[] period) {
        System.arraycopy(period, 0, floats, 0, period.length);
        for (int n = period.length; n < floats.length; n *= 2) {
            System.arraycopy(floats, 0, floats, n, Math.min(n, floats.length - n));
        }
        double sum = 0;
        double lost = 0;
        for (int i = 0; i < period.length; i++) {
            double value = sample.exact.applyAsDouble(period[(i + 1) % period.length], period[i]);
            long times = (N - i + period.length - 1L) / period.length;
            double y = value * times - lost;
            double next = sum + y;
            lost = next - sum - y;
            sum = next;
        }
        double mean = sample.loss instanceof RMSELoss ? Math.sqrt(sum / N) : sum / N;
        return sample.loss.forward(Tensor.view(floats, 1, N), Tensor.view(floats, 0, N)) / mean - 1;
    }

    @ParameterizedTest
    @MethodSource("losses")
    void random(Sample sample) {
        // Between 0 and 1, because they are logits and targets alike.
        assertEquals(0, relativeError(sample, Numbers.targets(PERIOD, 1)), 1e-6);
    }

    /** 0 and 0.1 in turn: all residuals are 0.1, or -0.1. */
    @ParameterizedTest
    @MethodSource("losses")
    void equalElements(Sample sample) {
        assertEquals(0, relativeError(sample, new float[] {0, 0.1f}), 1e-6);
    }
}
