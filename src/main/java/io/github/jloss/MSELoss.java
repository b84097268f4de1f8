// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;

/**
 * Mean squared error, {@code (x - t)²} per element; gradient {@code 2 (x - t)}.
 *
 * <p>As {@code torch.nn.MSELoss}: input and target of the same shape, {@link Reduction#MEAN} by default, dividing by
 * the number of elements. Squares beyond float's range (|x - t| above 1.8e19) are infinite.
 */
public final class MSELoss extends PointwiseLoss<MSELoss> {

    private static final long serialVersionUID = 1;

    /** The mean over all elements. */
    public MSELoss() {
        super(new Formula(), Reduction.MEAN);
    }

    private record Formula() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return (x - t) * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return 2 * (x - t);
        }
    }
}
