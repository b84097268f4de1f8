// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.Objects;

/**
 * A weighted sum of losses over heads: each head of a model has its own inputs, target, loss and weight.
 *
 * <pre>{@code
 * MultiTaskLoss loss = MultiTaskLoss.of("mask", 1, bce).plus("class", 0.5, crossEntropy);
 * double value = loss.forwardBackward(Batch.of(masks, inks, gradMasks), Batch.of(scores, labels, gradScores));
 * }</pre>
 *
 * <p>The value is {@code sum of w_k L_k}, each head reduced its own way, and each head's gradients are those of that
 * sum. Nothing is written unless all heads are valid: their arguments, their totals, and their weights times the scale
 * of the gradient, which must be floats. No head's gradient may share memory with anything of another head.
 * {@link #totals} has the totals of the heads.
 * Losses of one and the same input are summed by {@link CombinedLoss}, into one gradient.
 */
public final class MultiTaskLoss implements Serializable {

    private static final long serialVersionUID = 1;

    private final WeightedSum<Criterion> heads;

    private MultiTaskLoss(WeightedSum<Criterion> heads) {
        this.heads = heads;
    }

    /**
     * One head, to be continued by {@link #plus}.
     *
     * @param name what error messages call it
     * @param weight its weight in the sum, a finite number
     * @param criterion its loss, reduced
     * @return a sum of one head
     */
    public static MultiTaskLoss of(String name, double weight, Criterion criterion) {
        return new MultiTaskLoss(WeightedSum.empty(false)).plus(name, weight, criterion);
    }

    /**
     * These heads and one more.
     *
     * @param name what error messages call it, another name than those before
     * @param weight its weight in the sum, a finite number
     * @param criterion its loss, reduced
     * @return a new sum
     */
    public MultiTaskLoss plus(String name, double weight, Criterion criterion) {
        return new MultiTaskLoss(heads.plus(Objects.requireNonNull(name, "name"), weight,
                Objects.requireNonNull(criterion, "criterion")));
    }

    /**
     * The value of the sum.
     *
     * @param batches one for each head, in their order
     * @return the weighted sum of the heads' losses
     */
    public double forward(Batch... batches) {
        requireOnePerHead(batches);
        double value = 0;
        for (int i = 0; i < batches.length; i++) {
            value += heads.times(i, heads.get(i).forward(batches[i]));
        }
        return value;
    }

    /**
     * The value of the sum and the gradients of all heads, overwritten.
     *
     * @param batches one for each head, in their order
     * @return the weighted sum of the heads' losses
     */
    public double forwardBackward(Batch... batches) {
        return forwardBackward(Backward.OVERWRITE, batches);
    }

    /**
     * The value of the sum and the gradients of all heads, delivered as the caller likes.
     *
     * @param how overwrite or add, scale; a divisor would be every head's, whatever its reduction counts
     * @param batches one for each head, in their order
     * @return the weighted sum of the heads' losses, without the scale
     */
    public double forwardBackward(Backward how, Batch... batches) {
        heads.requireDeliverable(how);
        requireValid(batches);
        double value = 0;
        for (int i = 0; i < batches.length; i++) {
            value += heads.times(i, heads.get(i).forwardBackward(batches[i], heads.delivery(i, how)));
        }
        return value;
    }

    /**
     * Refuses what {@link #forwardBackward(Batch...)} would refuse, and does nothing else.
     *
     * @param batches one for each head, in their order
     * @throws IllegalArgumentException if an argument does not fit; the message names the head and the argument
     */
    public void requireValid(Batch... batches) {
        requireOnePerHead(batches);
        for (int i = 0; i < batches.length; i++) {
            try {
                heads.get(i).requireValid(batches[i]);
            } catch (IllegalArgumentException e) {
                throw named(i, e);
            }
        }
        requireApart(batches);
    }

    private void requireValid(Totals whole, Batch... batches) {
        requireOnePerHead(batches);
        Objects.requireNonNull(whole, "whole").requireOf(toString(), 0, heads.size());
        for (int i = 0; i < batches.length; i++) {
            try {
                heads.get(i).requireValid(batches[i], whole.part(i));
            } catch (IllegalArgumentException e) {
                throw named(i, e);
            }
        }
        requireApart(batches);
    }

    private IllegalArgumentException named(int head, IllegalArgumentException e) {
        return new IllegalArgumentException("head " + heads.name(head) + ": " + e.getMessage(), e);
    }

    private void requireOnePerHead(Batch... batches) {
        if (Objects.requireNonNull(batches, "batches").length != heads.size()) {
            throw new IllegalArgumentException("batches: found " + batches.length + ", expected one for each of the "
                    + heads.size() + " heads");
        }
        for (int i = 0; i < batches.length; i++) {
            if (batches[i] == null) {
                throw new NullPointerException("batches[" + i + "], of head " + heads.name(i));
            }
        }
    }

    /** What one head writes, no other one may read or write. */
    private void requireApart(Batch... batches) {
        for (int i = 0; i < batches.length; i++) {
            for (int j = 0; j < batches.length; j++) {
                for (int k = 0; i != j && k < batches[i].gradients().size(); k++) {
                    Tensor written = batches[i].gradient(k);
                    if (written != null) requireApart(written, i, batches[j], j);
                }
            }
        }
    }

    private void requireApart(Tensor written, int writer, Batch other, int reader) {
        for (int k = 0; k < other.inputs().size(); k++) {
            requireApart(written, writer, other.input(k), "an input", reader);
            requireApart(written, writer, other.gradient(k), "a gradient", reader);
        }
        requireApart(written, writer, other.target() instanceof Tensor floats ? floats : null, "the target", reader);
        requireApart(written, writer, other.weights(), "the weights", reader);
    }

    private void requireApart(Tensor written, int writer, Tensor other, String what, int reader) {
        if (other != null && written.overlaps(other)) {
            throw new IllegalArgumentException("head " + heads.name(writer) + ": gradient: shares memory with " + what
                    + " of head " + heads.name(reader) + ", expected memory of its own");
        }
    }

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param batches one for each head, in their order
     * @return totals that {@linkplain Totals#merge merge} with those of other pieces
     */
    public Totals totals(Batch... batches) {
        requireOnePerHead(batches);
        return heads.totals(toString(), i -> heads.get(i).totals(batches[i]));
    }

    /**
     * The value over everything that was merged into the totals.
     *
     * @param totals of this sum
     * @return the weighted sum of the heads' losses
     */
    public double finish(Totals totals) {
        return heads.finish(toString(), totals);
    }

    /**
     * Second phase: this piece's part of the gradients of the sum over the whole batch.
     *
     * @param whole the totals of the whole batch
     * @param how overwrite or add, scale
     * @param batches one for each head, in their order
     */
    public void backward(Totals whole, Backward how, Batch... batches) {
        heads.requireDeliverable(how);
        requireValid(whole, batches);
        for (int i = 0; i < batches.length; i++) {
            heads.get(i).backward(batches[i], whole.part(i), heads.delivery(i, how));
        }
    }

    /**
     * The same sum computed elsewhere.
     *
     * @param backend where
     * @return a sum equal to this one but for its back end
     */
    public MultiTaskLoss on(Backend backend) {
        return new MultiTaskLoss(heads.map(criterion -> criterion.on(backend)));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof MultiTaskLoss m && heads.equals(m.heads);
    }

    @Override
    public int hashCode() {
        return heads.hashCode();
    }

    @Override
    public String toString() {
        return "MultiTaskLoss" + heads;
    }
}
