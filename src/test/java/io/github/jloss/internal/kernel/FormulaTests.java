// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of users' formulas have in common: whether what they compute is right, and what was logged. */
abstract class FormulaTests {

    private static final Logger LOGGER = Logger.getLogger("io.github.jloss");

    final List<String> warnings = new ArrayList<>();
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
        // The warning of a JVM without SIMD, which is none of a formula's, comes with the first look.
        assertNotNull(Kernels.BEST);
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    static final class OneFormulaLoss extends PointwiseLoss<OneFormulaLoss> {
        OneFormulaLoss(ElementFormula formula, Reduction reduction) {
            super(formula, reduction);
        }

        OneFormulaLoss(ElementFormula formula, Tensor a, Tensor b) {
            super(formula, a, b, Reduction.MEAN);
        }
    }

    void fallsBack(ElementFormula formula, String... expected) {
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
    static double requireRight(ElementFormula formula) {
        int n = 1037;
        float[] x = inputs(n);
        float[] t = inputs(n + 3);
        double mean = 0;
        for (Backend backend : List.of(Backend.cpu(), Backend.cpu().device("scalar"), Backend.cpu(2))) {
            PointwiseLoss<?> loss = new OneFormulaLoss(formula, Reduction.SUM).on(backend);
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

    static void requireBest(ElementFormula formula) {
        String loops = Kernels.BEST.of(formula, PointwiseKernel.Mode.SUM).getClass().getName();
        assertTrue(loops.contains(Kernels.BEST == Kernels.SCALAR ? "ScalarLoop" : "SimdLoop"), loops);
    }

    static float[] inputs(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) Math.sin(i * i) * (i % 7);
        return x;
    }
}
