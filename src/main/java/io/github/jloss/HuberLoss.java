// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Huber's loss: with {@code e = x - t}, {@code e²/2} up to {@code |e| = delta} and {@code delta (|e| - delta/2)}
 * beyond; gradient {@code e} clamped to {@code [-delta, delta]}.
 *
 * <p>As {@code torch.nn.HuberLoss}: input and target of the same shape, {@link Reduction#MEAN} by default, dividing by
 * the number of elements. With {@code delta} infinite it is half of {@link MSELoss} everywhere. P. J. Huber, Robust
 * Estimation of a Location Parameter (1964).
 */
public final class HuberLoss extends PointwiseLoss<HuberLoss> {

    private static final long serialVersionUID = 1;

    /** {@code delta = 1}, the mean over all elements. */
    public HuberLoss() {
        super(new Formula(1), Reduction.MEAN);
    }

    /**
     * This loss with another place where the parabola becomes a line.
     *
     * @param delta above 0, infinity for no line; 1 by default
     * @return a loss with this option
     */
    public HuberLoss withDelta(double delta) {
        return with(delta == Double.POSITIVE_INFINITY ? new Parabola()
                : new Formula(Checks.asFloat("delta", Checks.positive("delta", delta))));
    }

    float delta() {
        return formula() instanceof Formula f ? f.delta : Float.POSITIVE_INFINITY;
    }

    private record Formula(float delta) implements PointwiseFormula {

        /** With c the clamped residual, c (e - c/2) is both branches at once. */
        @Override
        public float value(float x, float t) {
            float c = gradient(x, t);
            return c * (x - t - 0.5f * c);
        }

        @Override
        public float gradient(float x, float t) {
            return Scalar.clamp(x - t, delta);
        }
    }

    /** Without a line. */
    private record Parabola() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return 0.5f * (x - t) * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return x - t;
        }

        @Override
        public String toString() {
            return "[delta=Infinity]";
        }
    }
}
