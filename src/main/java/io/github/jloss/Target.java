// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/**
 * What an input is compared with: a {@link Tensor} of floats (values, probabilities, masks) or {@link Labels} (a class
 * number for each row or pixel). Each loss says which of the two it takes; the other one is an
 * {@link IllegalArgumentException}.
 */
public sealed interface Target permits Tensor, Labels {

    /**
     * The number of elements.
     *
     * @return the product of the dimensions
     */
    long size();

    /**
     * The number of dimensions.
     *
     * @return 0 for a scalar
     */
    int rank();

    /**
     * One dimension.
     *
     * @param axis counted from 0, or from the end if negative
     * @return its length
     */
    long dim(int axis);

    /**
     * The dimensions.
     *
     * @return a copy
     */
    long[] shape();
}
