package io.github.jloss.cli;

import io.github.jloss.Tensor;
import java.util.Arrays;

/**
 * An array of floats, as read from a file.
 *
 * @param shape its dimensions
 * @param data its elements, the last dimension running fastest
 */
record NpyArray(long[] shape, float[] data) {

    Tensor tensor() {
        return Tensor.of(data, shape);
    }

    /** This array in the shape of another one, where the two differ only by axes of length 1: (n) as (n, 1), say. */
    NpyArray squeezedTo(NpyArray like) {
        return Arrays.equals(withoutOnes(shape), withoutOnes(like.shape)) ? new NpyArray(like.shape, data) : this;
    }

    private static long[] withoutOnes(long[] shape) {
        return Arrays.stream(shape).filter(d -> d != 1).toArray();
    }
}
