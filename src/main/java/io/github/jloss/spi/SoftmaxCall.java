// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Target;
import io.github.jloss.Tensor;

/**
 * The arguments of {@link SoftmaxFamily}, checked, labels and shapes alike. A row is all classes of a sample or of a
 * pixel; row number r has class c at {@code (r / inner * classes + c) * inner + r % inner} of the input. An object is
 * used again and again.
 */
public final class SoftmaxCall {

    /** What to compute. */
    public SoftmaxFormula formula;

    /** The logits. */
    public Tensor input;

    /** The class axis of the input. */
    public int axis;

    /** The length of the class axis, above 0. */
    public long classes;

    /** How many elements one class is from the next: 1 where the class axis is the last. */
    public long inner;

    /** A label for each row, or a tensor of the input's shape with probabilities. */
    public Target target;

    /** The weights of the classes, or null for 1. */
    public Tensor classWeights;

    /** Classes that are as if they were not there, in ascending order, not all; the gradient is 0 there. */
    public int[] excluded;

    /** Whether there is a label of rows that do not count. */
    public boolean ignores;

    /** Rows of this label have loss 0 and gradient 0, if {@link #ignores}. */
    public long ignoreIndex;

    /**
     * Multiplied to loss and gradient of every row, at least 0, or null for 1; broadcast to the input's shape without
     * its class axis, see {@link io.github.jloss.internal.softmax.RowWeights}. A row of weight 0 has loss 0 and
     * gradient 0, whatever else it holds, its upstream gradient included, and its label may be any number.
     */
    public Tensor weights;

    /** Receives the loss of every row, or null. */
    public Tensor losses;

    /** Multiplied to the gradient of every row, or null for 1. */
    public Tensor upstream;

    /** Receives the gradient times weight, upstream and scale, or null; may be the input. */
    public Tensor gradient;

    /**
     * What is added to {@code -w_k lp_k} before it is multiplied by the focusing factor, in the gradient only: with a
     * negative quotient of sums, the gradient is that of the quotient of the losses' and the factors' sums.
     */
    public double offset;

    /** Factor on the gradient. */
    public double scale;

    /** Whether the gradient is added to what the tensor holds. */
    public boolean add;

    /** A call without arguments yet. */
    public SoftmaxCall() {}

    /** Forgets all that belongs to the caller. */
    public void clear() {
        formula = null;
        input = null;
        target = null;
        classWeights = null;
        excluded = null;
        weights = null;
        losses = null;
        upstream = null;
        gradient = null;
    }
}
