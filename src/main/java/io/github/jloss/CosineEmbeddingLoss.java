// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.DistanceFormula;

/**
 * Cosine embedding loss: with the cosine c of a pair, {@code 1 - c} for target 1 (alike) and {@code max(c - margin, 0)}
 * for target -1 (unlike). Gradient: {@code -dc} and {@code dc} where {@code c >= margin}; with
 * {@code A = |x1|² + 1e-12} and B likewise, {@code dc/dx1 = x2/sqrt(A B) - c x1/A}.
 *
 * <p>As {@code torch.nn.CosineEmbeddingLoss}: margin 0, {@link Reduction#MEAN} over the N pairs by default. Unlike
 * torch, where any other target silently costs 0, targets (a tensor or {@link Labels}, of shape (N)) must be 1 or -1.
 * The cosine with a zero vector is 0; its gradient is that of the regularised cosine, up to 1e6 long. Lengths up to
 * float's largest number work (torch: up to 1e19); infinite coordinates give NaN.
 */
public final class CosineEmbeddingLoss extends PairLoss<CosineEmbeddingLoss> {

    private static final long serialVersionUID = 1;

    /** Margin 0, the mean over all pairs. */
    public CosineEmbeddingLoss() {
        super(new Formula(0), "target");
    }

    /**
     * This loss with another margin.
     *
     * @param margin the cosine below which an unlike pair costs nothing; from -1 to 1 where it is to matter, 0 by
     *        default
     * @return a loss with this option
     */
    public CosineEmbeddingLoss withMargin(double margin) {
        return with(new Formula(Checks.finite("margin", margin)));
    }

    @Override
    protected void requireTarget(Target target, Tensor weights) {
        for (long i = 0; i < target.size(); i++) {
            double found = target instanceof Tensor floats ? floats.get(i) : ((Labels) target).get(i);
            if (found != 1 && found != -1 && !isMasked(weights, i)) {
                throw new IllegalArgumentException("target: found " + found + " at index " + i
                        + ", expected 1 (alike) or -1 (unlike)");
            }
        }
    }

    double margin() {
        return ((Formula) formula()).margin;
    }

    private record Formula(double margin) implements DistanceFormula {

        private static final Distance COSINE = Distance.cosine();

        @Override
        public Distance distance() {
            return COSINE;
        }

        @Override
        public int distances() {
            return 1;
        }

        @Override
        public double value(double d, double d02, double d12, double target) {
            return target > 0 ? d : Math.max(1 - d - margin, 0);
        }

        @Override
        public double slope(int which, double d, double d02, double d12, double target) {
            double excess = 1 - d - margin;
            return target > 0 ? 1 : excess >= 0 ? -1 : excess < 0 ? 0 : Double.NaN;
        }
    }
}
