// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/**
 * Computes {@link io.github.jloss.AngularPenaltySMLoss}es: a linear layer over normalised rows, and the cross entropy
 * of its logits.
 */
public interface MarginFamily {

    /**
     * Computes the losses of all rows, and the gradients of embeddings and weight.
     *
     * @param call the arguments; not to be kept
     * @return the sum of the losses of all rows
     */
    double marginSoftmax(MarginCall call);
}
