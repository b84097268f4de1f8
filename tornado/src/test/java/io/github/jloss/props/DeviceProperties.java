// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backend;
import io.github.jloss.Reduction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Pointwise losses on the device are those of the CPU, but for the last digits: one plan, ever other sizes. */
class DeviceProperties extends Problems {

    private static final Backend DEVICE = Backend.named("tornado");

    /** In ulps of the largest element: what cancels in others leaves its rounding behind. */
    private static final int ULPS = 12;

    private static void compare(Problem p) {
        close("value", p.values(BEST), p.values(DEVICE));
        close("gradient", p.gradient(Reduction.MEAN, BEST), p.gradient(Reduction.MEAN, DEVICE));
        float[] upstream = new float[p.size()];
        for (int i = 0; i < upstream.length; i++) upstream[i] = i % 7 - 3;
        close("gradient times upstream", p.gradient(upstream, BEST), p.gradient(upstream, DEVICE));
        for (Reduction reduction : new Reduction[] {Reduction.MEAN, Reduction.SUM}) {
            double want = p.loss(reduction).forward(p.input(), p.target());
            double got = p.loss(reduction).on(DEVICE).forward(p.input(), p.target());
            // Sums on the device are floats, if two of them.
            boolean overflows = want * p.divisor(reduction) > Float.MAX_VALUE && got == Double.POSITIVE_INFINITY;
            boolean close = Double.compare(want, got) == 0 || overflows
                    || Math.abs(want - got) <= 1e-6 * Math.abs(want) + 1e-37;
            assertTrue(close, reduction + ": found " + got + ", expected " + want);
        }
    }

    private static void close(String what, float[] want, float[] got) {
        assertEquals(want.length, got.length);
        for (int i = 0; i < want.length; i++) {
            float w = want[i];
            float g = got[i];
            boolean close = Float.compare(w, g) == 0 || w == g
                    || Math.abs(w - g) <= ULPS * Math.ulp(scale(want));
            assertTrue(close, what + " " + i + ": found " + g + ", expected " + w);
        }
    }

    private static float scale(float[] want) {
        float largest = 0;
        for (float w : want) {
            if (Float.isFinite(w)) largest = Math.max(largest, Math.abs(w));
        }
        return largest;
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void moderate(@ForAll("problems") Problem p) {
        compare(p);
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void extreme(@ForAll("extremeProblems") Problem p) {
        compare(p);
    }

    /** More elements than threads in the largest grid. */
    @Provide
    Arbitrary<Problem> largeProblems() {
        return Arbitraries.integers().between(200_000, 1_500_000).flatMap(n -> problems(new long[] {n}, false));
    }

    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void large(@ForAll("largeProblems") Problem p) {
        compare(p);
    }
}
