// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;

/** Weights of rows of logits, broadcast to the input's shape without its class axis by the rules of NumPy. */
public final class RowWeights {

    private RowWeights() {}

    /**
     * Where a row's weight is.
     *
     * @param weights the weights
     * @param input the logits
     * @param axis the class axis of the input
     * @param row the row's number
     * @return the index in the weights
     */
    public static long index(Tensor weights, Tensor input, int axis, long row) {
        if (isComplete(weights, input, axis)) {
            return row;
        }
        long index = 0;
        long stride = 1;
        long rest = row;
        int last = input.rank() - 2;
        for (int i = 0; i < weights.rank(); i++) {
            int place = last - i;
            long length = input.dim(place < axis ? place : place + 1);
            long weightLength = weights.dim(-1 - i);
            index += weightLength == 1 ? 0 : rest % length * stride;
            stride *= weightLength;
            rest /= length;
        }
        return index;
    }

    /** Reads the weights of n rows. */
    static void read(Tensor weights, Tensor input, int axis, long first, float[] into, int n) {
        if (isComplete(weights, input, axis)) {
            Elements.read(weights, first, into, 0, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            into[i] = weights.get(index(weights, input, axis, first + i));
        }
    }

    /** Whether there is one for each row. */
    private static boolean isComplete(Tensor weights, Tensor input, int axis) {
        return weights.size() * input.dim(axis) == input.size();
    }
}
