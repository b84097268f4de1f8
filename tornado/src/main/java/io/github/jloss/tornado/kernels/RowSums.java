// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The sums that distances and cosines are made of: for each row of one or more pairs of tensors, one sum or three, each
 * in two floats. Row r of pair k has the number {@code k rows + r} in what is written, and in the factors.
 */
public final class RowSums {

    /** Sums of {@code (a (x - t + eps))²}. */
    public static final int SQUARES = 0;
    /** Sums of {@code a |x - t + eps|}. */
    public static final int ABSOLUTES = 1;
    /** The largest {@code |x - t + eps|}; NaNs are passed over. */
    public static final int LARGEST = 2;
    /** Sums of {@code (|x - t + eps| / a)^p}, a not below any of the numerators. */
    public static final int POWERS = 3;
    /** Sums of {@code (a x - b t)²}. */
    public static final int COMBINATIONS = 4;
    /** Three sums: of {@code (a x)², (b t)²} and {@code a x b t}; of exact products. */
    public static final int PRODUCTS = 5;

    /** Rows of a tensor. */
    public static final int ROWS = Arguments.FIRST;
    /** Elements of a row. */
    public static final int LENGTH = ROWS + 1;
    /** Threads for each row. */
    public static final int LANES = ROWS + 2;
    /** Which sums. */
    public static final int KIND = ROWS + 3;
    /** How many pairs of tensors. */
    public static final int PAIRS = ROWS + 4;
    /** Where the row numbers of t are, in two floats each, or -1 for those of x. */
    public static final int LABELS = ROWS + 5;
    /** Where a and b of each row are, or -1 for 1. */
    public static final int FACTORS = ROWS + 6;
    /** Where the sums go. */
    public static final int TO = ROWS + 7;
    /** Where x and t of the pairs are. */
    public static final int INPUTS = ROWS + 8;

    /** The option that is added to each difference. */
    public static final int EPS = 0;
    /** The option that is the exponent. */
    public static final int POWER = 1;

