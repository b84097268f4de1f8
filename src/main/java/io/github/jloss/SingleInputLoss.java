// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What the library's own losses of one input share: arguments come one by one or in a {@link Batch}, which may bring
 * weights, and either way reach the same code; and a loss is changed by copying it.
 *
 * @param <L> the loss itself
 */
abstract class SingleInputLoss<L extends SingleInputLoss<L>> implements Loss, Cloneable {

    private static final long serialVersionUID = 1;

    private Backend backend = Backend.cpu();

    /** The value; weights may be null in this method and the others. */
    abstract double value(Tensor input, Target target, Tensor weights);

    /** The value, and the gradient in the caller's tensor. */
    abstract double valueAndGradient(Tensor input, Target target, Tensor weights, Tensor gradient, Backward how);

    /** Refuses what {@link #valueAndGradient} would refuse. */
    abstract void valid(Tensor input, Target target, Tensor weights, Tensor gradient);

    /** The totals of a piece. */
    abstract Totals sums(Tensor input, Target target, Tensor weights);

    /** The gradient of a piece of what the totals are of. */
    abstract void gradientOfPiece(Tensor input, Target target, Tensor weights, Totals whole, Tensor gradient,
            Backward how);

    /** The losses, unreduced. */
    abstract void values(Tensor input, Target target, Tensor weights, Tensor losses);

    /** The gradient of {@code sum(upstream * losses)}. */
    abstract void gradientOfLosses(Tensor input, Target target, Tensor weights, Tensor upstream, Tensor gradient,
            Backward how);

    /** What there is one loss for, without reduction. */
    abstract String unit();

    final void requireReduced() {
        if (reduction() == Reduction.NONE) {
            throw new IllegalStateException(getClass().getSimpleName() + " has reduction NONE, one loss per " + unit()
                    + ": call forward(input, target, losses) and backward(input, target, upstream, gradient, how)");
        }
    }

    private static Backward required(Backward how) {
        return Objects.requireNonNull(how, "how");
    }

    private static Totals required(Totals whole) {
        return Objects.requireNonNull(whole, "whole");
    }

    final Backend backend() {
        return backend;
    }

    /** A copy with something changed, safe to be handed to any thread. */
    final L changed(Consumer<L> change) {
        try {
            @SuppressWarnings("unchecked")
            L copy = (L) clone();
            change.accept(copy);
            // What final fields would do, were they not copied by clone.
            VarHandle.storeStoreFence();
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public final L on(Backend where) {
        Objects.requireNonNull(where, "backend");
        return changed(l -> ((SingleInputLoss<?>) l).backend = where);
    }

    @Override
    public final double forward(Tensor input, Target target) {
        return value(input, target, null);
    }

    @Override
    public final double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        return valueAndGradient(input, target, null, gradient, required(how));
    }

    @Override
    public final void requireValid(Tensor input, Target target, Tensor gradient) {
        valid(input, target, null, gradient);
    }

    @Override
    public final Totals totals(Tensor input, Target target) {
        return sums(input, target, null);
    }

    @Override
    public final void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        gradientOfPiece(input, target, null, required(whole), gradient, required(how));
    }

    @Override
    public final void forward(Tensor input, Target target, Tensor losses) {
        values(input, target, null, losses);
    }

    @Override
    public final void backward(Tensor input, Target target, Tensor upstream, Tensor gradient, Backward how) {
        gradientOfLosses(input, target, null, upstream, gradient, required(how));
    }

    @Override
    public final double forward(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return value(batch.input(0), batch.target(), batch.weights());
    }

    @Override
    public final double forwardBackward(Batch batch, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return valueAndGradient(batch.input(0), batch.target(), batch.weights(), batch.gradient(0), required(how));
    }

    @Override
    public final void requireValid(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        valid(batch.input(0), batch.target(), batch.weights(), batch.gradient(0));
    }

    @Override
    public final Totals totals(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return sums(batch.input(0), batch.target(), batch.weights());
    }

    @Override
    public final void backward(Batch batch, Totals whole, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        gradientOfPiece(batch.input(0), batch.target(), batch.weights(), required(whole), batch.gradient(0),
                required(how));
    }

    @Override
    public final void losses(Batch batch, Tensor losses) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        values(batch.input(0), batch.target(), batch.weights(), losses);
    }

    @Override
    public final void backward(Batch batch, Tensor upstream, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        gradientOfLosses(batch.input(0), batch.target(), batch.weights(), upstream, batch.gradient(0), required(how));
    }
}
