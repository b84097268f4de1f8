// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.Backend;
import io.github.jloss.spi.Scalar;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The error bounds of {@link Scalar}'s functions, on a sample of their domains. */
class AccuracyTest {

    /** Every 997th float of a domain: a prime, so that the low bits vary; {@code jloss accuracy} takes all. */
    private static final int STEP = 997;

    static Stream<Accuracy.Subject> subjects() {
        return Accuracy.subjects().stream();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void staysWithinItsErrorBound(Accuracy.Subject subject) {
        assumeTrue(Fma.FUSED, "the bounds hold where fma is rounded once");
        Accuracy.Result result = Accuracy.measure(subject, STEP, Backend.cpu(), _ -> { });
        assertTrue(result.max() <= subject.bound(), () -> subject.name() + ": " + result);
    }

    @Test
    void powOfLargerAndOddExponents() {
        assumeTrue(Fma.FUSED, "the bounds hold where fma is rounded once");
        for (float g : new float[] {0.1f, 0.75f, 1.3f, 2.7f, 5.5f, 10f, 16f}) {
            // What is left of rounding log2(b) grows with g: 1.2 ulp of everything else and 0.35 g.
            double bound = 1.2 + 0.35 * g;
            for (int bits = 0; bits <= Float.floatToRawIntBits(1f); bits += 9973) {
                float b = Float.intBitsToFloat(bits);
                double error = Accuracy.error(Scalar.pow(b, g), Math.pow(b, g));
                assertTrue(error <= bound, () -> b + "^" + g + ": " + error + " ulp");
            }
        }
    }
}
