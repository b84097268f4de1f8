// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Target;
import io.github.jloss.Tensor;

/**
 * The arguments of {@link DistanceFamily}, checked: all inputs and gradients have the shape (N, D), target,
 * losses and upstream have shape (N); a gradient begins where an input does or shares no memory with it, and what is
 * written shares no memory with anything else. An object is used again and again.
 */
public final class DistanceCall {

    /** The loss of a row. */
    public DistanceFormula formula;

    /** The first input. */
    public Tensor first;

    /** The second input. */
    public Tensor second;

    /** The third input, or null. */
    public Tensor third;

    /** One number for each row, or null. */
    public Target target;

    /**
     * Multiplied to loss and gradients of every row, at least 0, or null for 1; one number for each row, or one for
     * all. A row of weight 0 has loss 0 and gradients 0, whatever else it holds: nothing of it is read, and the
     * formula is not asked.
     */
    public Tensor weights;

    /** Receives the loss of each row, or null. */
    public Tensor losses;

    /** Multiplied to the gradients of each row, or null for 1. */
    public Tensor upstream;

    /** Receives the derivative with respect to the first input times weight, upstream and scale, or null. */
    public Tensor firstGradient;

    /** The same of the second input, or null. */
    public Tensor secondGradient;

    /** The same of the third input, or null. */
    public Tensor thirdGradient;

    /** Factor on the gradients. */
    public double scale;

    /** Whether the gradients are added to what the tensors hold. */
    public boolean add;

    /** A call without arguments yet. */
    public DistanceCall() {}

    /** Forgets all that belongs to the caller. */
    public void clear() {
        formula = null;
        first = null;
        second = null;
        third = null;
        target = null;
        weights = null;
        losses = null;
        upstream = null;
        firstGradient = null;
        secondGradient = null;
        thirdGradient = null;
    }
}
