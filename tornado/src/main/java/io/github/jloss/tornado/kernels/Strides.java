// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Which element of a small tensor belongs to an element of the large one that it is broadcast to: a few arguments, the
 * number of axes, and for each the length and the step in the small tensor. Axes that can be walked as one are one.
 */
public final class Strides {

    /** Most axes. */
    private static final int AXES = 12;

    /** How many arguments that are. */
    public static final int SIZE = 1 + 2 * AXES;

    private Strides() {}

    /**
     * The index in the small tensor, on the device.
     *
     * @param at the arguments
     * @param base the first of these
     * @param i index in the large tensor
     * @return index in the small one
     */
    public static int index(IntArray at, int base, int i) {
        int index = 0;
        int rest = i;
        for (int axis = at.get(base); axis > 0; axis--) {
            int length = at.get(base + 2 * axis - 1);
            index += rest % length * at.get(base + 2 * axis);
            rest /= length;
        }
        return index;
    }

    /**
     * Puts down how a tensor is broadcast.
     *
     * @param at the arguments
     * @param base the first of these
     * @param small a tensor that can be broadcast to the large one
     * @param large the shape of that
     */
    public static void write(int[] at, int base, Tensor small, long[] large) {
        int axes = 0;
        long[] lengths = new long[large.length + 1];
        long[] steps = new long[large.length + 1];
        long step = 1;
        // From the last axis to the first; an axis that goes on where the one behind it ends is part of it.
        for (int k = 1; k <= large.length; k++) {
            long length = large[large.length - k];
            boolean walks = k <= small.rank() && small.dim(-k) != 1;
            long own = walks ? step : 0;
            step *= walks ? length : 1;
            if (length == 1) continue;
            if (axes > 0 && own == steps[axes - 1] * lengths[axes - 1]) {
                lengths[axes - 1] *= length;
            } else {
                lengths[axes] = length;
                steps[axes++] = own;
            }
        }
        if (axes > AXES) {
            throw new IllegalArgumentException("weights: broadcast along " + axes + " axes in turn, expected at most "
                    + AXES + " on a device");
        }
        at[base] = axes;
        for (int k = 0; k < axes; k++) {
            at[base + 2 * (axes - k) - 1] = (int) lengths[k];
            at[base + 2 * (axes - k)] = (int) steps[k];
        }
    }
}
