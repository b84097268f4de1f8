// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/**
 * What {@link Reduction#MEAN} divides by where a batch has {@linkplain Batch#weights weights}. Without weights the two
 * are the same.
 */
public enum MeanBy {
    /**
     * The sum of the weights: a weighted mean, the default. Where a loss has class weights, those of the labels count.
     */
    WEIGHTS,
    /** The number of losses whose weight is above 0: weights are factors, and only masked losses do not count. */
    COUNT
}
