// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.Backward;
import io.github.jloss.CombinedLoss;
import io.github.jloss.Loss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** However a gradient is delivered, it is the same gradient. */
class DeliveryProperties extends Problems {

    /** What was there before a gradient was added to it. */
    private static float[] before(Problem p) {
        float[] before = new float[p.size()];
        for (int i = 0; i < before.length; i++) before[i] = (i % 5 - 2) * 0.1f;
        return before;
    }

    private static void assertNear(double want, float got, double scale) {
        // The factor, the product and the sum are rounded, the product perhaps to a subnormal number.
        double tolerance = 8 * Reference.ROUNDING * (Math.abs(want) + scale) + 1e-37;
        assertEquals(want, got, tolerance);
    }

    private static float[] delivered(Loss loss, Problem p, float[] before, Backward how) {
        float[] gradient = before.clone();
        loss.forwardBackward(p.input(), p.target(), p.tensor(gradient), how);
        return gradient;
    }

    @Property(tries = 200)
    void scaledAndAdded(@ForAll("problems") Problem p, @ForAll Reduction reduction,
            @ForAll @DoubleRange(min = -100, max = 100) double scale) {
        for (Loss loss : new Loss[] {p.loss(reduction == Reduction.NONE ? Reduction.MEAN : reduction),
            new RMSELoss()}) {
            float[] before = before(p);
            float[] plain = delivered(loss, p, before, Backward.OVERWRITE);
            float[] scaled = delivered(loss, p, before, Backward.OVERWRITE.scale(scale));
            float[] added = delivered(loss, p, before, Backward.ADD.scale(scale));
            float[] simplyAdded = delivered(loss, p, before, Backward.ADD);
            for (int i = 0; i < p.size(); i++) {
                double g = scale * plain[i];
                assertNear(g, scaled[i], 0);
                assertNear(before[i] + g, added[i], Math.abs(g) + Math.abs(before[i]));
                assertNear(before[i] + (double) plain[i], simplyAdded[i],
                        Math.abs(plain[i]) + Math.abs(before[i]));
            }
        }
    }

    @Property(tries = 200)
    void divisor(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = 0.1, max = 1e6) double divisor) {
        float[] sum = p.gradient(Reduction.SUM, BEST);
        double value = p.loss(Reduction.SUM).forward(p.input(), p.target());
        for (Reduction reduction : new Reduction[] {Reduction.SUM, Reduction.MEAN}) {
            float[] gradient = new float[p.size()];
            double divided = p.loss(reduction).forwardBackward(p.input(), p.target(), p.tensor(gradient),
                    Backward.OVERWRITE.divisor(divisor));
            assertEquals(value / divisor, divided, 1e-15 * Math.abs(value / divisor));
            for (int i = 0; i < p.size(); i++) assertNear(sum[i] / divisor, gradient[i], 0);
        }
    }

    @Property(tries = 200)
    void upstream(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = -3, max = 3) double scale) {
        float[] upstream = before(p);
        float[] sum = p.gradient(Reduction.SUM, BEST);
        float[] gradient = before(p);
        p.loss(Reduction.NONE).backward(p.input(), p.target(), p.tensor(upstream), p.tensor(gradient),
                Backward.ADD.scale(scale).divisor(2));
        for (int i = 0; i < p.size(); i++) {
            double g = scale / 2 * upstream[i] * sum[i];
            assertNear(upstream[i] + g, gradient[i], Math.abs(g) + Math.abs(upstream[i]));
        }
    }

    @Property(tries = 200)
    void gradientOverItsInput(@ForAll("extremeProblems") Problem p) {
        float[] x = p.x().clone();
        float[] t = p.t().clone();
        float[] apart = p.gradient(Reduction.MEAN, BEST);
        p.loss(Reduction.MEAN).forwardBackward(p.tensor(x), p.target(), p.tensor(x));
        p.loss(Reduction.MEAN).forwardBackward(p.input(), p.tensor(t), p.tensor(t));
        Bits.assertSame(apart, x);
        Bits.assertSame(apart, t);
        float[] losses = p.x().clone();
        p.loss(Reduction.NONE).forward(p.tensor(losses), p.target(), p.tensor(losses));
        Bits.assertSame(p.values(BEST), losses);
    }

    /** The sum of losses has the sum of their values, and of their gradients. */
    @Property(tries = 200)
    void combined(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = -3, max = 3) double a,
            @ForAll @DoubleRange(min = -3, max = 3) double b, @ForAll @DoubleRange(min = -3, max = 3) double scale) {
        Loss first = p.loss(Reduction.MEAN);
        Loss second = new RMSELoss();
        Loss third = p.loss(Reduction.SUM);
        CombinedLoss sum = CombinedLoss.of(a, first, b, second).plus(1, third);
        Tensor x = p.input();
        Tensor t = p.target();
        double value = a * first.forward(x, t) + b * second.forward(x, t) + third.forward(x, t);
        assertEquals(value, sum.forward(x, t));
        assertEquals(value, sum.finish(sum.totals(x, t)));
        float[] before = before(p);
        float[] gradient = before.clone();
        assertEquals(value, sum.forwardBackward(x, t, p.tensor(gradient), Backward.ADD.scale(scale)));
        float[] fromTotals = before.clone();
        sum.backward(x, t, sum.totals(x, t), p.tensor(fromTotals), Backward.ADD.scale(scale));
        Bits.assertSame(gradient, fromTotals);
        float[] g1 = delivered(first, p, before, Backward.OVERWRITE);
        float[] g2 = delivered(second, p, before, Backward.OVERWRITE);
        float[] g3 = delivered(third, p, before, Backward.OVERWRITE);
        for (int i = 0; i < p.size(); i++) {
            double size = Math.abs(a * scale * g1[i]) + Math.abs(b * scale * g2[i]) + Math.abs(scale * g3[i]);
            assertNear(before[i] + scale * (a * g1[i] + b * g2[i] + g3[i]), gradient[i],
                    size + Math.abs(before[i]));
        }
    }
}
