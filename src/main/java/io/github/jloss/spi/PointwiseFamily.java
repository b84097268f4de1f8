// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/** Computes {@link io.github.jloss.PointwiseLoss}es and other losses that are sums over elements. */
public interface PointwiseFamily {

    /**
     * Applies a formula to every element.
     *
     * @param call the arguments; not to be kept
     * @return the sum of the values of all elements, finished in double
     */
    double pointwise(PointwiseCall call);
}
