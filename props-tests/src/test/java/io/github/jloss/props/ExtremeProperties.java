// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Reduction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Inputs at the end of the floats: the right value where floats hold it, infinity beyond, NaN for NaN only. */
class ExtremeProperties extends Problems {

    @Property(tries = 200)
    void valuesAreRightOrInfinite(@ForAll("extremeProblems") Problem p) {
        float[] values = p.values(BEST);
        for (int i = 0; i < p.size(); i++) {
            double x = p.x()[i];
            double t = p.t()[i];
            String what = "element " + i + ", x = " + x + ", t = " + t;
            double exact = p.reference().value(i, x, t);
            if (Double.isNaN(x)) {
                assertTrue(Float.isNaN(values[i]), what);
            } else if (exact > Float.MAX_VALUE) {
                assertEquals(Float.POSITIVE_INFINITY, values[i], what);
            } else {
                assertEquals(exact, values[i], p.reference().valueTolerance(i, x, t), what);
            }
        }
    }

    /** A gradient is a NaN only if its input is one; that of infinity is the limit. */
    @Property(tries = 200)
    void gradientsStayWithinTheirLimits(@ForAll("extremeProblems") Problem p) {
        float[] gradient = p.gradient(Reduction.SUM, BEST);
        for (int i = 0; i < p.size(); i++) {
            float x = p.x()[i];
            String what = "element " + i + ", x = " + x + ", t = " + p.t()[i];
            assertEquals(Float.isNaN(x), Float.isNaN(gradient[i]), what);
            if (p.reference() instanceof Logistic l && !Float.isNaN(x)) {
                double scale = l.slopeScale(i, x, p.t()[i]);
                double exact = l.n().applyAsDouble(i) * (1 - p.t()[i]) * Logistic.sigmoid(x)
                        - l.p().applyAsDouble(i) * p.t()[i] * Logistic.sigmoid(-x);
                assertEquals(exact, gradient[i], 16 * Reference.ROUNDING * scale + Reference.TINY, what);
            }
        }
    }
}
