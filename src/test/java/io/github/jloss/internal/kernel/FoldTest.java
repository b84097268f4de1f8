// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.Scalar;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three sums in one pass, parameters set anew between passes, and maxima: the same bits by SIMD as by scalar code. */
class FoldTest {

    private static final class Three implements FoldFormula, MutableFormula {

        private float factor;

        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.sigmoidNeg(Math.abs(x)) * t;
        }

        @Override
        public float second(float x, float t, float a, float b) {
            return Scalar.sigmoidNeg(Math.abs(x)) * factor;
        }

        @Override
        public float third(float x, float t, float a, float b) {
            return t + a * b;
        }

        @Override
        public float gradient(float x, float t, float a, float b) {
            return Scalar.sigmoidNeg(Math.abs(x)) - b;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 33, 511, 512, 700, 2000})
    void sums(int n) {
        float[] x = random(n, 1);
        float[] t = random(n, 2);
        for (float factor : new float[] {0.5f, 2}) {
            float[] out = new float[n];
            float[] scalarOut = new float[n];
            double[] sums = sums(Kernels.BEST, factor, x, t, out);
            assertArrayEquals(sums(Kernels.SCALAR, factor, x, t, scalarOut), sums);
            assertArrayEquals(scalarOut, out);
            double[] exact = new double[3];
            for (int i = 0; i < n; i++) {
                double s = 1 / (1 + Math.exp(Math.abs(x[i])));
                exact[0] += s * t[i];
                exact[1] += s * factor;
                exact[2] += t[i] + (double) x[i] * t[i];
            }
            for (int k = 0; k < 3; k++) assertEquals(exact[k], sums[k], 1e-6 * n);
        }
    }

    private static double[] sums(Kernels kernels, float factor, float[] x, float[] t, float[] out) {
        Three formula = new Three();
        formula.factor = factor;
        Span s = new Span();
        s.x.use(x, 0);
        s.t.use(t, 0);
        s.a.use(x, 0);
        s.b.use(t, 0);
        s.out.use(out, 0);
        s.scale = 1;
        s.clearSums();
        kernels.of(formula, Mode.GRADIENTS).run(formula, s, x.length);
        s.forget();
        return new double[] {s.sum(0), s.sum(1), s.sum(2)};
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 100})
    void maximum(int n) {
        float[] x = random(n + 3, n);
        float expected = Float.NEGATIVE_INFINITY;
        for (int i = 2; i < 2 + n; i++) expected = Math.max(expected, x[i]);
        assertEquals(expected, Kernels.BEST.reductions().max(x, 2, n));
        assertEquals(expected, Kernels.SCALAR.reductions().max(x, 2, n));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 40})
    void maximumOfZerosAndNaNs(int n) {
        for (int where = 0; where < n; where++) {
            float[] zeros = new float[n];
            Arrays.fill(zeros, -0f);
            zeros[where] = Float.NaN;
            float expected = n == 1 ? Float.NEGATIVE_INFINITY : 0f;
            assertEquals(expected, Kernels.BEST.reductions().max(zeros, 0, n), 0f);
            assertEquals(Float.floatToRawIntBits(expected),
                    Float.floatToRawIntBits(Kernels.SCALAR.reductions().max(zeros, 0, n)));
            assertEquals(Float.floatToRawIntBits(expected),
                    Float.floatToRawIntBits(Kernels.BEST.reductions().max(zeros, 0, n)));
        }
    }

    private static float[] random(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] array = new float[n];
        for (int i = 0; i < n; i++) array[i] = (float) (random.nextGaussian() * 3);
        return array;
    }
}
