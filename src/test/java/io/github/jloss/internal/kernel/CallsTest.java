// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls in formulas run the methods that Java runs, and components are what is in the fields. */
class CallsTest extends FormulaTests {

    record Percent(float percent) implements PointwiseFormula {
        @Override
        public float percent() {
            return percent / 100;
        }

        @Override
        public float value(float x, float t) {
            return percent * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return percent() * (x - t);
        }
    }

    record Negated(boolean twice, boolean thrice) implements PointwiseFormula {
        @Override
        public boolean twice() {
            return !twice;
        }

        @Override
        public boolean thrice() {
            return twice;
        }

        @Override
        public float value(float x, float t) {
            float v = twice ? 2 * (x - t) : x - t;
            return thrice ? 3 * v : v;
        }

        @Override
        public float gradient(float x, float t) {
            float v = twice() ? 2 * (x - t) : x - t;
            return thrice() ? 3 * v : v;
        }
    }

    interface Base extends PointwiseFormula {
        default float f(float e) {
            return 2 * e;
        }
    }

    record Super() implements Base {
        @Override
        public float f(float e) {
            return 10 * e;
        }

        @Override
        public float value(float x, float t) {
            return Base.super.f(x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return f(x - t);
        }
    }

    interface Hidden extends PointwiseFormula {
        private float g(float e) {
            return 3 * e;
        }

        @Override
        default float value(float x, float t) {
            return g(x - t);
        }
    }

    record Hiding() implements Hidden {
        public float g(float e) {
            return 7 * e;
        }

        @Override
        public float gradient(float x, float t) {
            return g(x - t);
        }
    }

    interface General extends PointwiseFormula {
        default float f(float e) {
            return e;
        }

        @Override
        default float value(float x, float t) {
            return f(x - t);
        }

        @Override
        default float gradient(float x, float t) {
            return f(t - x);
        }
    }

    interface Special extends General {
        @Override
        default float f(float e) {
            return 9 * e;
        }
    }

    record Specific() implements General, Special {}

    /** The same the other way round, and behind one more interface. */
    interface Beside extends General {}

    record SpecificToo() implements Special, Beside {}

    interface Abstract extends General {
        @Override
        float f(float e);
    }

    record Implements() implements Abstract {
        @Override
        public float f(float e) {
            return 4 * e;
        }
    }

    /** A static method and a private one of the same name, and static methods that a helper inherits. */
    static class Helpers {
        static float shared(float e) {
            return 5 * e;
        }
    }

    static class MoreHelpers extends Helpers {}

    static class OtherHelpers extends Helpers {
        static float shared(float e) {
            return 6 * e;
        }
    }

    record Statics() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return MoreHelpers.shared(x) - OtherHelpers.shared(t) + own(x);
        }

        @Override
        public float gradient(float x, float t) {
            return own(x - t);
        }

        private float own(float e) {
            return 0.5f * e;
        }
    }

    /** Coefficients that are not given are 1, whatever the formula says of itself. */
    record OwnCoefficients() implements PointwiseFormula {
        @Override
        public float value(float x, float t, float a, float b) {
            return a * (x - t) + b;
        }

        @Override
        public float value(float x, float t) {
            return x;
        }

        @Override
        public float gradient(float x, float t) {
            return x;
        }
    }

    record CallsObject() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return hashCode() * x + t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }
    }

    @Test
    void accessorThatIsOverridden() {
        assertEquals(175, requireBest(new Percent(50), 3.5f));
        requireBest(new Negated(true, false), 3.5f);
        requireBest(new Negated(false, false), 3.5f);
    }

    @Test
    void defaultMethodOfAnInterfaceByName() {
        assertEquals(7, requireBest(new Super(), 3.5f));
    }

    @Test
    void privateMethodOfAnInterface() {
        assertEquals(10.5f, requireBest(new Hiding(), 3.5f));
    }

    @Test
    void moreSpecificDefaultMethod() {
        assertEquals(31.5f, requireBest(new Specific(), 3.5f));
        assertEquals(31.5f, requireBest(new SpecificToo(), 3.5f));
        assertEquals(14f, requireBest(new Implements(), 3.5f));
    }

    @Test
    void staticMethods() {
        assertEquals(19.25f, requireBest(new Statics(), 3.5f));
    }

    @Test
    void coefficientsOfAFormulaWithoutAny() {
        assertEquals(4.5f, requireBest(new OwnCoefficients(), 3.5f));
    }

    @Test
    void methodOfEveryObject() {
        fallsBack(new CallsObject(), "hashCode");
    }

    /** The loss of (x, 0), computed by the loops that SIMD has; other inputs are right, too. */
    private float requireBest(ElementFormula formula, float x) {
        requireRight(formula);
        requireBest(formula);
        assertEquals(List.of(), warnings);
        float[] inputs = new float[64];
        Arrays.fill(inputs, x);
        float[] losses = new float[64];
        new OneFormulaLoss(formula, Reduction.SUM)
                .forward(Tensor.of(inputs), Tensor.of(new float[64]), Tensor.of(losses));
        assertEquals(losses[0], losses[63]);
        return losses[0];
    }
}
