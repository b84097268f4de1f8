// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a loss needs to know of a piece of a batch: a few sums that add up over pieces. The totals of a whole batch are
 * the merged totals of its pieces, whoever computed them, and however they were cut.
 *
 * <p><b>How exactly.</b> Counts are exact. Losses are added up in float by the dozen and in double above that, in an
 * order of its own for each length, which threads do not change. So pieces that are cut anywhere end some of those
 * float sums elsewhere: merged sums differ from those of the whole by up to 2^-19 of the sum of the absolute losses,
 * mostly by 1e-9 of it. For losses of single elements that are cut at multiples of 32,768 elements only the order of
 * additions in double differs, up to 2^-52 for each piece; and nothing does, bit for bit, where each piece after the
 * first has 32,768 elements (the last may have less) and they are merged in order.
 *
 * <p>Totals travel: they are {@link Serializable}, and Kryo's default serializer takes them as they are (register
 * {@code Totals}, {@code Totals[]} and {@code double[]} where it asks for registration). Immutable, with value
 * semantics.
 */
public final class Totals implements Serializable {

    private static final long serialVersionUID = 1;

    private static final Totals[] NO_PARTS = {};

    // Not final, for serializers that make an object first and fill it then.
    /** The loss with its options, as text. */
    private String loss;
    /** What is added up. */
    private double[] sums;
    /** Those of a sum of losses. */
    private Totals[] parts;

    /** For serializers that fill the fields themselves. */
    private Totals() {}

    /**
     * Copies the sums.
     *
     * @param loss the loss they belong to, with all its options; only totals of equal losses merge
     * @param sums the sums
     * @param parts the totals of a combined loss's parts
     */
    public Totals(String loss, double[] sums, List<Totals> parts) {
        this(loss, Objects.requireNonNull(sums, "sums").clone(),
                Objects.requireNonNull(parts, "parts").toArray(Totals[]::new));
    }

    /** Totals of a loss without parts. */
    Totals(String loss, double... sums) {
        this(loss, sums, NO_PARTS);
    }

    private Totals(String loss, double[] sums, Totals[] parts) {
        this.loss = Objects.requireNonNull(loss, "loss");
        this.sums = sums;
        this.parts = parts;
        for (Totals part : parts) {
            Objects.requireNonNull(part, "part");
        }
        // What final fields would do.
        VarHandle.storeStoreFence();
    }

    /**
     * What tells a loss from others: what it shows of itself, and a digest of the numbers in its tensors, which it does
     * not show. Weights of a batch are data, no options.
     */
    static String identity(Object loss, Tensor... options) {
        long digest = 0;
        boolean any = false;
        for (Tensor option : options) {
            digest = digest * 31 + (option == null ? 0 : option.digest());
            any |= option != null;
        }
        return any ? loss + "#" + Long.toHexString(digest) : loss.toString();
    }

    /**
     * The loss they belong to.
     *
     * @return what its {@code toString()} tells, and a digest of its tensors where it has any
     */
    public String loss() {
        return loss;
    }

    /**
     * The sums, in the order the loss documents.
     *
     * @return a copy
     */
    public double[] sums() {
        return sums.clone();
    }

    /**
     * The totals of the losses that a combined loss is made of.
     *
     * @return an immutable list, empty for other losses
     */
    public List<Totals> parts() {
        return List.of(parts);
    }

    /**
     * The totals of both pieces together.
     *
     * @param other totals of the same loss over another piece
     * @return new totals
     * @throws IllegalArgumentException if the other totals belong to another loss
     */
    public Totals merge(Totals other) {
        Objects.requireNonNull(other, "other").requireOf(loss, sums.length, parts.length);
        double[] merged = new double[sums.length];
        Arrays.setAll(merged, i -> sums[i] + other.sums[i]);
        Totals[] mergedParts = new Totals[parts.length];
        Arrays.setAll(mergedParts, i -> parts[i].merge(other.parts[i]));
        return new Totals(loss, merged, mergedParts);
    }

    /** The sum number {@code i}, without a copy. */
    double sum(int i) {
        return sums[i];
    }

    /** The totals of part number {@code i}, without a list. */
    Totals part(int i) {
        return parts[i];
    }

    /** Refuses totals of another loss. */
    void requireOf(String expected, int sumCount, int partCount) {
        if (!loss.equals(expected) || sums.length != sumCount || parts.length != partCount) {
            throw new IllegalArgumentException("totals: found those of " + loss + ", expected those of " + expected);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Totals t && loss.equals(t.loss) && Arrays.equals(sums, t.sums)
                && Arrays.equals(parts, t.parts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(loss, Arrays.hashCode(sums), Arrays.hashCode(parts));
    }

    @Override
    public String toString() {
        return "Totals[" + loss + ", sums=" + Arrays.toString(sums)
                + (parts.length == 0 ? "" : ", parts=" + Arrays.toString(parts)) + "]";
    }
}
