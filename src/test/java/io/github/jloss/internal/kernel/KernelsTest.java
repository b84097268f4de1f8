// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Formulas of users: those that translate run on SIMD, the others in scalar code, as right, and with a warning. */
class KernelsTest {

    private static final Logger LOGGER = Logger.getLogger("io.github.jloss");

    private final List<String> warnings = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            warnings.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    static final class OneFormulaLoss extends PointwiseLoss {
        OneFormulaLoss(ElementFormula formula, Reduction reduction) {
            super(formula, reduction);
        }

        OneFormulaLoss(ElementFormula formula, Tensor a, Tensor b) {
            super(formula, a, b, Reduction.MEAN);
        }
    }

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

    private void fallsBack(ElementFormula formula, String... expected) {
        requireRight(formula);
        // In scalar code there is nothing to fall back from: the first warning was given when the engine started.
        assumeFalse(Kernels.BEST == Kernels.SCALAR, "this JVM has no SIMD");
        assertEquals(1, warnings.stream().distinct().count(), warnings::toString);
        assertTrue(warnings.size() <= 2, "one for each kind of loops, not one a call: " + warnings);
        String warning = warnings.getFirst();
        assertTrue(warning.startsWith(formula.getClass().getName() + " runs in scalar code: "), warning);
        for (String part : expected) assertTrue(warning.contains(part), warning + " has no " + part);
    }

    /** The engine's values and gradients are those of the formula itself, by the best loops and the scalar ones. */
    private static double requireRight(ElementFormula formula) {
        int n = 1037;
        float[] x = inputs(n);
        float[] t = inputs(n + 3);
        double mean = 0;
        for (Backend backend : List.of(Backend.cpu(), Backend.cpu().device("scalar"), Backend.cpu(2))) {
            PointwiseLoss loss = new OneFormulaLoss(formula, Reduction.SUM).on(backend);
            float[] losses = new float[n];
            float[] gradient = new float[n];
            Tensor target = Tensor.view(t, 3, n);
            mean = loss.forwardBackward(Tensor.of(x), target, Tensor.of(gradient), Backward.OVERWRITE);
            loss.forward(Tensor.of(x), target, Tensor.of(losses));
            for (int i = 0; i < n; i++) {
                assertEquals(formula.value(x[i], t[i + 3], 1, 1), losses[i], formula + " at " + i);
                assertEquals(formula.gradient(x[i], t[i + 3], 1, 1), gradient[i], formula + " at " + i);
            }
        }
        return mean;
    }

    private static void requireBest(ElementFormula formula) {
        String loops = Kernels.BEST.of(formula, PointwiseKernel.Mode.SUM).getClass().getName();
        assertTrue(loops.contains(Kernels.BEST == Kernels.SCALAR ? "ScalarLoop" : "SimdLoop"), loops);
    }

    private static float[] inputs(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) Math.sin(i * i) * (i % 7);
        return x;
    }
}
