// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.DistanceFormula;
import java.util.List;

/**
 * Triplet margin loss: {@code max(margin + d(a, p) - d(a, n), 0)} with the distance {@code d(u, v) = |u - v + eps|_p}.
 * With {@code swap}, d(a, n) is replaced by d(p, n) where that is less. V. Balntas et al., <i>Learning local feature
 * descriptors with triplets and shallow convolutional neural networks</i>, BMVC 2016.
 *
 * <p>Gradients, where the loss is not cut off (at exactly 0 it is not): {@code g(a, p) - g(a, n)} for the anchor,
 * {@code -g(a, p)} for the positive, {@code g(a, n)} for the negative, with {@code g(u, v) = dd/du = sgn(z)
 * (|z|/d)^(p-1)}, z = u - v + eps, 0 where d = 0; swapped, {@code g(p, n)} in place of {@code g(a, n)}, which leaves
 * the anchor and reaches the positive; half of each where d(a, n) = d(p, n).
 *
 * <p>As {@code torch.nn.TripletMarginLoss}: margin 1, p = 2, eps = 1e-6, no swap, {@link Reduction#MEAN} over the N
 * triplets by default; there is no target. Three identical embeddings cost the margin. Two infinite distances give NaN,
 * one a loss that is infinite or 0; an infinite distance that counts has gradients of NaN.
 */
public final class TripletMarginLoss extends EmbeddingLoss<TripletMarginLoss> {

    private static final long serialVersionUID = 1;

    private static final List<String> INPUTS = List.of("anchor", "positive", "negative");

    /** torch's defaults: margin 1, p = 2, eps = 1e-6, no swap, the mean over all triplets. */
    public TripletMarginLoss() {
        super(new Formula(1, 2, 1e-6, false), INPUTS, null);
    }

    /**
     * This loss with another margin.
     *
     * @param margin by how much the negative should be farther away than the positive; 1 by default
     * @return a loss with this option
     */
    public TripletMarginLoss withMargin(double margin) {
        Formula f = options();
        return with(new Formula(margin, f.p, f.eps, f.swap));
    }

    /**
     * This loss of another norm.
     *
     * @param p the exponent, a finite number of at least 1; 2 by default
     * @return a loss with this option
     */
    public TripletMarginLoss withP(double p) {
        Formula f = options();
        return with(new Formula(f.margin, p, f.eps, f.swap));
    }

    /**
     * This loss with another constant in the norm.
     *
     * @param eps added to each coordinate's difference, at least 0; 1e-6 by default
     * @return a loss with this option
     */
    public TripletMarginLoss withEps(double eps) {
        Formula f = options();
        return with(new Formula(f.margin, f.p, eps, f.swap));
    }

    /**
     * This loss with or without the swap of anchor and positive.
     *
     * @param swap whether the positive stands in for the anchor where it is nearer to the negative; not by default
     * @return a loss with this option
     */
    public TripletMarginLoss withSwap(boolean swap) {
        Formula f = options();
        return with(new Formula(f.margin, f.p, f.eps, swap));
    }

    double margin() {
        return options().margin;
    }

    double p() {
        return options().p;
    }

    double eps() {
        return options().eps;
    }

    boolean swap() {
        return options().swap;
    }

    private Formula options() {
        return (Formula) formula();
    }

