// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.DistanceFormula;
import java.util.List;

/**
 * A loss of pairs of embeddings: x1 and x2 of shape (N, D), and a label for each pair. A loss of your own is a
 * {@link DistanceFormula} of one distance, whose target is the label.
 *
 * @param <L> the loss itself
 */
public abstract class PairLoss<L extends PairLoss<L>> extends EmbeddingLoss<L> {

    private static final long serialVersionUID = 1;

    private static final List<String> INPUTS = List.of("x1", "x2");

    /**
     * A loss with reduction mean.
     *
     * @param formula the loss of one pair
     * @param labelName what the label is called in error messages
     */
    protected PairLoss(DistanceFormula formula, String labelName) {
        super(formula, INPUTS, labelName);
    }

    /**
     * The value of the loss.
     *
     * @param x1 one embedding of each pair, (N, D)
     * @param x2 the other, (N, D)
     * @param label what each pair is, (N)
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public final double forward(Tensor x1, Tensor x2, Target label) {
        return value(x1, x2, null, label, null);
    }

    /**
     * The value of the loss, and its gradients written over whatever the tensors held.
     *
     * @param x1 one embedding of each pair, (N, D)
     * @param x2 the other, (N, D)
     * @param label what each pair is, (N)
     * @param gradient1 receives dL/dx1, or null; may be x1 or x2 itself
     * @param gradient2 receives dL/dx2, or null; may be x1 or x2 itself
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public final double forwardBackward(Tensor x1, Tensor x2, Target label, Tensor gradient1, Tensor gradient2) {
        return forwardBackward(x1, x2, label, gradient1, gradient2, Backward.OVERWRITE);
    }

    /**
     * The value of the loss, and its gradients delivered as the caller likes.
     *
     * @param x1 one embedding of each pair, (N, D)
     * @param x2 the other, (N, D)
     * @param label what each pair is, (N)
     * @param gradient1 receives dL/dx1, or null; may be x1 or x2 itself
     * @param gradient2 receives dL/dx2, or null; may be x1 or x2 itself
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public final double forwardBackward(Tensor x1, Tensor x2, Target label, Tensor gradient1, Tensor gradient2,
            Backward how) {
        return valueAndGradients(x1, x2, null, label, null, gradient1, gradient2, null, how);
    }

    /**
     * Refuses what {@link #forwardBackward} would refuse, and does nothing else.
     *
     * @param x1 one embedding of each pair
     * @param x2 the other
     * @param label what each pair is
     * @param gradient1 would receive dL/dx1, or null
     * @param gradient2 would receive dL/dx2, or null
     * @throws IllegalArgumentException if an argument does not fit; the message names it
     */
    public final void requireValid(Tensor x1, Tensor x2, Target label, Tensor gradient1, Tensor gradient2) {
        valid(x1, x2, null, label, null, gradient1, gradient2, null);
    }

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param x1 one embedding of each pair
     * @param x2 the other
     * @param label what each pair is
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    public final Totals totals(Tensor x1, Tensor x2, Target label) {
        return sums(x1, x2, null, label, null);
    }

    /**
     * Second phase: this piece's part of the gradients of the loss over the whole batch.
     *
     * @param x1 one embedding of each pair of this piece
     * @param x2 the other
     * @param label what each pair is
     * @param whole the totals of the whole batch
     * @param gradient1 receives dL/dx1, or null
     * @param gradient2 receives dL/dx2, or null
     * @param how overwrite or add, scale, divisor
     */
    public final void backward(Tensor x1, Tensor x2, Target label, Totals whole, Tensor gradient1, Tensor gradient2,
            Backward how) {
        gradientsOfPiece(x1, x2, null, label, null, whole, gradient1, gradient2, null, how);
    }

    /**
     * The losses, unreduced.
     *
     * @param x1 one embedding of each pair
     * @param x2 the other
     * @param label what each pair is
     * @param losses overwritten with the loss of each pair, (N); apart from the inputs
     */
    public final void losses(Tensor x1, Tensor x2, Target label, Tensor losses) {
        values(x1, x2, null, label, null, losses);
    }

    /**
     * The gradients of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param x1 one embedding of each pair
     * @param x2 the other
     * @param label what each pair is
     * @param upstream the gradient that reaches the loss of each pair, (N)
     * @param gradient1 receives the gradient with respect to x1, or null
     * @param gradient2 receives the gradient with respect to x2, or null
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     */
    public final void backward(Tensor x1, Tensor x2, Target label, Tensor upstream, Tensor gradient1, Tensor gradient2,
            Backward how) {
        gradients(x1, x2, null, label, null, upstream, gradient1, gradient2, null, how);
    }
}
