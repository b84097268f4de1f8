// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What rows are multiplied with to be normalised: the inverse of the norm, or of 1e-12 where that is more; NaN where it
 * is infinite.
 */
public final class InverseNorms {

    /** How many rows. */
    public static final int ROWS = Arguments.FIRST;
    /** Elements of a row. */
    public static final int LENGTH = ROWS + 1;
    /** Threads for each row. */
    public static final int LANES = ROWS + 2;
    /** Where the rows are. */
    public static final int V = ROWS + 3;
    /** Where the inverses go. */
    public static final int TO = ROWS + 4;

    /** Below this a row counts as zero, as in torch's normalize. */
    public static final float SHORTEST = 1e-12f;
    /** The inverse of that; rows that have it have no gradient. */
    public static final float LARGEST = 1e12f;

    private static final float LARGE = 0x1p126f;
    private static final float SMALL = 0x1p-80f;

    private InverseNorms() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return InverseNorms::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options not used
     * @param results receives the ticket
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        float[] shared = context.allocateFloatLocalArray(3 * GroupSum.THREADS);
        int rows = at.get(ROWS);
        int length = at.get(LENGTH);
        int lanes = at.get(LANES);
        int me = context.localIdx;
        int lane = me & (lanes - 1);
        int step = at.get(Arguments.THREADS) / lanes;
        for (int base = (context.globalIdx - me) / lanes; base < rows; base += step) {
            int row = base + me / lanes;
            float sum = 0f;
            float error = 0f;
            float scaled = 0f;
            if (row < rows) {
                int from = at.get(V) + row * length;
                for (int i = lane; i < length; i += lanes) {
                    float x = memory.get(from + i);
                    float square = x * x;
                    float next = sum + square;
                    error += GroupSum.rounding(sum, square, next);
                    sum = next;
                    // For squares beyond float's range.
                    float small = x * SMALL;
                    scaled += small * small;
                }
            }
            context.localBarrier();
            shared[me] = sum;
            shared[GroupSum.THREADS + me] = error;
            shared[2 * GroupSum.THREADS + me] = scaled;
            for (int half = lanes >> 1; half > 0; half >>= 1) {
                context.localBarrier();
                if (lane < half) {
                    float mine = shared[me];
                    float other = shared[me + half];
                    float next = mine + other;
                    shared[me] = next;
                    shared[GroupSum.THREADS + me] += shared[GroupSum.THREADS + me + half]
                            + GroupSum.rounding(mine, other, next);
                    shared[2 * GroupSum.THREADS + me] += shared[2 * GroupSum.THREADS + me + half];
                }
            }
            if (lane == 0 && row < rows) {
                float square = shared[me];
                float rest = shared[2 * GroupSum.THREADS + me];
                // Also NaN where the scaled sum is not finite.
                float large = SMALL / TornadoMath.sqrt(rest) + (rest - rest);
                float norm = TornadoMath.sqrt(square + shared[GroupSum.THREADS + me]);
                float usual = norm < SHORTEST ? LARGEST : 1f / norm;
                memory.set(at.get(TO) + row, square < LARGE ? usual : large);
            }
        }
        Arguments.handBack(context, at, results);
    }
}
