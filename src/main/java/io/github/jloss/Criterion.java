// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * Anything that has a value and gradients over a {@link Batch}: losses of one input ({@link Loss}) and of several
 * (pairs, triplets, embeddings with class weights). This is the common form for what holds losses of all kinds:
 * {@link MultiTaskLoss}, programs that know a loss by its name. Each loss also has methods that take its arguments one
 * by one. Immutable, thread-safe, with value semantics.
 *
 * <p>Serializable, with all options: numbers of tensors are written as numbers, wherever they are, and the back end as
 * its name, without threads, executors and devices. Functions and distances of the caller's must be serializable, too.
 */
public interface Criterion extends Serializable {

    /**
     * The inputs, in the order in which a batch has them.
     *
     * @return at least one name
     */
    List<String> inputNames();

    /**
     * How the losses of single elements, rows or pairs become one number.
     *
     * @return the reduction
     */
    Reduction reduction();

    /**
     * The value.
     *
     * @param batch inputs and target
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forward(Batch batch);

    /**
     * The value and the gradients.
     *
     * @param batch inputs, target, and the tensors that receive the gradients
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forwardBackward(Batch batch, Backward how);

    /**
     * Refuses what {@link #forwardBackward} would refuse, and does nothing else.
     *
     * @param batch inputs, target, and the tensors that would receive the gradients
     * @throws IllegalArgumentException if an argument does not fit; the message names it
     */
    void requireValid(Batch batch);

    /**
     * Refuses what {@link #backward(Batch, Totals, Backward)} would refuse, and does nothing else.
     *
     * @param batch inputs, target, and the tensors that would receive the gradients
     * @param whole the totals of the whole batch
     * @throws IllegalArgumentException if an argument does not fit; the message names it
     */
    default void requireValid(Batch batch, Totals whole) {
        requireValid(batch);
        finish(Objects.requireNonNull(whole, "whole"));
    }

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param batch inputs and target
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    Totals totals(Batch batch);

    /**
     * The value over everything that was merged into the totals.
     *
     * @param totals of this criterion
     * @return the reduced loss
     */
    double finish(Totals totals);

    /**
     * Second phase: this piece's part of the gradients of the loss over the whole batch.
     *
     * @param batch this piece, and the tensors that receive the gradients
     * @param whole the totals of the whole batch
     * @param how overwrite or add, scale, divisor
     */
    void backward(Batch batch, Totals whole, Backward how);

    /**
     * The shape of the losses without reduction.
     *
     * @param batch inputs and target
     * @return one dimension for each axis along which there are several losses
     */
    default long[] lossesShape(Batch batch) {
        throw new IllegalStateException(getClass().getSimpleName() + " is one number: it has no reduction NONE");
    }

    /**
     * The losses, unreduced.
     *
     * @param batch inputs and target
     * @param losses overwritten with the losses, of shape {@link #lossesShape}
     * @throws IllegalStateException if this criterion is one number by nature
     */
    default void losses(Batch batch, Tensor losses) {
        lossesShape(batch);
    }

    /**
     * The gradients of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param batch inputs, target, and the tensors that receive the gradients
     * @param upstream the gradient that reaches each loss, of shape {@link #lossesShape}
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     * @throws IllegalStateException if this criterion is one number by nature
     */
    default void backward(Batch batch, Tensor upstream, Backward how) {
        lossesShape(batch);
    }

    /**
     * The same computed elsewhere.
     *
     * @param backend where
     * @return a criterion equal to this one but for its back end
     */
    Criterion on(Backend backend);
}
