package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Work on rows by some threads of a group together, the lanes: a power of two that depends on the length of the rows
 * alone, so that the order of sums does.
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
     * What rounding took from a product, exactly unless it underflows (Dekker 1971). Where a factor is so large that it
     * cannot be split, the result is no number; their product is then infinite, or their scale is wrong.
     *
     * @param a a factor
     * @param b a factor
     * @param product {@code a * b}
     * @return the error
     */
    public static float productError(float a, float b, float product) {
        float wideA = a * 4097f;
        float highA = wideA - (wideA - a);
        float lowA = a - highA;
        float wideB = b * 4097f;
        float highB = wideB - (wideB - b);
        float lowB = b - highB;
        return lowA * lowB - (((product - highA * highB) - lowA * highB) - highA * lowB);
    }
}
