// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Tensor;

/**
 * The arguments of {@link PointwiseFamily}, checked: all tensors have the shape of the input but the coefficients and
 * the weights, which are broadcast to it by the rules of NumPy. An object is used again and again.
 */
public final class PointwiseCall {

    /** What to compute. */
    public ElementFormula formula;

    /** The formula's {@code x}. */
    public Tensor input;

    /** The formula's {@code t}; where the formula has coefficients it may be broadcast as they are. */
    public Tensor target;

    /** The formula's first coefficient, or null for 1. */
    public Tensor a;

    /** The formula's second coefficient, or null for 1. */
    public Tensor b;

    /**
     * Multiplied to value and gradient of every element, at least 0, or null for 1. Where it is 0, value and gradient
     * are 0, whatever else there is.
     */
    public Tensor weights;

    /** Receives the value of every element, or null. */
    public Tensor losses;

    /** Multiplied to the gradient of every element, or null for 1. */
    public Tensor upstream;

    /** Receives the gradient times weight, upstream and scale, or null; may be the input. */
    public Tensor gradient;

    /** Factor on the gradient. */
    public double scale;

    /** Whether the gradient is added to what the tensor holds. */
    public boolean add;

    /** A call without arguments yet. */
    public PointwiseCall() {}

    /** Forgets all that belongs to the caller. */
    public void clear() {
        formula = null;
        input = null;
        target = null;
        a = null;
        b = null;
        weights = null;
        losses = null;
        upstream = null;
        gradient = null;
    }
}
