// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;
import java.io.Serializable;
import java.util.Objects;

/**
 * What a {@link SoftmaxLoss} is made of. Two losses of one class are equal if these are, and their weights hold
 * the same numbers.
 *
 * @param formula what is computed of a row
 * @param weight the weights of the classes, or null
 * @param ignoreIndex the label of rows that do not count, or {@link #NONE}
 * @param classLast whether the class axis is the last one, and not axis 1
 * @param meanOfRows whether a mean divides by the number of rows that count, and not by the sum of their weights
 * @param emptyIsZero whether the mean over nothing is 0, and not NaN
 * @param reduction how the losses of the rows become one number
 * @param backend where they are computed
 */
record SoftmaxOptions(SoftmaxFormula formula, Tensor weight, long ignoreIndex, boolean classLast, boolean meanOfRows,
        boolean emptyIsZero, Reduction reduction, Backend backend)
        implements Serializable {

    /** No label is ignored. */
    static final long NONE = Long.MIN_VALUE;

    SoftmaxOptions {
        Objects.requireNonNull(reduction, "reduction");
        Objects.requireNonNull(backend, "backend");
    }

    /** Class axis 1, no weights, torch's policies. */
    static SoftmaxOptions of(SoftmaxFormula formula, long ignoreIndex, Reduction reduction) {
        return new SoftmaxOptions(formula, null, ignoreIndex, false, false, false, reduction, Backend.cpu());
    }

    SoftmaxOptions withFormula(SoftmaxFormula other) {
        return new SoftmaxOptions(other, weight, ignoreIndex, classLast, meanOfRows, emptyIsZero, reduction, backend);
    }

    SoftmaxOptions withWeight(Tensor other) {
        if (other != null && other.rank() != 1) {
            throw new IllegalArgumentException("weight: found shape " + Shapes.text(other.shape())
                    + ", expected one dimension, the number of classes");
        }
        return new SoftmaxOptions(formula, other, ignoreIndex, classLast, meanOfRows, emptyIsZero, reduction, backend);
    }

    /** The ignored label, or null where nothing is ignored. */
    Long ignored() {
        return ignoreIndex == NONE ? null : Long.valueOf(ignoreIndex);
    }

    SoftmaxOptions withIgnoreIndex(long other) {
        if (other == NONE) {
            throw new IllegalArgumentException("ignoreIndex: found " + other + ", expected a larger label");
        }
        return new SoftmaxOptions(formula, weight, other, classLast, meanOfRows, emptyIsZero, reduction, backend);
    }

    SoftmaxOptions withClassLast() {
        return new SoftmaxOptions(formula, weight, ignoreIndex, true, meanOfRows, emptyIsZero, reduction, backend);
    }

    SoftmaxOptions withMeanOfRows() {
        return new SoftmaxOptions(formula, weight, ignoreIndex, classLast, true, emptyIsZero, reduction, backend);
    }

    SoftmaxOptions withEmptyZero() {
        return new SoftmaxOptions(formula, weight, ignoreIndex, classLast, meanOfRows, true, reduction, backend);
    }

    SoftmaxOptions withReduction(Reduction other) {
        return new SoftmaxOptions(formula, weight, ignoreIndex, classLast, meanOfRows, emptyIsZero, other, backend);
    }

    SoftmaxOptions withBackend(Backend other) {
        return new SoftmaxOptions(formula, weight, ignoreIndex, classLast, meanOfRows, emptyIsZero, reduction, other);
    }
}
