// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Huber's loss: with {@code e = x - t}, {@code e²/2} up to {@code |e| = delta} and {@code delta (|e| - delta/2)}
 * beyond; gradient {@code e} clamped to {@code [-delta, delta]}.
 *
 * <p>As {@code torch.nn.HuberLoss}: input and target of the same shape, {@link Reduction#MEAN} by default, dividing by
 * the number of elements. P. J. Huber, Robust Estimation of a Location Parameter (1964).
 */
public final class HuberLoss extends PointwiseLoss {

    private static final long serialVersionUID = 1;

    /** {@code delta = 1}, the mean over all elements. */
    public HuberLoss() {
        this(1, Reduction.MEAN);
    }

    /**
     * With options.
     *
     * @param delta where the parabola becomes a line; above 0
     * @param reduction how the elements' losses become one number
     */
    public HuberLoss(double delta, Reduction reduction) {
        super(new Formula(Checks.asFloat("delta", Checks.positive("delta", delta))), reduction);
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
}
