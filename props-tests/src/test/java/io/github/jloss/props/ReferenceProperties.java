// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Values against a double-precision reference, gradients against its central differences. */
class ReferenceProperties extends Problems {

    @Property(tries = 200)
    void valueOfEachElement(@ForAll("problems") Problem p) {
        float[] values = p.values(BEST);
        for (int i = 0; i < p.size(); i++) {
            double x = p.x()[i];
            double t = p.t()[i];
            assertEquals(p.reference().value(i, x, t), values[i], p.reference().valueTolerance(i, x, t),
                    "element " + i + ", x = " + x + ", t = " + t);
        }
    }

    @Property(tries = 200)
    void reducedValue(@ForAll("problems") Problem p, @ForAll Reduction reduction) {
        if (reduction == Reduction.NONE) return;
        double sum = 0;
        double tolerance = 0;
        for (int i = 0; i < p.size(); i++) {
            double value = p.reference().value(i, p.x()[i], p.t()[i]);
            sum += value;
            // Besides the elements' own errors: up to 32 of them are summed in single precision.
            tolerance += p.reference().valueTolerance(i, p.x()[i], p.t()[i]) + 32 * Reference.ROUNDING * value
                    + 32 * Reference.TINY;
        }
        double found = p.loss(reduction).forward(p.input(), p.target());
        if (p.size() == 0) {
            assertEquals(reduction == Reduction.SUM ? 0 : Double.NaN, found);
            return;
        }
        assertEquals(sum / p.divisor(reduction), found, tolerance / p.divisor(reduction));
        float[] gradient = new float[p.size()];
        assertEquals(found, p.loss(reduction).forwardBackward(p.input(), p.target(), p.tensor(gradient)), 0);
    }

    @Property(tries = 200)
    void gradient(@ForAll("problems") Problem p, @ForAll Reduction reduction) {
        float[] upstream = new float[p.size()];
        for (int i = 0; i < upstream.length; i++) upstream[i] = reduction == Reduction.NONE ? i % 7 - 3 : 1;
        float[] gradient = reduction == Reduction.NONE ? p.gradient(upstream, BEST) : p.gradient(reduction, BEST);
        for (int i = 0; i < p.size(); i++) {
            double x = p.x()[i];
            double t = p.t()[i];
            if (p.reference().atCorner(x, t)) continue;
            double factor = upstream[i] / p.divisor(reduction);
            double slope = p.reference().slope(i, x, t);
            // The factor is rounded, and so is its product with the gradient.
            double tolerance = p.reference().slopeTolerance(i, x, t) + 3 * Reference.ROUNDING * Math.abs(slope);
            assertEquals(slope * factor, gradient[i], tolerance * Math.abs(factor) + Float.MIN_VALUE,
                    "element " + i + ", x = " + x + ", t = " + t);
        }
    }

    /** The root of the mean is one function of all elements: each is varied with the others held. */
    @Property(tries = 200)
    void rootOfTheMean(@ForAll("problems") Problem p, @ForAll boolean plain) {
        if (p.size() == 0) return;
        double eps = plain ? 0 : 1e-6;
        double sum = 0;
        for (int i = 0; i < p.size(); i++) sum += square(p.x()[i] - (double) p.t()[i]);
        double root = Math.sqrt(sum / p.size() + eps);
        float[] gradient = new float[p.size()];
        RMSELoss loss = new RMSELoss().withEps(eps);
        Tensor g = p.tensor(gradient);
        assertEquals(root, loss.forwardBackward(p.input(), p.target(), g), 24 * Reference.ROUNDING * root);
        assertEquals(root, loss.forward(p.input(), p.target()), 24 * Reference.ROUNDING * root);
        for (int i = 0; i < p.size(); i++) {
            double e = p.x()[i] - (double) p.t()[i];
            double others = sum - square(e);
            // Smaller than the root itself, whose bend is at 0.
            double h = Math.min(Reference.STEP, root / 256);
            double near = root(others, e + h, p.size(), eps) - root(others, e - h, p.size(), eps);
            double far = root(others, e + 2 * h, p.size(), eps) - root(others, e - 2 * h, p.size(), eps);
            double slope = (8 * near - far) / (12 * h);
            assertEquals(slope, gradient[i], 32 * Reference.ROUNDING * Math.abs(slope) + 1e-15 * root / h + 1e-9);
        }
    }

    private static double root(double others, double e, int n, double eps) {
        return Math.sqrt((others + e * e) / n + eps);
    }

    private static double square(double e) {
        return e * e;
    }
}
