// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Gradients through the derivative of the rows' normalisation: {@code (g - u (u.g)) f} with u the normalised row. Rows
 * that count as zero have none.
 */
public final class Projection {

    /** How many rows. */
    public static final int ROWS = Arguments.FIRST;
    /** Elements of a row. */
    public static final int LENGTH = ROWS + 1;
    /** Threads for each row. */
    public static final int LANES = ROWS + 2;
    /** Where the rows are, or -1 for rows that are not normalised. */
    public static final int V = ROWS + 3;
    /** Where their inverse norms are, or -1 for 1. */
    public static final int INVERSES = ROWS + 4;
    /** Where the gradients are. */
    public static final int G = ROWS + 5;
    /** Where f of each row is, 0 for rows that count as zero; -1 for 1. */
    public static final int FACTORS = ROWS + 6;
    /** Where the results go. */
    public static final int TO = ROWS + 7;
    /** 1 if they are added to what is there. */
    public static final int ADD = ROWS + 8;

    /** The float below {@link InverseNorms#LARGEST}: a comparison that NaN does not pass. */
    private static final float BELOW_LARGEST = 999999930368f;

    private Projection() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return Projection::run;
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
        float[] shared = context.allocateFloatLocalArray(2 * GroupSum.THREADS);
        int rows = at.get(ROWS);
        int length = at.get(LENGTH);
        int lanes = at.get(LANES);
        int v = at.get(V);
        int inverses = at.get(INVERSES);
        int factors = at.get(FACTORS);
        int add = at.get(ADD);
        int me = context.localIdx;
        int lane = me & (lanes - 1);
        int step = at.get(Arguments.THREADS) / lanes;
        for (int base = (context.globalIdx - me) / lanes; base < rows; base += step) {
            int row = base + me / lanes;
            int from = row * length;
            float inverse = 1f;
            float factor = 1f;
            float sum = 0f;
            float error = 0f;
            if (row < rows) {
                inverse = inverses < 0 ? 1f : memory.get(inverses + row);
                factor = factors < 0 ? 1f : memory.get(factors + row);
                if (v >= 0) {
                    for (int i = lane; i < length; i += lanes) {
                        float product = memory.get(v + from + i) * inverse * memory.get(at.get(G) + from + i);
                        float next = sum + product;
                        error += GroupSum.rounding(sum, product, next);
                        sum = next;
                    }
                }
            }
            context.localBarrier();
            shared[me] = sum;
            shared[GroupSum.THREADS + me] = error;
            for (int half = lanes >> 1; half > 0; half >>= 1) {
                context.localBarrier();
                if (lane < half) {
                    float mine = shared[me];
                    float other = shared[me + half];
                    float next = mine + other;
                    shared[me] = next;
                    shared[GroupSum.THREADS + me] += shared[GroupSum.THREADS + me + half]
                            + GroupSum.rounding(mine, other, next);
                }
            }
            context.localBarrier();
            if (row < rows) {
                float t = shared[me - lane] + shared[GroupSum.THREADS + me - lane];
                boolean none = factor == 0f || BELOW_LARGEST < inverse;
                for (int i = lane; i < length; i += lanes) {
                    float g = memory.get(at.get(G) + from + i);
                    float projected = v < 0 ? g : (g - memory.get(v + from + i) * inverse * t) * factor;
                    float result = none ? 0f : projected;
                    int to = at.get(TO) + from + i;
                    memory.set(to, add == 0 ? result : memory.get(to) + result);
                }
            }
        }
        Arguments.handBack(context, at, results);
    }
}
