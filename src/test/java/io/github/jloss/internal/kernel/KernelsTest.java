// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Formulas of users: those that translate run on SIMD, the others in scalar code, as right, and with a warning. */
class KernelsTest extends FormulaTests {

    /** A user's loss: log cosh, with two options. */
    record LogCosh(float sharpness, boolean halved) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float a = Math.abs(sharpness * (x - t));
            float v = a + Scalar.softplusNeg(2 * a) - 0.6931472f;
            return halved ? 0.5f * v : v;
        }

        @Override
        public float gradient(float x, float t) {
            float e = sharpness * (x - t);
            float g = Scalar.flipSign(sharpness * (1 - 2 * Scalar.sigmoidNeg(2 * Math.abs(e))), e);
            return halved ? 0.5f * g : g;
        }
    }

    record Weighted(float power) implements ElementFormula {
        @Override
        public float value(float x, float t, float a, float b) {
            return a * (x - t) * (x - t) + b * power;
        }

        @Override
        public float gradient(float x, float t, float a, float b) {
            return 2 * a * (x - t);
        }
    }

    record Looping() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float v = 0;
            for (int i = 0; i < 3; i++) v += (x - t) * i;
            return v;
        }

        @Override
        public float gradient(float x, float t) {
            return 3;
        }
    }

    record Library() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return (float) Math.sin(x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return (float) Math.cos(x - t);
        }
    }

    record Branching() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return x > t ? x - t : 0;
        }

        @Override
        public float gradient(float x, float t) {
            return x > t ? 1 : 0;
        }
    }

    record Doubled() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            double e = x - t;
            return (float) (e * e);
        }

        @Override
        public float gradient(float x, float t) {
            return 2 * (x - t);
        }
    }

    record Recursive() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return down(x - t, 3);
        }

        @Override
        public float gradient(float x, float t) {
            return 0.125f;
        }

        private static float down(float e, int n) {
            return n == 0 ? e : 0.5f * down(e, n - 1);
        }
    }

    record Endless() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return x == -12345f ? value(x, t) : x;
        }

        @Override
        public float gradient(float x, float t) {
            return Math.max(x, t);
        }
    }

    record WithInt(int power) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return power * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return power;
        }
    }

    record SevenFloats(float a, float b, float c, float d, float e, float f, float g) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return a + b + c + d + e + f + g + x - t;
        }

        @Override
        public float gradient(float x, float t) {
            return g;
        }
    }

    record WithVoidHelper() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            look(x);
            return x - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }

        private static void look(float x) {}
    }

    static final class NoRecord implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return x - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }

        @Override
        public String toString() {
            return "NoRecord[]";
        }
    }

    @Test
    void userFormulaRunsOnTheBestLoops() {
        for (boolean halved : new boolean[] {false, true}) {
            LogCosh formula = new LogCosh(1.5f, halved);
            double mean = requireRight(formula);
            assertEquals(List.of(), warnings);
            requireBest(formula);
            assertTrue(mean > 0);
        }
    }

    @Test
    void userFormulaWithCoefficients() {
        Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5});
        Tensor b = Tensor.of(new float[] {2}, 1, 1);
        Weighted formula = new Weighted(0.5f);
        float[] x = inputs(20 * 5);
        float[] t = inputs(7 + 20 * 5);
        Tensor input = Tensor.of(x, 20, 5);
        Tensor target = Tensor.view(t, 7, 20, 5);
        double expected = 0;
        float[] gradient = new float[x.length];
        double found = new OneFormulaLoss(formula, a, b).forwardBackward(input, target, Tensor.of(gradient, 20, 5));
        for (int i = 0; i < x.length; i++) {
            expected += formula.value(x[i], t[7 + i], 1 + i % 5, 2);
            assertEquals(formula.gradient(x[i], t[7 + i], 1 + i % 5, 2) * (1f / x.length), gradient[i], 1e-6);
        }
        assertEquals(expected / x.length, found, 1e-5 * expected / x.length);
        assertEquals(List.of(), warnings);
        requireBest(formula);
    }

    @Test
    void loop() {
        fallsBack(new Looping(), "value");
    }

    @Test
    void functionThatIsNoVectorOperation() {
        fallsBack(new Library(), "value", "F2D");
    }

    @Test
    void functionOfTheLibrary() {
        fallsBack(new Endless(), "value");
    }

    @Test
    void branchOnData() {
        fallsBack(new Branching(), "value", "Scalar.ifLess");
    }

    @Test
    void doubleArithmetic() {
        fallsBack(new Doubled(), "value", "F2D");
    }

    @Test
    void recursion() {
        fallsBack(new Recursive(), "down");
    }

    @Test
    void componentOfAnotherType() {
        fallsBack(new WithInt(3), "component power is neither float nor boolean");
    }

    @Test
    void tooManyComponents() {
        fallsBack(new SevenFloats(1, 2, 3, 4, 5, 6, 7), "more than 6 float components");
    }

    @Test
    void helperWithoutResult() {
        fallsBack(new WithVoidHelper(), "value");
    }

    @Test
    void notARecord() {
        fallsBack(new NoRecord(), "not a record");
    }
}
