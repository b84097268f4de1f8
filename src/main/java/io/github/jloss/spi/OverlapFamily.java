// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/**
 * Computes {@link io.github.jloss.OverlapLoss}es: sums over the pixels of regions, and gradients of what is made of
 * them.
 */
public interface OverlapFamily {

    /**
     * First pass: adds up, into {@link OverlapCall#sums}.
     *
     * @param call the arguments; not to be kept
     */
    void overlapSums(OverlapCall call);

    /**
     * Second pass: the gradient of a loss that is a function of the sums, by {@link OverlapCall#slopes}.
     *
     * @param call the arguments; not to be kept
     */
    void overlapGradient(OverlapCall call);
}