    private RowSums() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return RowSums::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options eps and exponent
     * @param results receives the ticket
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        // One local array, the errors behind the sums: two of the same length might become one.
        float[] shared = context.allocateFloatLocalArray(2 * GroupSum.THREADS);
        float eps = options.get(EPS);
        float power = options.get(POWER);
        int rows = at.get(ROWS);
        int length = at.get(LENGTH);
        int lanes = at.get(LANES);
        int kind = at.get(KIND);
        int labels = at.get(LABELS);
        int factors = at.get(FACTORS);
        int parts = kind == PRODUCTS ? 3 : 1;
        int all = rows * at.get(PAIRS);
        int me = context.localIdx;
        int lane = me & (lanes - 1);
        boolean largest = kind == LARGEST;
        int step = at.get(Arguments.THREADS) / lanes;
        // All threads of a group go on together, as they meet at barriers.
        for (int base = (context.globalIdx - me) / lanes; base < all; base += step) {
            int row = base + me / lanes;
            float sum0 = 0f;
            float error0 = 0f;
            float sum1 = 0f;
            float error1 = 0f;
            float sum2 = 0f;
            float error2 = 0f;
            if (row < all) {
                int pair = row / rows;
                int own = row - pair * rows;
                int other = labels < 0 ? own : RowGroups.label(memory, labels + 2 * own);
                int xs = at.get(INPUTS + 2 * pair) + own * length;
                int ts = at.get(INPUTS + 2 * pair + 1) + other * length;
                float a = factors < 0 ? 1f : memory.get(factors + 2 * row);
                float b = factors < 0 ? 1f : memory.get(factors + 2 * row + 1);
                for (int i = lane; i < length; i += lanes) {
                    float x = memory.get(xs + i);
                    float t = memory.get(ts + i);
                    if (largest) {
                        float z = Math.abs(x - t + eps);
                        sum0 = sum0 < z ? z : sum0;
                    } else if (kind == PRODUCTS) {
                        float xHigh = RowGroups.high(a * x);
                        float xLow = a * x - xHigh;
                        float tHigh = RowGroups.high(b * t);
                        float tLow = b * t - tHigh;
                        float next;
                        next = sum0 + xHigh * xHigh;
                        error0 += GroupSum.rounding(sum0, xHigh * xHigh, next);
                        sum0 = next;
                        next = sum0 + RowGroups.orZero(2f * xHigh * xLow);
                        error0 += GroupSum.rounding(sum0, RowGroups.orZero(2f * xHigh * xLow), next);
                        sum0 = next;
                        next = sum0 + RowGroups.orZero(xLow * xLow);
                        error0 += GroupSum.rounding(sum0, RowGroups.orZero(xLow * xLow), next);
                        sum0 = next;
                        next = sum1 + tHigh * tHigh;
                        error1 += GroupSum.rounding(sum1, tHigh * tHigh, next);
                        sum1 = next;
                        next = sum1 + RowGroups.orZero(2f * tHigh * tLow);
                        error1 += GroupSum.rounding(sum1, RowGroups.orZero(2f * tHigh * tLow), next);
                        sum1 = next;
                        next = sum1 + RowGroups.orZero(tLow * tLow);
                        error1 += GroupSum.rounding(sum1, RowGroups.orZero(tLow * tLow), next);
                        sum1 = next;
                        next = sum2 + xHigh * tHigh;
                        error2 += GroupSum.rounding(sum2, xHigh * tHigh, next);
                        sum2 = next;
                        next = sum2 + RowGroups.orZero(xHigh * tLow);
                        error2 += GroupSum.rounding(sum2, RowGroups.orZero(xHigh * tLow), next);
                        sum2 = next;
                        next = sum2 + RowGroups.orZero(xLow * tHigh);
                        error2 += GroupSum.rounding(sum2, RowGroups.orZero(xLow * tHigh), next);
                        sum2 = next;
                        next = sum2 + RowGroups.orZero(xLow * tLow);
                        error2 += GroupSum.rounding(sum2, RowGroups.orZero(xLow * tLow), next);
                        sum2 = next;
                    } else {
                        float value;
                        if (kind == SQUARES) {
                            float z = a * (x - t + eps);
                            value = z * z;
                        } else if (kind == COMBINATIONS) {
                            float z = a * x - b * t;
                            value = z * z;
                        } else {
                            float z = Math.abs(x - t + eps);
                            value = kind == ABSOLUTES ? a * z : Scalar.pow(z / a, power);
                        }
                        float next = sum0 + value;
                        error0 += GroupSum.rounding(sum0, value, next);
                        sum0 = next;
                    }
                }
            }
            for (int part = 0; part < parts; part++) {
                // The rows before may still be read.
                context.localBarrier();
                shared[me] = part == 0 ? sum0 : part == 1 ? sum1 : sum2;
                shared[GroupSum.THREADS + me] = part == 0 ? error0 : part == 1 ? error1 : error2;
                for (int half = lanes >> 1; half > 0; half >>= 1) {
                    context.localBarrier();
                    if (lane < half) {
                        float mine = shared[me];
                        float other = shared[me + half];
                        float next = mine + other;
                        float error = shared[GroupSum.THREADS + me] + (shared[GroupSum.THREADS + me + half]
                                + GroupSum.rounding(mine, other, next));
                        float larger = mine < other ? other : mine;
                        shared[me] = largest ? larger : next;
                        shared[GroupSum.THREADS + me] = largest ? 0f : error;
                    }
                }
                if (lane == 0 && row < all) {
                    int to = at.get(TO) + 2 * (parts * row + part);
                    memory.set(to, shared[me]);
                    memory.set(to + 1, shared[GroupSum.THREADS + me]);
                }
            }
        }
        Arguments.handBack(context, at, results);
    }
}
