// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scalar loops serve until vector loops are compiled, and nobody can tell which of them did. */
@Timeout(120)
class WarmupTest {

    private static final int N = 5000;

    private record Cubes(float weight) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return weight * Scalar.fma(x * x, x, t);
        }

        @Override
        public float gradient(float x, float t) {
            return 3 * weight * x * x;
        }
    }

    private static Span span() {
        Span s = new Span();
        float[] x = new float[N];
        for (int i = 0; i < N; i++) x[i] = (i % 311 - 155) / 50f;
        s.x.use(x, 0);
        s.t.use(x, 0);
        s.a.use(x, 0);
        s.b.use(x, 0);
        s.out.use(new float[N], 0);
        s.destination.use(new float[N], 0);
        s.upstream.use(x, 0);
        s.scale = 0.5f;
        return s;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) Thread.sleep(1);
    }

    @Test
    void aLoopChangesHandsWithoutATrace() throws InterruptedException {
        Cubes formula = new Cubes(1.5f);
        AtomicInteger translations = new AtomicInteger();
        AtomicReference<PointwiseKernel> ready = new AtomicReference<>();
        // Twice the scalar loop: the second one stands for vectors, and counts.
        PointwiseKernel scalar = ScalarLoop.of(Cubes.class, Mode.GRADIENTS);
        Counting second = new Counting(ScalarLoop.of(Cubes.class, Mode.GRADIENTS));
        WarmingKernel kernel = new WarmingKernel(scalar, () -> {
            translations.incrementAndGet();
            return second;
        }, false, Mode.GRADIENTS, ready::set);
        Span expected = span();
        expected.clearSums();
        scalar.run(formula, expected, N);
        Span s = span();
        await(() -> {
            s.clearSums();
            kernel.run(formula, s, N);
            assertArrayEquals(expected.sums, s.sums);
            assertArrayEquals(expected.out.array, s.out.array);
            return second.fullRuns > 0;
        });
        await(() -> {
            kernel.combine(s, 2, true, false, N);
            return second.combinations > 0;
        });
        assertEquals(1, translations.get());
        assertSame(second, ready.get());
        await(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("jloss-warmup")));
    }

    /** A translation that fails leaves the scalar loop in its place. */
    @Test
    void aLoopThatCannotBeMadeIsDoneWithout() throws InterruptedException {
        Cubes formula = new Cubes(2);
        AtomicInteger tries = new AtomicInteger();
        WarmingKernel kernel = new WarmingKernel(ScalarLoop.of(Cubes.class, Mode.SUM), () -> {
            tries.incrementAndGet();
            throw new IllegalStateException("no");
        }, false, Mode.SUM, _ -> {});
        Span s = span();
        await(() -> {
            kernel.run(formula, s, N);
            return tries.get() > 0;
        });
        s.clearSums();
        kernel.run(formula, s, N);
        Span expected = span();
        expected.clearSums();
        ScalarLoop.of(Cubes.class, Mode.SUM).run(formula, expected, N);
        assertArrayEquals(expected.sums, s.sums);
    }

    @Test
    void nativeMemoryIsCopiedUntilItsLoopIsReady() {
        WarmingKernel kernel = new WarmingKernel(ScalarLoop.of(Cubes.class, Mode.SUM), () -> null, true, Mode.SUM,
                _ -> {});
        assertFalse(kernel.inNativeMemory());
    }

    @Test
    void panelsOfOneKernelAreThoseOfTheOther() {
        MatrixKernel best = Kernels.BEST.matrix();
        WarmingMatrix warming = new WarmingMatrix(best);
        assertEquals(best.columns(), warming.columns());
        int depth = 19;
        int panel = best.columns();
        float[] a = span().x.array;
        float[] expected = new float[MatrixKernel.ROWS * panel];
        float[] found = new float[MatrixKernel.ROWS * panel];
        best.multiply(a, 0, depth, 1, a, 100, expected, 0, panel, depth, panel);
        warming.multiply(a, 0, depth, 1, a, 100, found, 0, panel, depth, panel);
        assertArrayEquals(expected, found);
        best.pack(a, 7, depth, a, 3, 5, Math.min(panel, depth), expected);
        warming.pack(a, 7, depth, a, 3, 5, Math.min(panel, depth), found);
        assertArrayEquals(expected, found);
        assertTrue(expected[1] != 0);
    }

    /** A loop, and how often it was used by others than the warm-up, whose rounds are short. */
    private static final class Counting implements PointwiseKernel {
        private final PointwiseKernel loop;
        private volatile int fullRuns;
        private volatile int combinations;

        Counting(PointwiseKernel loop) {
            this.loop = loop;
        }

        @Override
        public boolean inNativeMemory() {
            return false;
        }

        @Override
        public void run(ElementFormula formula, Span s, int n) {
            if (n == N) {
                fullRuns = 1;
                loop.run(formula, s, n);
            }
        }

        @Override
        public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
            if (n == N) combinations = 1;
        }
    }
}
