// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/** Computes {@link io.github.jloss.EmbeddingLoss}es: one loss for each row of two or three embeddings. */
public interface DistanceFamily {

    /**
     * Computes the losses of all rows, and their gradients.
     *
     * @param call the arguments; not to be kept
     * @return the sum of the losses of all rows, finished in double
     */
    double distances(DistanceCall call);
}
