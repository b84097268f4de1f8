// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** What a {@link SoftmaxLoss} is made of, but for its class. Never changed once it is one's. */
final class SoftmaxOptions implements Serializable {

    private static final long serialVersionUID = 1;

    private static final int[] NONE = {};

    private SoftmaxFormula formula;
    private Tensor weight;
    private Long ignored;
    private int[] excluded = NONE;
    private boolean classLast;
    private boolean normalized;
    private boolean emptyIsZero;
    private MeanBy meanBy = MeanBy.WEIGHTS;
    private Reduction reduction = Reduction.MEAN;
    private Backend backend = Backend.cpu();

    /** Class axis 1, no weights, nothing ignored or excluded, the mean. */
    SoftmaxOptions(SoftmaxFormula formula) {
        this.formula = formula;
    }

    private SoftmaxOptions changed(Consumer<SoftmaxOptions> change) {
        SoftmaxOptions copy = new SoftmaxOptions(formula);
        copy.weight = weight;
        copy.ignored = ignored;
        copy.excluded = excluded;
        copy.classLast = classLast;
        copy.normalized = normalized;
        copy.emptyIsZero = emptyIsZero;
        copy.meanBy = meanBy;
        copy.reduction = reduction;
        copy.backend = backend;
        change.accept(copy);
        return copy;
    }

    /** What is computed of a row. */
    SoftmaxFormula formula() {
        return formula;
    }

    SoftmaxOptions withFormula(SoftmaxFormula other) {
        return changed(o -> o.formula = other);
    }

    /** The weights of the classes, or null. */
    Tensor weight() {
        return weight;
    }

    SoftmaxOptions withWeight(Tensor other) {
        if (other != null && other.rank() != 1) {
            throw new IllegalArgumentException("weight: found shape " + Shapes.text(other.shape())
                    + ", expected one dimension, the number of classes");
        }
        return changed(o -> o.weight = other);
    }

    /** The label of rows that do not count, or null. */
    Long ignored() {
        return ignored;
    }

    SoftmaxOptions withIgnoreIndex(long label) {
        return changed(o -> o.ignored = label);
    }

    /** The classes that are left out, in ascending order. */
    int[] excluded() {
        return excluded;
    }

    SoftmaxOptions withExcluded(int... classes) {
        int[] sorted = Arrays.stream(Objects.requireNonNull(classes, "excludedClasses")).sorted().distinct().toArray();
        if (sorted.length > 0) {
            Checks.require(sorted[0] >= 0, "excludedClasses", sorted[0], "numbers of classes, from 0 on");
        }
        return changed(o -> o.excluded = sorted);
    }

    /** Whether the class axis is the last one, and not axis 1. */
    boolean classLast() {
        return classLast;
    }

    SoftmaxOptions withClassLast() {
        return changed(o -> o.classLast = true);
    }

    /** Whether losses are divided by the sum of their focusing factors, too. */
    boolean normalized() {
        return normalized;
    }

    SoftmaxOptions withNormalized() {
        requireReduced(true, reduction);
        return changed(o -> o.normalized = true);
    }

    /** Whether the mean over nothing is 0, and not NaN. */
    boolean emptyIsZero() {
        return emptyIsZero;
    }

    SoftmaxOptions withEmptyZero() {
        return changed(o -> o.emptyIsZero = true);
    }

    /** What a mean divides by. */
    MeanBy meanBy() {
        return meanBy;
    }

    SoftmaxOptions withMeanBy(MeanBy other) {
        Objects.requireNonNull(other, "meanBy");
        return changed(o -> o.meanBy = other);
    }

    /** How the losses of the rows become one number. */
    Reduction reduction() {
        return reduction;
    }

    SoftmaxOptions withReduction(Reduction other) {
        Objects.requireNonNull(other, "reduction");
        requireReduced(normalized, other);
        return changed(o -> o.reduction = other);
    }

    private static void requireReduced(boolean normalized, Reduction reduction) {
        if (normalized && reduction == Reduction.NONE) {
            throw new IllegalArgumentException("reduction: found NONE with normalized, expected SUM or MEAN");
        }
    }

    /** Where the losses are computed. */
    Backend backend() {
        return backend;
    }

    SoftmaxOptions withBackend(Backend other) {
        Objects.requireNonNull(other, "backend");
        return changed(o -> o.backend = other);
    }

    /** The options that all losses of the family have, where they are not the usual ones. */
    @Override
    public String toString() {
        return (ignored == null ? "" : "ignoreIndex=" + ignored + ", ")
                + (excluded.length == 0 ? "" : "excludedClasses=" + Arrays.toString(excluded) + ", ")
                + (weight == null ? "" : "weight=" + Shapes.text(weight.shape()) + ", ")
                + "reduction=" + reduction.name().toLowerCase(Locale.ROOT)
                + (meanBy == MeanBy.COUNT ? ", mean by count" : "")
                + (classLast ? ", class axis last" : "")
                + (emptyIsZero ? ", empty is zero" : "");
    }

    /** Weights are equal if they hold the same numbers. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SoftmaxOptions o && formula.equals(o.formula) && Tensor.same(weight, o.weight)
                && Objects.equals(ignored, o.ignored) && Arrays.equals(excluded, o.excluded)
                && classLast == o.classLast && normalized == o.normalized && emptyIsZero == o.emptyIsZero
                && meanBy == o.meanBy && reduction == o.reduction && backend.equals(o.backend);
    }

    @Override
    public int hashCode() {
        return Objects.hash(formula, ignored, Arrays.hashCode(excluded), classLast, normalized, emptyIsZero, meanBy,
                reduction, backend);
    }
}