    /**
     * The value of the loss.
     *
     * @param anchor (N, D)
     * @param positive what should be near the anchor, (N, D)
     * @param negative what should be far from it, (N, D)
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forward(Tensor anchor, Tensor positive, Tensor negative) {
        return value(anchor, positive, negative, null, null);
    }

    /**
     * The value of the loss, and its gradients written over whatever the tensors held.
     *
     * @param anchor (N, D)
     * @param positive what should be near the anchor, (N, D)
     * @param negative what should be far from it, (N, D)
     * @param anchorGradient receives dL/danchor, or null; each gradient may be one of the inputs itself
     * @param positiveGradient receives dL/dpositive, or null
     * @param negativeGradient receives dL/dnegative, or null
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forwardBackward(Tensor anchor, Tensor positive, Tensor negative, Tensor anchorGradient,
            Tensor positiveGradient, Tensor negativeGradient) {
        return forwardBackward(anchor, positive, negative, anchorGradient, positiveGradient, negativeGradient,
                Backward.OVERWRITE);
    }

    /**
     * The value of the loss, and its gradients delivered as the caller likes.
     *
     * @param anchor (N, D)
     * @param positive what should be near the anchor, (N, D)
     * @param negative what should be far from it, (N, D)
     * @param anchorGradient receives dL/danchor, or null; each gradient may be one of the inputs itself
     * @param positiveGradient receives dL/dpositive, or null
     * @param negativeGradient receives dL/dnegative, or null
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forwardBackward(Tensor anchor, Tensor positive, Tensor negative, Tensor anchorGradient,
            Tensor positiveGradient, Tensor negativeGradient, Backward how) {
        return valueAndGradients(anchor, positive, negative, null, null, anchorGradient, positiveGradient,
                negativeGradient, how);
    }

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param anchor anchors of this piece
     * @param positive what should be near them
     * @param negative what should be far from them
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    public Totals totals(Tensor anchor, Tensor positive, Tensor negative) {
        return sums(anchor, positive, negative, null, null);
    }

    /**
     * Second phase: this piece's part of the gradients of the loss over the whole batch.
     *
     * @param anchor anchors of this piece
     * @param positive what should be near them
     * @param negative what should be far from them
     * @param whole the totals of the whole batch
     * @param anchorGradient receives dL/danchor, or null
     * @param positiveGradient receives dL/dpositive, or null
     * @param negativeGradient receives dL/dnegative, or null
     * @param how overwrite or add, scale, divisor
     */
    public void backward(Tensor anchor, Tensor positive, Tensor negative, Totals whole, Tensor anchorGradient,
            Tensor positiveGradient, Tensor negativeGradient, Backward how) {
        gradientsOfPiece(anchor, positive, negative, null, null, whole, anchorGradient, positiveGradient,
                negativeGradient, how);
    }

    /**
     * The losses, unreduced.
     *
     * @param anchor (N, D)
     * @param positive what should be near the anchor, (N, D)
     * @param negative what should be far from it, (N, D)
     * @param losses overwritten with the loss of each triplet, (N); apart from the inputs
     */
    public void losses(Tensor anchor, Tensor positive, Tensor negative, Tensor losses) {
        values(anchor, positive, negative, null, null, losses);
    }

    /**
     * The gradients of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param anchor (N, D)
     * @param positive what should be near the anchor, (N, D)
     * @param negative what should be far from it, (N, D)
     * @param upstream the gradient that reaches the loss of each triplet, (N)
     * @param anchorGradient receives the gradient with respect to the anchor, or null
     * @param positiveGradient receives the gradient with respect to the positive, or null
     * @param negativeGradient receives the gradient with respect to the negative, or null
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     */
    public void backward(Tensor anchor, Tensor positive, Tensor negative, Tensor upstream, Tensor anchorGradient,
            Tensor positiveGradient, Tensor negativeGradient, Backward how) {
        gradients(anchor, positive, negative, null, null, upstream, anchorGradient, positiveGradient, negativeGradient,
                how);
    }

    private record Formula(double margin, double p, double eps, boolean swap, Distance distance)
            implements DistanceFormula {

        Formula(double margin, double p, double eps, boolean swap) {
            this(Checks.finite("margin", margin), p, eps, swap, Distance.norm(p, eps));
        }

        @Override
        public int distances() {
            return swap ? 3 : 2;
        }

        @Override
        public double value(double positive, double negative, double swapped, double target) {
            return Math.max(violation(positive, negative, swapped), 0);
        }

        @Override
        public double slope(int which, double positive, double negative, double swapped, double target) {
            double violation = violation(positive, negative, swapped);
            if (!(violation >= 0)) {
                return violation < 0 ? 0 : Double.NaN;
            }
            double ofSwapped = !swap || negative < swapped ? 0 : negative > swapped ? 1 : 0.5;
            return which == 0 ? 1 : which == 1 ? ofSwapped - 1 : -ofSwapped;
        }

        private double violation(double positive, double negative, double swapped) {
            return margin + positive - (swap ? Math.min(negative, swapped) : negative);
        }

        @Override
        public String toString() {
            return "Formula[margin=" + margin + ", p=" + p + ", eps=" + eps + ", swap=" + swap + "]";
        }
    }
}
