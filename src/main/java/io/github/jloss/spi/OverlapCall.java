// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Target;
import io.github.jloss.Tensor;

/**
 * The arguments of {@link OverlapFamily}, checked. An object is used again and again.
 */
public final class OverlapCall {

    /** How the regions are overlaid. */
    public Overlap what;

    /** Logits or probabilities. In the second pass, those of a sigmoid are not looked at if {@link #stashed}. */
    public Tensor input;

    /** A tensor of as many elements, or labels. */
    public Target target;

    /**
     * Multiplied to what each pixel adds to the sums, and to its gradient; at least 0, finite, or null for 1. They
     * broadcast, by the rules of NumPy, to the shape of the input; where the target has one axis less (no class axis)
     * and they have no more than the target, to that of the target, the same for all classes. An element of weight 0
     * adds nothing and its target is not looked at; its gradient is 0, whatever the input is, but for a softmax over a
     * pixel that has another weight in another class: its logit counts there, as do those of all classes. The gradient
     * shares no memory with weights.
     */
    public Tensor weights;

    /**
     * First pass: receives what spares the second one work, or null. It has the input's shape, and is given for a
     * sigmoid, where it may be the input itself, and for a softmax over two classes or more, where it shares no memory
     * with the input.
     */
    public Tensor stash;

    /**
     * First pass: receives three sums for each region: of the overlap, of what the activation has more, and of what the
     * target has more.
     */
    public double[] sums;

    /**
     * Second pass: two numbers for each region, the loss's derivatives by the sum of the overlap and by the sum of the
     * activation, times the factor on the gradient. Floats need not be able to hold them.
     */
    public double[] slopes;

    /** Second pass: receives the gradient; may be the input itself. */
    public Tensor gradient;

    /** Second pass: whether the gradient holds what the first pass wrote into its stash. */
    public boolean stashed;

    /** Second pass: whether the gradient is added to what the tensor holds. */
    public boolean add;

    /** A call without arguments yet. */
    public OverlapCall() {}

    /** Forgets all that belongs to the caller. */
    public void clear() {
        what = null;
        input = null;
        target = null;
        weights = null;
        stash = null;
        sums = null;
        slopes = null;
        gradient = null;
    }
}
