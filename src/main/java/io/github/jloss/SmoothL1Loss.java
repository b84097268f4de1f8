// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Smooth L1: with {@code e = x - t}, {@code e²/(2 beta)} below {@code |e| = beta} and {@code |e| - beta/2} beyond;
 * gradient {@code e/beta} or {@code sign(e)}.
 *
 * <p>As {@code torch.nn.SmoothL1Loss}: input and target of the same shape, {@link Reduction#MEAN} by default, dividing
 * by the number of elements; {@code beta = 0} is {@link L1Loss}, with gradient 0 at {@code e = 0} (torch 1.13 gives -1
 * there). It is {@link HuberLoss} with {@code delta = beta}, divided by {@code beta}. R. Girshick, Fast R-CNN (2015).
 */
public final class SmoothL1Loss extends PointwiseLoss<SmoothL1Loss> {

    private static final long serialVersionUID = 1;

    /** {@code beta = 1}, the mean over all elements. */
    public SmoothL1Loss() {
        super(new Formula(1), Reduction.MEAN);
    }

    /**
     * This loss with another place where the parabola becomes a line.
     *
     * @param beta at least 0; 1 by default
     * @return a loss with this option
     */
    public SmoothL1Loss withBeta(double beta) {
        return with(new Formula(Checks.asFloat("beta", Checks.notNegative("beta", beta))));
    }

    float beta() {
        return ((Formula) formula()).beta;
    }

    private record Formula(float beta) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float e = x - t;
            return Scalar.ifLess(Math.abs(e), beta, 0.5f * e * (e / beta), Math.abs(e) - 0.5f * beta);
        }

        @Override
        public float gradient(float x, float t) {
            float e = x - t;
            return Scalar.ifLess(Math.abs(e), beta, e / beta, Scalar.sign(e));
        }
    }
}
