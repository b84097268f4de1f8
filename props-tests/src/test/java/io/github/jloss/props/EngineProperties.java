// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.Backend;
import io.github.jloss.Loss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The engine leaves no trace in the bits: neither its vectors nor its threads. */
class EngineProperties extends Problems {

    private static void compare(Problem p, Backend one, Backend other) {
        Bits.assertSame(p.values(one), p.values(other));
        Bits.assertSame(p.gradient(p.t(), one), p.gradient(p.t(), other));
        for (Reduction r : new Reduction[] {Reduction.SUM, Reduction.MEAN}) {
            compare(p, p.loss(r).on(one), p.loss(r).on(other));
        }
        compare(p, new RMSELoss().on(one), new RMSELoss().on(other));
    }

    private static void compare(Problem p, Loss one, Loss other) {
        assertEquals(one.forward(p.input(), p.target()), other.forward(p.input(), p.target()));
        float[] a = new float[p.size()];
        float[] b = new float[p.size()];
        assertEquals(one.forwardBackward(p.input(), p.target(), p.tensor(a)),
                other.forwardBackward(p.input(), p.target(), p.tensor(b)));
        Bits.assertSame(a, b);
    }

    @Property(tries = 200)
    void scalarIsSimd(@ForAll("problems") Problem p) {
        compare(p, SCALAR, BEST);
    }

    @Property(tries = 200)
    void scalarIsSimdForExtremeInputs(@ForAll("extremeProblems") Problem p) {
        compare(p, SCALAR, BEST);
    }

    /** Several chunks, the last one cut anywhere. */
    @Provide
    Arbitrary<Problem> largeProblems() {
        return Arbitraries.integers().between(32_000, 140_000).flatMap(n -> problems(new long[] {n}, false));
    }

    @Property(tries = 20)
    void threadsLeaveNoTrace(@ForAll("largeProblems") Problem p, @ForAll @IntRange(min = 2, max = 9) int threads) {
        compare(p, Backend.cpu(1), Backend.cpu(threads));
        compare(p, Backend.cpu(1), BEST);
    }

    /** Order matters to the rounding of the mean, and to nothing else. */
    @Property(tries = 200)
    void permutation(@ForAll("problems") Problem p) {
        if (!p.loss(Reduction.MEAN).toString().matches(".*[wW]eight=.*")) {
            Problem reversed = new Problem(p.losses(), p.reference(), p.shape(), reverse(p.x()), reverse(p.t()));
            Bits.assertSame(reverse(p.values(BEST)), reversed.values(BEST));
            Bits.assertSame(reverse(p.gradient(Reduction.MEAN, BEST)), reversed.gradient(Reduction.MEAN, BEST));
            double sum = p.loss(Reduction.SUM).forward(p.input(), p.target());
            double other = p.loss(Reduction.SUM).forward(reversed.input(), reversed.target());
            assertEquals(sum, other, 64 * Reference.ROUNDING * sum + 300 * Reference.TINY);
        }
    }

    private static float[] reverse(float[] floats) {
        float[] reversed = new float[floats.length];
        for (int i = 0; i < floats.length; i++) reversed[i] = floats[floats.length - 1 - i];
        return reversed;
    }

    /** Weights in a small shape are the same weights written out. */
    @Property(tries = 200)
    void broadcasting(@ForAll("broadcasts") Broadcast b) {
        Problem small = b.problem(b.weight().tensor(), b.posWeight().tensor());
        Problem full = b.problem(b.full(b.weight()), b.full(b.posWeight()));
        for (Backend backend : new Backend[] {BEST, SCALAR}) {
            Bits.assertSame(full.values(backend), small.values(backend));
            Bits.assertSame(full.gradient(Reduction.MEAN, backend), small.gradient(Reduction.MEAN, backend));
            Tensor x = small.input();
            assertEquals(full.loss(Reduction.SUM).on(backend).forward(x, small.target()),
                    small.loss(Reduction.SUM).on(backend).forward(x, small.target()));
        }
    }

    @Provide
    Arbitrary<Broadcast> broadcasts() {
        return shapes().flatMap(Broadcast::of);
    }
}
