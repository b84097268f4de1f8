// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A weighted sum of losses over heads: each head of a model has its own inputs, target, loss and weight.
 *
 * <pre>{@code
 * MultiTaskLoss loss = MultiTaskLoss.of("mask", 1, bce).plus("class", 0.5, crossEntropy);
 * double value = loss.forwardBackward(Batch.of(masks, inks, gradMasks), Batch.of(scores, labels, gradScores));
 * }</pre>
 *
 * <p>The value is {@code sum of w_k L_k}, each head reduced its own way, and each head's gradients are those of that
 * sum. Nothing is written unless the arguments of all heads are valid. {@link #totals} has the totals of the heads.
 * Losses of one and the same input are summed by {@link CombinedLoss}, into one gradient.
 */
public final class MultiTaskLoss {

    private record Head(String name, double weight, Criterion criterion) {
        private Head {
            Objects.requireNonNull(name, "name");
            Checks.finite("weight", weight);
            Objects.requireNonNull(criterion, "criterion");
            if (criterion.reduction() == Reduction.NONE) {
                throw new IllegalArgumentException("head " + name + ": " + criterion
                        + " has reduction NONE, expected one number");
            }
        }
    }

    private final List<Head> heads;

    private MultiTaskLoss(List<Head> heads) {
        this.heads = List.copyOf(heads);
        if (heads.stream().map(Head::name).distinct().count() < heads.size()) {
            throw new IllegalArgumentException("name: two heads are called " + heads.getLast().name);
        }
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
        return new MultiTaskLoss(List.of(new Head(name, weight, criterion)));
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
        List<Head> more = new ArrayList<>(heads);
        more.add(new Head(name, weight, criterion));
        return new MultiTaskLoss(more);
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
            value += heads.get(i).weight * heads.get(i).criterion.forward(batches[i]);
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
        requireValid(batches);
        double value = 0;
        for (int i = 0; i < batches.length; i++) {
            Head head = heads.get(i);
            value += head.weight * head.criterion.forwardBackward(batches[i], how.part(head.weight, how.adds()));
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
                heads.get(i).criterion.requireValid(batches[i]);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("head " + heads.get(i).name + ": " + e.getMessage(), e);
            }
        }
    }

    private void requireOnePerHead(Batch... batches) {
        if (batches.length != heads.size()) {
            throw new IllegalArgumentException("batches: found " + batches.length + ", expected one for each of the "
                    + heads.size() + " heads");
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
        List<Totals> parts = new ArrayList<>();
        for (int i = 0; i < batches.length; i++) {
            parts.add(heads.get(i).criterion.totals(batches[i]));
        }
        return new Totals(toString(), new double[0], parts);
    }

    /**
     * The value over everything that was merged into the totals.
     *
     * @param totals of this sum
     * @return the weighted sum of the heads' losses
     */
    public double finish(Totals totals) {
        totals.requireOf(toString(), 0, heads.size());
        double value = 0;
        for (int i = 0; i < heads.size(); i++) {
            value += heads.get(i).weight * heads.get(i).criterion.finish(totals.parts().get(i));
        }
        return value;
    }

    /**
     * Second phase: this piece's part of the gradients of the sum over the whole batch.
     *
     * @param whole the totals of the whole batch
     * @param how overwrite or add, scale
     * @param batches one for each head, in their order
     */
    public void backward(Totals whole, Backward how, Batch... batches) {
        requireValid(batches);
        whole.requireOf(toString(), 0, heads.size());
        for (int i = 0; i < batches.length; i++) {
            Head head = heads.get(i);
            head.criterion.backward(batches[i], whole.parts().get(i), how.part(head.weight, how.adds()));
        }
    }

    /**
     * The same sum computed elsewhere.
     *
     * @param backend where
     * @return a sum equal to this one but for its back end
     */
    public MultiTaskLoss on(Backend backend) {
        return new MultiTaskLoss(heads.stream()
                .map(h -> new Head(h.name, h.weight, h.criterion.on(backend))).toList());
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
        return heads.stream().map(h -> h.name + ": " + h.weight + " * " + h.criterion)
                .collect(Collectors.joining(" + ", "MultiTaskLoss[", "]"));
    }
}
