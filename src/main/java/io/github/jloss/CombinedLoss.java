// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Objects;

/**
 * A weighted sum of losses over the same input and target, with one gradient.
 *
 * <pre>{@code
 * Loss both = CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, new MSELoss());
 * double value = both.forwardBackward(logits, masks, gradient);
 * }</pre>
 *
 * <p>The value is {@code sum of w_k L_k}, each part reduced its own way; so is the gradient, which the first part
 * overwrites and the others add to. The gradient must not be the input, the target or the weights themselves: the
 * second part still needs them. A batch's weights are those of every part. {@link #totals} has the totals of the parts.
 *
 * <p>Nothing is written unless all parts are valid: their arguments, their totals, and their weights times the scale of
 * the gradient, which must be floats.
 */
public final class CombinedLoss implements Loss {

    private static final long serialVersionUID = 1;

    private static final String STILL_NEEDED = "the parts after the first still need it";

    private final WeightedSum<Loss> parts;

    private CombinedLoss(WeightedSum<Loss> parts) {
        this.parts = parts;
    }

    /**
     * One weighted loss, to be continued by {@link #plus}.
     *
     * @param weight its weight, a finite number
     * @param loss a reduced loss
     * @return the weighted loss
     */
    public static CombinedLoss of(double weight, Loss loss) {
        return new CombinedLoss(WeightedSum.empty(true)).plus(weight, loss);
    }

    /**
     * Two weighted losses.
     *
     * @param weight1 weight of the first, a finite number
     * @param loss1 a reduced loss
     * @param weight2 weight of the second, a finite number
     * @param loss2 a reduced loss
     * @return their sum
     */
    public static CombinedLoss of(double weight1, Loss loss1, double weight2, Loss loss2) {
        return of(weight1, loss1).plus(weight2, loss2);
    }

    /**
     * This sum and one loss more.
     *
     * @param weight its weight, a finite number
     * @param loss a reduced loss
     * @return a new sum
     */
    public CombinedLoss plus(double weight, Loss loss) {
        return new CombinedLoss(parts.plus(null, weight, Objects.requireNonNull(loss, "loss")));
    }

    /** Always {@link Reduction#SUM}: of the parts, which are reduced their own way. */
    @Override
    public Reduction reduction() {
        return Reduction.SUM;
    }

    @Override
    public double forward(Tensor input, Target target) {
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            value += parts.times(i, parts.get(i).forward(input, target));
        }
        return value;
    }

    @Override
    public double forward(Batch batch) {
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            value += parts.times(i, parts.get(i).forward(batch));
        }
        return value;
    }

    @Override
    public double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        requireDeliverable(how);
        requireValid(input, target, gradient);
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            value += parts.times(i, parts.get(i).forwardBackward(input, target, gradient, parts.delivery(i, how)));
        }
        return value;
    }

    @Override
    public double forwardBackward(Batch batch, Backward how) {
        requireDeliverable(how);
        requireValid(batch);
        double value = 0;
        for (int i = 0; i < parts.size(); i++) {
            value += parts.times(i, parts.get(i).forwardBackward(batch, parts.delivery(i, how)));
        }
        return value;
    }

    /** Refuses factors on gradients that are no floats. */
    void requireDeliverable(Backward how) {
        parts.requireDeliverable(how);
    }

    @Override
    public Totals totals(Tensor input, Target target) {
        return parts.totals(toString(), i -> parts.get(i).totals(input, target));
    }

    @Override
    public Totals totals(Batch batch) {
        return parts.totals(toString(), i -> parts.get(i).totals(batch));
    }

    @Override
    public double finish(Totals totals) {
        return parts.finish(toString(), totals);
    }

    @Override
    public void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        backward(Batch.of(input, target, gradient), whole, how);
    }

    @Override
    public void backward(Batch batch, Totals whole, Backward how) {
        requireDeliverable(how);
        requireValid(batch, whole);
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).backward(batch, whole.part(i), parts.delivery(i, how));
        }
    }

    @Override
    public void requireValid(Tensor input, Target target, Tensor gradient) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).requireValid(input, target, gradient);
        }
        requireApart(input, target, gradient);
    }

    @Override
    public void requireValid(Batch batch) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).requireValid(batch);
        }
        requireApart(batch);
    }

    @Override
    public void requireValid(Batch batch, Totals whole) {
        finish(Objects.requireNonNull(whole, "whole"));
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).requireValid(batch, whole.part(i));
        }
        requireApart(batch);
    }

    private void requireApart(Batch batch) {
        requireApart(batch.input(0), batch.target(), batch.gradient(0));
        if (parts.size() > 1 && batch.weights() != null) {
            Checks.apart("gradient", batch.gradient(0), "weights", batch.weights(), STILL_NEEDED);
        }
    }

    private void requireApart(Tensor input, Target target, Tensor gradient) {
        if (parts.size() > 1) {
            Checks.apart("gradient", gradient, "input", input, STILL_NEEDED);
            if (target instanceof Tensor floats) Checks.apart("gradient", gradient, "target", floats, STILL_NEEDED);
        }
    }

    @Override
    public CombinedLoss on(Backend backend) {
        return new CombinedLoss(parts.map(loss -> loss.on(backend)));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CombinedLoss c && parts.equals(c.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    @Override
    public String toString() {
        return "CombinedLoss" + parts;
    }
}
