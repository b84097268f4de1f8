// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.List;
import java.util.Objects;

/**
 * A loss of one input against a target. Immutable, thread-safe, with value semantics.
 *
 * <pre>{@code
 * Loss bce = new BCEWithLogitsLoss();
 * double value = bce.forwardBackward(logits, masks, gradient);      // one pass: value returned, gradient written
 * }</pre>
 *
 * <p>Every loss can also be computed in two phases. {@link #totals} of several pieces of a batch merge to the totals
 * of the whole, {@link #finish} turns them into the value, and {@link #backward(Tensor, Target, Totals, Tensor,
 * Backward)} gives the gradient of any piece: micro-batches, threads and machines add up, as
 * exactly as {@link Totals} says.
 *
 * <p>What a target is, a tensor of the input's shape or class labels, each loss says.
 *
 * <p><b>Errors.</b> Shapes that do not fit, buffers that overlap shifted and read-only gradients are an
 * {@link IllegalArgumentException} before anything is written. NaN in the data gives NaN, in the value and in the
 * gradient of that element.
 */
public interface Loss extends Criterion {

    /** The one input of a loss. */
    List<String> INPUT = List.of("input");

    /**
     * The value of the loss.
     *
     * @param input predictions
     * @param target what they should be
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forward(Tensor input, Target target);

    /**
     * The value of the loss, and its gradient with respect to the input.
     *
     * @param input predictions
     * @param target what they should be
     * @param gradient overwritten with dL/dinput; may be {@code input} itself
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    default double forwardBackward(Tensor input, Target target, Tensor gradient) {
        return forwardBackward(input, target, gradient, Backward.OVERWRITE);
    }

    /**
     * The value of the loss, and its gradient with respect to the input, delivered as the caller likes.
     *
     * @param input predictions
     * @param target what they should be
     * @param gradient receives dL/dinput; may be {@code input} itself
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how);

    /**
     * Refuses what {@link #forwardBackward} would refuse, and does nothing else.
     *
     * @param input predictions
     * @param target what they should be
     * @param gradient would receive dL/dinput
     * @throws IllegalArgumentException if an argument does not fit; the message names it
     */
    void requireValid(Tensor input, Target target, Tensor gradient);

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param input predictions
     * @param target what they should be
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    Totals totals(Tensor input, Target target);

    /**
     * Second phase: this piece's part of the gradient of the loss over the whole batch.
     *
     * @param input predictions of this piece
     * @param target what they should be
     * @param whole the totals of the whole batch
     * @param gradient receives dL/dinput; may be {@code input} itself
     * @param how overwrite or add, scale, divisor
     */
    void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how);

    /**
     * The losses, unreduced: one for each element, row or pixel.
     *
     * @param input predictions
     * @param target what they should be
     * @param losses overwritten with the losses
     * @throws IllegalStateException if this loss is one number by nature
     */
    default void forward(Tensor input, Target target, Tensor losses) {
        Criterion.super.losses(Batch.of(input, target), losses);
    }

    /**
     * The gradient of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param input predictions
     * @param target what they should be
     * @param upstream the gradient that reaches each loss, of the shape of the losses
     * @param gradient receives upstream times dloss/dinput; may be {@code input} itself
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     * @throws IllegalStateException if this loss is one number by nature
     */
    default void backward(Tensor input, Target target, Tensor upstream, Tensor gradient, Backward how) {
        Criterion.super.backward(Batch.of(input, target), upstream, how);
    }

    @Override
    Loss on(Backend backend);

    /** One, called input. */
    @Override
    default List<String> inputNames() {
        return INPUT;
    }

    @Override
    default double forward(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        return forward(batch.input(0), batch.target());
    }

    @Override
    default double forwardBackward(Batch batch, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        return forwardBackward(batch.input(0), batch.target(), batch.gradient(0), how);
    }

    @Override
    default void requireValid(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        requireValid(batch.input(0), batch.target(), batch.gradient(0));
    }

    @Override
    default Totals totals(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        return totals(batch.input(0), batch.target());
    }

    @Override
    default void backward(Batch batch, Totals whole, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        backward(batch.input(0), batch.target(), whole, batch.gradient(0), how);
    }

    @Override
    default void losses(Batch batch, Tensor losses) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        forward(batch.input(0), batch.target(), losses);
    }

    @Override
    default void backward(Batch batch, Tensor upstream, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        batch.requireUnweighted();
        backward(batch.input(0), batch.target(), upstream, batch.gradient(0), how);
    }
}
