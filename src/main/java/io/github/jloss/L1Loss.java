// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Mean absolute error, {@code |x - t|} per element; gradient {@code sign(x - t)}, 0 where {@code x = t}.
 *
 * <p>As {@code torch.nn.L1Loss}: input and target of the same shape, {@link Reduction#MEAN} by default, dividing by
 * the number of elements.
 */
public final class L1Loss extends PointwiseLoss<L1Loss> {

    private static final long serialVersionUID = 1;

    /** The mean over all elements. */
    public L1Loss() {
        super(new Formula(), Reduction.MEAN);
    }

    private record Formula() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Math.abs(x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return Scalar.sign(x - t);
        }
    }
}
