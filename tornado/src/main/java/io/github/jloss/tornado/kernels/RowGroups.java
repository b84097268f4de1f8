// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Work on rows by some threads of a group together, the lanes: a power of two that depends on the length of the rows
 * alone, so that the order of sums does. How the lanes add up what they found stands in each kernel, as TornadoVM takes
 * wrong addresses for local memory that a helper is handed.
 */
public final class RowGroups {

    private RowGroups() {}

    /**
     * How many threads work on a row, for the host.
     *
     * @param length elements of a row
     * @return 1 to 256, four elements or more for each
     */
    public static int lanes(long length) {
        int lanes = 1;
        while (lanes < GroupSum.THREADS && 4L * lanes < length) {
            lanes *= 2;
        }
        return lanes;
    }

    /**
     * How many groups are launched, for the host.
     *
     * @param rows number of rows
     * @param lanes threads for each
     * @param most groups
     * @return at least 1
     */
    public static int groups(long rows, int lanes, int most) {
        return Math.clamp((rows * lanes + GroupSum.THREADS - 1) / GroupSum.THREADS, 1, most);
    }

    /**
     * A class number, which is in two floats as one holds but 24 bits.
     *
     * @param memory the device memory
     * @param at where the floats are
     * @return the number
     */
    public static int label(FloatArray memory, int at) {
        return (int) memory.get(at) * (1 << 16) + (int) memory.get(at + 1);
    }

    /**
     * The upper half of a number's digits (Veltkamp 1968); the rest is the lower half. Products of halves are exact,
     * so that it does not matter whether a compiler fuses them with sums, as those that work with what rounding took
     * from a whole product would not survive. The choice keeps it from fusing the multiplication here.
     *
     * @param a a number
     * @return its upper 12 bits, or all of it where it is too large to be split
     */
    public static float high(float a) {
        float wide = a * 4097f;
        float kept = Math.abs(wide) < Float.MAX_VALUE ? wide : 0f;
        return kept - (kept - a);
    }

    /**
     * A part of a product that is less than another one: where that is infinite or NaN it says nothing.
     *
     * @param part any number
     * @return the same, or 0 if it is not finite
     */
    public static float orZero(float part) {
        return Math.abs(part) < Float.MAX_VALUE ? part : 0f;
    }
}
