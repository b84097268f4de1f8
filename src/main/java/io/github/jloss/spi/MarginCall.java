// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;

/**
 * The arguments of {@link MarginFamily}, checked: embeddings (N, D), weight (C, D), N labels from 0 to C - 1, and the
 * results do not overlap what is read, except that the gradient of the embeddings may be the embeddings. An object is
 * used again and again.
 */
public final class MarginCall {

    /** What the logits are. */
    public MarginFormula formula;

    /** The rows. */
    public Tensor embeddings;

    /** One row for each class. */
    public Tensor weight;

    /** The class of each row. */
    public Labels labels;

    /**
     * Multiplied to loss and gradients of every row, at least 0, or null for 1; one number for each row, or one for
     * all. A row of weight 0 has loss 0 and gradients 0, whatever else it holds, and its label may be any number:
     * nothing of it is read, and the formula is not asked.
     */
    public Tensor weights;

    /** Receives the loss of each row, or null. */
    public Tensor losses;

    /** Multiplied to the gradients of each row's loss, or null for 1. */
    public Tensor upstream;

    /** Receives the gradient of the embeddings times scale, or null. */
    public Tensor gradEmbeddings;

    /** Receives the gradient of the weight times scale, or null. */
    public Tensor gradWeight;

    /** Factor on the gradients. */
    public double scale;

    /** Whether the gradients are added to what the tensors hold. */
    public boolean add;

    /** A call without arguments yet. */
    public MarginCall() {}

    /** Forgets all that belongs to the caller. */
    public void clear() {
        formula = null;
        embeddings = null;
        weight = null;
        labels = null;
        weights = null;
        losses = null;
        upstream = null;
        gradEmbeddings = null;
        gradWeight = null;
    }
}
