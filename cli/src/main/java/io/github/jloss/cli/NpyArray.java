// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import java.util.Arrays;

/**
 * An array of numbers, as read from a file.
 *
 * @param shape its dimensions
 * @param data its elements, the last dimension running fastest
 * @param integers whether the file's elements were integers
 */
record NpyArray(long[] shape, float[] data, boolean integers) {

    /** Integers up to here are themselves as floats; beyond, some are not. */
    private static final float MOST = 1 << 24;

    /** An array of floats. */
    NpyArray(long[] shape, float[] data) {
        this(shape, data, false);
    }

    /** Zeros. */
    static NpyArray zeros(long... shape) {
        return new NpyArray(shape, new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))]);
    }

    Tensor tensor() {
        return Tensor.of(data, shape);
    }

    /** The integers as class labels. */
    Labels labels() {
        int[] labels = new int[data.length];
        for (int i = 0; i < labels.length; i++) {
            if (Math.abs(data[i]) >= MOST) {
                throw new UserError("target: found a label of 2^24 or more in size, expected a class number");
            }
            labels[i] = (int) data[i];
        }
        return Labels.of(labels, shape);
    }

    /** This array in another shape that differs from its own only by axes of length 1: (n) as (n, 1), say. */
    NpyArray squeezedTo(long... like) {
        return Arrays.equals(withoutOnes(shape), withoutOnes(like)) ? new NpyArray(like, data, integers) : this;
    }

    private static long[] withoutOnes(long[] shape) {
        return Arrays.stream(shape).filter(d -> d != 1).toArray();
    }
}
