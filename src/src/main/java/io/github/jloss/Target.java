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
     * The dimensions.
     *
     * @return a copy
     */
    long[] shape();
}
