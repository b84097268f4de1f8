// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a loss needs to know of a piece of a batch: a few sums that add up over pieces. The totals of a whole batch are
 * the merged totals of its pieces, whoever computed them, and however they were cut.
 *
 * @param loss the loss they belong to, as its {@code toString()} tells it; only totals of equal losses merge
 * @param sums the sums, in the order the loss documents
 * @param parts the totals of the losses that a combined loss is made of; empty for others
 */
public record Totals(String loss, double[] sums, List<Totals> parts) implements Serializable {

    /**
     * Copies the sums.
     *
     * @param loss the loss they belong to
     * @param sums the sums
     * @param parts the totals of a combined loss's parts
     */
    public Totals {
        Objects.requireNonNull(loss, "loss");
        sums = sums.clone();
        parts = List.copyOf(parts);
    }

    /** Totals of a loss without parts. */
    Totals(String loss, double... sums) {
        this(loss, sums, List.of());
    }

    /**
     * The sums, in the order the loss documents.
     *
     * @return a copy
     */
    @Override
    public double[] sums() {
        return sums.clone();
    }

    /**
     * The totals of both pieces together.
     *
     * @param other totals of the same loss over another piece
     * @return new totals
     * @throws IllegalArgumentException if the other totals belong to another loss
     */
    public Totals merge(Totals other) {
        other.requireOf(loss, sums.length, parts.size());
        double[] merged = new double[sums.length];
        Arrays.setAll(merged, i -> sums[i] + other.sums[i]);
        List<Totals> mergedParts = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            mergedParts.add(parts.get(i).merge(other.parts.get(i)));
        }
        return new Totals(loss, merged, mergedParts);
    }

    /** The sum number {@code i}, without a copy. */
    double sum(int i) {
        return sums[i];
    }

    /** Refuses totals of another loss. */
    void requireOf(String expected, int sumCount, int partCount) {
        if (!loss.equals(expected) || sums.length != sumCount || parts.size() != partCount) {
            throw new IllegalArgumentException("totals: found those of " + loss + ", expected those of " + expected);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Totals t && loss.equals(t.loss) && Arrays.equals(sums, t.sums) && parts.equals(t.parts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(loss, Arrays.hashCode(sums), parts);
    }

    @Override
    public String toString() {
        return "Totals[" + loss + ", sums=" + Arrays.toString(sums) + (parts.isEmpty() ? "" : ", parts=" + parts) + "]";
    }
}
