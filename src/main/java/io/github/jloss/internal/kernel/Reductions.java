// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What no formula can express: reductions of an array, and changes of order. The same bits whoever computes them. */
public interface Reductions {

    /** Elements of a group, see {@link #zip}. */
    int GROUP = PointwiseKernel.LANES;

    /** One number after another. */
    Reductions SCALAR = (array, from, n) -> {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            max = array[i] > max ? array[i] : max;
        }
        // 0 and -0 are equal: which of them came first must not be seen.
        return max + 0f;
    };

    /**
     * The largest number; NaNs are passed over.
     *
     * @param array the numbers
     * @param from index of the first
     * @param n how many
     * @return the maximum, never -0; minus infinity of none
     */
    float max(float[] array, int from, int n);

    /**
     * Whether all numbers are 0, not -0, or 1.
     *
     * @param array the numbers
     * @param from index of the first
     * @param n how many
     * @return true of none
     */
    default boolean areZerosAndOnes(float[] array, int from, int n) {
        int others = 0;
        for (int i = from; i < from + n; i++) {
            others |= besidesZeroAndOne(Float.floatToRawIntBits(array[i]));
        }
        return others == 0;
    }

    /**
     * The same of native memory.
     *
     * @param segment the numbers
     * @param bytes where the first one is
     * @param n how many
     * @return true of none
     */
    default boolean areZerosAndOnes(MemorySegment segment, long bytes, int n) {
        int others = 0;
        for (int i = 0; i < n; i++) {
            others |= besidesZeroAndOne(segment.get(ValueLayout.JAVA_INT_UNALIGNED, bytes + (long) i * Float.BYTES));
        }
        return others == 0;
    }

    /** Not 0 for the bits of what is neither 0 nor 1; the exponent's lowest bit tells which it may be. */
    private static int besidesZeroAndOne(int bits) {
        return bits ^ bits << 8 >> 31 & Float.floatToRawIntBits(1);
    }

    /**
     * Two halves of an array shuffled into one: first of the first half, first of the second, second of the first, and
     * so on. Done k times it transposes a matrix of 2^k rows.
     *
     * @param in the halves, one after the other
     * @param from index of the first element
     * @param half elements of a half, a multiple of 8
     * @param out receives the elements, in groups of {@link #GROUP}
     * @param to index for the first element
     * @param stride from one group's first element to the next one's
     */
    default void zip(float[] in, int from, int half, float[] out, int to, int stride) {
        for (int i = 0; i < half; i++) {
            int o = to + i / (GROUP / 2) * stride + 2 * i % GROUP;
            out[o] = in[from + i];
            out[o + 1] = in[from + half + i];
        }
    }

    /**
     * The way back: the elements at even places go to the first half, those at odd ones to the second.
     *
     * @param in the elements, in groups of {@link #GROUP}
     * @param from index of the first element
     * @param stride from one group's first element to the next one's
     * @param out receives the halves, one after the other
     * @param to index for the first element
     * @param half elements of a half, a multiple of 8
     */
    default void unzip(float[] in, int from, int stride, float[] out, int to, int half) {
        for (int i = 0; i < half; i++) {
            int o = from + i / (GROUP / 2) * stride + 2 * i % GROUP;
            out[to + i] = in[o];
            out[to + half + i] = in[o + 1];
        }
    }
}
