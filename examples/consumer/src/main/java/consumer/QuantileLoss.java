// SPDX-License-Identifier: Apache-2.0
package consumer;

import io.github.jloss.PointwiseLoss;
import io.github.jloss.Reduction;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/** A loss of one's own: q (t - x) where the prediction is too low, (1 - q) (x - t) where it is too high. */
public final class QuantileLoss extends PointwiseLoss {

    /** The mean over all elements, of the quantile q. */
    public QuantileLoss(float q) {
        super(new Formula(q), Reduction.MEAN);
    }

    private record Formula(float q) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return (x - t) * gradient(x, t);
        }

        @Override
        public float gradient(float x, float t) {
            return Scalar.ifLess(x, t, -q, Scalar.ifLess(t, x, 1 - q, 0));
        }
    }
}
