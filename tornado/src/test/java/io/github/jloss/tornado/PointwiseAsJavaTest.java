// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import io.github.jloss.tornado.kernels.Arguments;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.Pointwise;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernel as Java: one thread, no TornadoVM but its arrays. */
class PointwiseAsJavaTest {

    /** Uses all that is translated: choices, stand-ins for bits, components of both kinds. */
    private record Formula(float slope, boolean squares, float shift) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float e = Scalar.fma(slope, x, shift) - t;
            return squares ? e * e : Scalar.softplusNeg(Math.abs(e)) + Scalar.log(Scalar.ifLess(e, 0, 2, 3));
        }

        @Override
        public float gradient(float x, float t) {
            float e = Scalar.fma(slope, x, shift) - t;
            return squares ? 2 * e * slope : Scalar.flipSign(-Scalar.sigmoidNeg(Math.abs(e)), e) * slope;
        }
    }

    @Test
    void valueAndGradient() {
        for (boolean squares : new boolean[] {true, false}) {
            Formula formula = new Formula(0.75f, squares, -0.25f);
            int n = 1000;
            FloatArray memory = new FloatArray(4 * n);
            IntArray at = new IntArray(Arguments.SIZE);
            FloatArray options = new FloatArray(Arguments.OPTIONS);
            FloatArray results = new FloatArray(3);
            for (int i = 0; i < 2 * n; i++) memory.set(i, (float) Math.sin(i) * 20);
            int[] ints = {1, 77, n, 0, n, -1, -1, 2 * n, -1, 3 * n, 0};
            for (int i = 0; i < ints.length; i++) at.set(i, ints[i]);
            at.set(Pointwise.WEIGHTS, -1);
            options.set(Pointwise.SECOND_SCALE, 1);
            options.set(Pointwise.SCALE, 2);
            options.set(Pointwise.SCALE + 1, formula.slope);
            options.set(Pointwise.SCALE + 2, formula.shift);
            new Formulas(Formula.class).kernel(formula).task(false).method()
                    .apply(new KernelContext(), memory, at, options, results);
            double sum = 0;
            for (int i = 0; i < n; i++) {
                float x = memory.get(i);
                float t = memory.get(n + i);
                float value = formula.value(x, t);
                float gradient = 2 * formula.gradient(x, t);
                assertEquals(value, memory.get(2 * n + i), 4 * Math.ulp(value));
                assertEquals(gradient, memory.get(3 * n + i), 4 * Math.ulp(gradient));
                sum += memory.get(2 * n + i);
            }
            assertEquals(77, results.get(0));
            assertEquals(sum, GroupSum.of(results.get(1), results.get(2)), 1e-13 * sum);
        }
    }
}
