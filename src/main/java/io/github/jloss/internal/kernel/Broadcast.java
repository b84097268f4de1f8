// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.Arrays;

/** Expands a small tensor to the shape of a large one, a stretch at a time, by the rules of NumPy. */
public final class Broadcast {

    private Broadcast() {}

    /**
     * Writes what elements of the large shape see of the small tensor.
     *
     * @param small broadcasts to the shape of the large one
     * @param large has the shape
     * @param from the first element
     * @param into receives n numbers
     * @param to index of the first one
     * @param n how many
     */
    public static void fill(Tensor small, Target large, long from, float[] into, int to, int n) {
        if (small.size() == 1) {
            Arrays.fill(into, to, to + n, small.get(0));
            return;
        }
        // Whole rows of the last axis: the index of a row's first element is found once, the row copied or repeated.
        long row = large.dim(-1);
        boolean repeats = small.dim(-1) == 1;
        for (int i = 0; i < n; ) {
            long at = from + i;
            long column = at % row;
            int run = (int) Math.min(n - i, row - column);
            long first = rowStart(small, large, at / row);
            for (int k = 0; k < run; k++) {
                into[to + i + k] = small.get(repeats ? first : first + column + k);
            }
            i += run;
        }
    }

    /**
     * Which element of the small tensor an element of the large shape sees.
     *
     * @param small broadcasts to the large one
     * @param large has the shape
     * @param at index of the element, in row-major order
     * @return an index into the small tensor
     */
    public static long index(Tensor small, Target large, long at) {
        long column = small.rank() == 0 || small.dim(-1) == 1 ? 0 : at % large.dim(-1);
        return small.size() == 1 ? 0 : rowStart(small, large, at / large.dim(-1)) + column;
    }

    /** Index in the small tensor of the first element of a row of the large one. */
    private static long rowStart(Tensor small, Target large, long row) {
        long start = 0;
        long stride = small.dim(-1);
        long rest = row;
        for (int axis = 2; axis <= small.rank(); axis++) {
            long index = rest % large.dim(-axis);
            rest /= large.dim(-axis);
            if (small.dim(-axis) != 1) {
                start += index * stride;
                stride *= small.dim(-axis);
            }
        }
        return start;
    }
}
