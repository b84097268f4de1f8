// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * For each row of a tile of logits, its own class left out, the largest logit and the sum of the exponentials of the
 * logits less that, in two floats. Of no logits the largest is -MAX_VALUE.
 */
public final class MarginSums {

    /** Rows of the tile. */
    public static final int ROWS = Arguments.FIRST;
    /** Classes of the tile. */
    public static final int CLASSES = ROWS + 1;
    /** Threads for each row. */
    public static final int LANES = ROWS + 2;
    /** Where the logits are. */
    public static final int TILE = ROWS + 3;
    /** Where the rows' own classes are, see {@link RowGroups#label}. */
    public static final int LABELS = ROWS + 4;
    /** The first class of the tile. */
    public static final int FIRST_CLASS = ROWS + 5;
    /** Where three floats for each row go. */
    public static final int TO = ROWS + 6;

    private MarginSums() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return MarginSums::run;
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
        int classes = at.get(CLASSES);
        int lanes = at.get(LANES);
        int me = context.localIdx;
        int lane = me & (lanes - 1);
        int step = at.get(Arguments.THREADS) / lanes;
        for (int base = (context.globalIdx - me) / lanes; base < rows; base += step) {
            int row = base + me / lanes;
            int from = at.get(TILE) + row * classes;
            int own = -1;
            float most = -Float.MAX_VALUE;
            if (row < rows) {
                own = RowGroups.label(memory, at.get(LABELS) + 2 * row) - at.get(FIRST_CLASS);
                for (int j = lane; j < classes; j += lanes) {
                    float z = memory.get(from + j);
                    if (j != own) {
                        most = most < z ? z : most;
                    }
                }
            }
            context.localBarrier();
            shared[me] = most;
            for (int half = lanes >> 1; half > 0; half >>= 1) {
                context.localBarrier();
                if (lane < half) {
                    float mine = shared[me];
                    float other = shared[me + half];
                    shared[me] = mine < other ? other : mine;
                }
            }
            context.localBarrier();
            most = shared[me - lane];
            float sum = 0f;
            float error = 0f;
            if (row < rows) {
                for (int j = lane; j < classes; j += lanes) {
                    if (j != own) {
                        float e = Scalar.expNeg(most - memory.get(from + j));
                        float next = sum + e;
                        error += GroupSum.rounding(sum, e, next);
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
            if (lane == 0 && row < rows) {
                int to = at.get(TO) + 3 * row;
                memory.set(to, most);
                memory.set(to + 1, shared[me]);
                memory.set(to + 2, shared[GroupSum.THREADS + me]);
            }
        }
        Arguments.handBack(context, at, results);
    }
}
