// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.DistanceFormula;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * Contrastive loss: with the distance d of a pair and its label y, 1 for the same and 0 for different, {@code y d²
 * + (1-y) max(m-d, 0)²}. Gradient: {@code 2 y d - 2 (1-y) max(m-d, 0)} times the gradient of the distance. R. Hadsell,
 * S. Chopra, Y. LeCun, <i>Dimensionality Reduction by Learning an Invariant Mapping</i>, CVPR 2006.
 *
 * <p>As deep-ml's {@code ContrastiveLoss}: no factor 1/2, margin m = 2, Euclidean distance with 1e-6 added to every
 * coordinate's difference, {@link Reduction#MEAN} over the N pairs by default. Labels are a tensor (N), which may be
 * soft, or {@link Labels} 0 and 1. A label transform maps each label to y, such as {@code t -> 1 - t} for data that
 * has 1 for different; it must be a pure function, is compared by its {@code equals}, and {@link Labels} may then be
 * anything it understands. No gradient reaches the labels.
 *
 * <p>Edges. Where d = m, or d = 0 (possible with another distance or eps = 0), a different pair has no gradient.
 * Identical embeddings at the default distance are {@code 1e-6 sqrt(D)} apart; a different pair of them moves apart
 * along (1, ..., 1), as in torch. A label of 0 or 1 takes the other term out even where that is infinite: a different
 * pair at infinite distance costs 0. A pair of the same at infinite distance costs infinity, with gradients that are
 * not finite. With {@code m <= 0} different pairs cost nothing.
 */
public final class ContrastiveLoss extends PairLoss<ContrastiveLoss> {

    private static final long serialVersionUID = 1;

    /** Margin 2, Euclidean distance, the mean over all pairs. */
    public ContrastiveLoss() {
        super(new Formula(2, Distance.euclidean(), null), "label");
    }

    /**
     * This loss with another margin.
     *
     * @param margin the distance beyond which a different pair costs nothing; 2 by default
     * @return a loss with this option
     */
    public ContrastiveLoss withMargin(double margin) {
        return with(new Formula(Checks.finite("margin", margin), options().distance, options().labelTransform));
    }

    /**
     * This loss with another distance.
     *
     * @param distance how far apart the embeddings of a pair are; {@link Distance#euclidean()} by default
     * @return a loss with this option
     */
    public ContrastiveLoss withDistance(Distance distance) {
        return with(new Formula(options().margin, Objects.requireNonNull(distance, "distance"),
                options().labelTransform));
    }

    /**
     * This loss with a label transform.
     *
     * @param labelTransform maps each label to y, or null, the default, to take it as it is
     * @return a loss with this option
     */
    public ContrastiveLoss withLabelTransform(DoubleUnaryOperator labelTransform) {
        return with(new Formula(options().margin, options().distance, labelTransform));
    }

    double margin() {
        return options().margin;
    }

    Distance distance() {
        return options().distance;
    }

    boolean transformsLabels() {
        return options().labelTransform != null;
    }

    private Formula options() {
        return (Formula) formula();
    }

    /** Class labels must be 0 or 1: a class number in their place would count as a very soft label. */
    @Override
    protected void requireTarget(Target label, Tensor weights) {
        if (label instanceof Labels labels && options().labelTransform == null) {
            for (long i = 0; i < labels.size(); i++) {
                if ((labels.get(i) < 0 || labels.get(i) > 1) && !isMasked(weights, i)) {
                    throw new IllegalArgumentException("label: found " + labels.get(i) + " at index " + i
                            + ", expected 1 (same) or 0 (different)");
                }
            }
        }
    }

    private record Formula(double margin, Distance distance, DoubleUnaryOperator labelTransform)
            implements DistanceFormula {

        @Override
        public int distances() {
            return 1;
        }

        @Override
        public double value(double d, double d02, double d12, double label) {
            double y = labelTransform == null ? label : labelTransform.applyAsDouble(label);
            double missing = Math.max(margin - d, 0);
            return weighted(y, d * d) + weighted(1 - y, missing * missing);
        }

        @Override
        public double slope(int which, double d, double d02, double d12, double label) {
            double y = labelTransform == null ? label : labelTransform.applyAsDouble(label);
            return 2 * (weighted(y, d) - weighted(1 - y, Math.max(margin - d, 0)));
        }

        /** A product in which 0 times infinity is 0. */
        private static double weighted(double weight, double value) {
            double product = weight * value;
            return product == product || weight != 0 ? product : 0;
        }

        @Override
        public String toString() {
            return "Formula[margin=" + margin + ", distance=" + distance
                    + (labelTransform == null ? "" : ", labelTransform=" + labelTransform) + "]";
        }
    }
}
