package io.github.jloss;

/**
 * A loss of an input against a target of the same shape. Immutable, thread-safe, with value semantics.
 *
 * <pre>{@code
 * Loss bce = new BCEWithLogitsLoss();
 * double value = bce.forwardBackward(logits, masks, gradient);      // one pass: value returned, gradient written
 * }</pre>
 *
 * <p>Every loss can also be computed in two phases. {@link #totals} of several pieces of a batch merge to the totals
 * of the whole, {@link #finish} turns them into the value, and {@link #backward(Tensor, Tensor, Totals, Tensor,
 * Backward)} gives the gradient of any piece: micro-batches, threads and machines add up exactly.
 *
 * <p><b>Errors.</b> Shapes that differ, buffers that overlap shifted and read-only gradients are an
 * {@link IllegalArgumentException} before anything is written. NaN in the data gives NaN, in the value and in the
 * gradient of that element.
 */
public interface Loss {

    /**
     * How the losses of single elements become one number.
     *
     * @return the reduction
     */
    Reduction reduction();

    /**
     * The value of the loss.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forward(Tensor input, Tensor target);

    /**
     * The value of the loss, and its gradient with respect to the input.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @param gradient overwritten with dL/dinput; may be {@code input} itself
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    default double forwardBackward(Tensor input, Tensor target, Tensor gradient) {
        return forwardBackward(input, target, gradient, Backward.OVERWRITE);
    }

    /**
     * The value of the loss, and its gradient with respect to the input, delivered as the caller likes.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @param gradient receives dL/dinput; may be {@code input} itself
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    double forwardBackward(Tensor input, Tensor target, Tensor gradient, Backward how);

    /**
     * Refuses what {@link #forwardBackward} would refuse, and does nothing else.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @param gradient would receive dL/dinput
     * @throws IllegalArgumentException if an argument does not fit; the message names it
     */
    void requireValid(Tensor input, Tensor target, Tensor gradient);

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    Totals totals(Tensor input, Tensor target);

    /**
     * The value of the loss over everything that was merged into the totals.
     *
     * @param totals of this loss
     * @return the reduced loss
     */
    double finish(Totals totals);

    /**
     * Second phase: this piece's part of the gradient of the loss over the whole batch.
     *
     * @param input predictions of this piece
     * @param target what they should be, of the same shape
     * @param whole the totals of the whole batch
     * @param gradient receives dL/dinput; may be {@code input} itself
     * @param how overwrite or add, scale, divisor
     */
    void backward(Tensor input, Tensor target, Totals whole, Tensor gradient, Backward how);

    /**
     * The same loss computed elsewhere.
     *
     * @param backend where
     * @return a loss equal to this one but for its back end
     */
    Loss on(Backend backend);
}
