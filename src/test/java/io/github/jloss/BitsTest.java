// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SIMD and scalar loops give the same bits, at every size, in every kind of memory, before and after compilation. */
class BitsTest {

    private static final Backend SCALAR = Backend.cpu().device("scalar");

    /** Around every size at which the loops do something else: vectors, blocks, buffers, chunks; and primes. */
    static IntStream sizes() {
        return IntStream.concat(IntStream.rangeClosed(0, 70),
                IntStream.of(97, 127, 131, 251, 257, 509, 511, 512, 513, 521, 1021, 1031, 2039, 2047, 2048, 2049, 2053,
                        4099, 32768, 32769));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void simdIsScalar(int n) {
        assumeSimd();
        for (Loss loss : ManyLosses.reduced(n)) {
            compare(loss, Numbers.inputs(n, n), Numbers.targets(n, n + 1));
            compare(loss, Numbers.wild(n, n), Numbers.targets(n, n + 1));
        }
    }

    /**
     * The other executions run the scalar loops as well; without SIMD these tests would compare them with themselves.
     */
    private static void assumeSimd() {
        assumeFalse("scalar".equals(System.getProperty("jloss.test.expect")), "SKIPPED: there is no SIMD to compare");
    }

    private static void compare(Loss loss, float[] x, float[] t) {
        Outcome scalar = Outcome.of(loss.on(SCALAR), Memory.ARRAY, x, t);
        Outcome.of(loss, Memory.ARRAY, x, t).requireSame(scalar, loss + " of " + x.length);
    }

    /** Blocks of targets that are 0 or 1 have a loop of their own; so do -0 and numbers near 1 not. */
    @Test
    void hardTargets() {
        assumeSimd();
        AsymmetricLossMultiLabel plain = new AsymmetricLossMultiLabel();
        int n = 5 * 512 + 77;
        float[] t = new float[n];
        for (int i = 0; i < n; i++) t[i] = i % 3 == 0 ? 1 : 0;
        t[600] = -0f;
        t[2047] = Math.nextDown(1f);
        t[2048] = 0.5f;
        for (AsymmetricLossMultiLabel loss : List.of(plain, plain.withGammaPos(0), plain.withGammaNeg(0),
                plain.withGammaNeg(2).withGammaPos(3), plain.withGammaNeg(1).withGammaPos(4), plain.withGammaNeg(2.5),
                plain.withGammaNeg(9), plain.withClip(0), plain.withClip(1), plain.withClip(1e-42), plain.withEps(0),
                plain.withEps(0.4), plain.withDisableGradFocal(true), plain.withEps(0).withClip(0).withGammaPos(0))) {
            compare(loss, Numbers.inputs(n, n), t);
            compare(loss, Numbers.wild(n, n), t);
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void memoryMakesNoDifference(Memory memory) {
        for (int n : List.of(0, 1, 17, 2049, 33000)) {
            float[] x = Numbers.wild(n, n);
            float[] t = Numbers.targets(n, n + 1);
            for (Loss loss : ManyLosses.reduced(n)) {
                // Beyond one chunk it is the threads that matter, and they know no formula.
                if (n > 32768 && !(loss instanceof BCEWithLogitsLoss)) continue;
                Outcome array = Outcome.of(loss, Memory.ARRAY, x, t);
                String what = loss + " of " + n + " in " + memory;
                Outcome.of(loss, memory, x, t).requireSame(array, what);
                Outcome.of(loss.on(SCALAR), memory, x, t).requireSame(array, what + ", scalar");
                // Memory of one thread alone must work whatever the number of threads.
                Outcome.of(loss.on(Backend.cpu(4)), memory, x, t).requireSame(array, what + ", 4 threads");
            }
        }
    }

    @Test
    void inPlaceIsApart() {
        int n = 5000;
        float[] x = Numbers.wild(n, 1);
        float[] t = Numbers.targets(n, 2);
        for (Loss loss : ManyLosses.reduced(n)) {
            if (loss instanceof CombinedLoss) continue;
            for (Memory memory : Memory.values()) {
                Outcome o = Outcome.of(loss, memory, x, t);
                Outcome.requireSame(o.gradient(), o.inPlace(), loss + " in " + memory, "gradient over the input");
                Tensor target = memory.copy(t);
                loss.forwardBackward(memory.copy(x), target, target);
                Outcome.requireSame(o.gradient(), Memory.floats(target), loss.toString(), "gradient over the target");
            }
        }
    }

    @Test
    void lossesAndUpstreamInPlace() {
        int n = 5000;
        float[] x = Numbers.wild(n, 1);
        float[] t = Numbers.targets(n, 2);
        for (PointwiseLoss<?> loss : ManyLosses.pointwise(n, Reduction.NONE)) {
            for (Memory memory : Memory.values()) {
                Outcome apart = elements(loss, memory, x, t);
                Tensor over = memory.copy(x);
                loss.forward(over, memory.copy(t), over);
                Outcome.requireSame(apart.losses(), Memory.floats(over), loss + " in " + memory, "losses");
                Tensor upstream = memory.copy(t);
                loss.backward(memory.copy(x), memory.copy(t), upstream, upstream, Backward.OVERWRITE);
                Outcome.requireSame(apart.upstream(), Memory.floats(upstream), loss + " in " + memory, "upstream");
            }
        }
    }

    private static Outcome elements(PointwiseLoss<?> loss, Memory memory, float[] x, float[] t) {
        Tensor losses = memory.copy(new float[x.length]);
        Tensor gradient = memory.copy(new float[x.length]);
        loss.forward(memory.copy(x), memory.copy(t), losses);
        loss.backward(memory.copy(x), memory.copy(t), memory.copy(t), gradient, Backward.OVERWRITE);
        return new Outcome(0, 0, 0, null, null, null, Memory.floats(losses), Memory.floats(gradient));
    }

    /** What the optimizing compiler makes of the loops must compute what the interpreter did. */
    @Test
    void compilationMakesNoDifference() {
        assumeSimd();
        int n = 1037;
        float[] x = Numbers.wild(n, 3);
        float[] t = Numbers.targets(n, 4);
        float[] tame = Numbers.inputs(n, 5);
        // Short calls get hot in the least time: it is calls and turns that count, and slow code that takes long.
        float[] hot = Numbers.inputs(131, 6);
        List<Loss> hotter = ManyLosses.reduced(hot.length);
        for (Loss loss : ManyLosses.reduced(n)) {
            Outcome before = Outcome.of(loss, Memory.ARRAY, x, t);
            Outcome tameBefore = Outcome.of(loss, Memory.ARRAY, tame, t);
            // That is the scalar loop where there are no vectors, and the build tests that, too.
            heat(hotter.removeFirst(), hot);
            Outcome.of(loss, Memory.ARRAY, x, t).requireSame(before, loss + " compiled");
            Outcome.of(loss, Memory.ARRAY, tame, t).requireSame(tameBefore, loss + " compiled");
            Outcome.of(loss.on(SCALAR), Memory.ARRAY, x, t).requireSame(before, loss + " compiled, scalar");
        }
    }

    private static void heat(Loss loss, float[] input) {
        Tensor x = Tensor.of(input);
        Tensor gradient = Tensor.of(new float[input.length]);
        for (int i = 0; i < 30_000; i++) {
            loss.forwardBackward(x, x, gradient);
            if (i % 2 == 0) {
                loss.forward(x, x);
                loss.forwardBackward(x, x, gradient, Backward.ADD);
                if (loss instanceof PointwiseLoss<?> elements) elements.forward(x, x, gradient);
            }
        }
    }
}
