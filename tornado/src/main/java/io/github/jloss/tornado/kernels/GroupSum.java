// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Sums in two floats, the sum and what rounding took from it (Knuth's TwoSum; Ogita, Rump and Oishi 2005, algorithm
 * 4.4): as good as double, on devices that have none. It needs a compiler that does not reorder sums.
 */
public final class GroupSum {

    /** Threads of a group. */
    public static final int THREADS = 256;

    private GroupSum() {}

    /**
     * What {@code next = sum + value} lost by rounding, exactly.
     *
     * @param sum a summand
     * @param value a summand
     * @param next the rounded sum
     * @return the error
     */
    public static float rounding(float sum, float value, float next) {
        float part = next - sum;
        return (sum - (next - part)) + (value - part);
    }

    /**
     * Adds up the sums of the group's threads. All threads of the group must come here. The local memory is of its own,
     * see {@link Team}.
     *
     * @param context which thread this is
     * @param sum this thread's sum
     * @param error what rounding took from it
     * @param results receives the group's sum and what rounding took from that
     * @param to where
     */
    public static void write(KernelContext context, float sum, float error, FloatArray results, int to) {
        // The errors behind the sums: TornadoVM may take two arrays of a size for one.
        float[] shared = context.allocateFloatLocalArray(2 * THREADS);
        int me = context.localIdx;
        context.localBarrier();
        shared[me] = sum;
        shared[THREADS + me] = error;
        for (int half = THREADS / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (me < half) {
                float mine = shared[me];
                float other = shared[me + half];
                float next = mine + other;
                shared[THREADS + me] += shared[THREADS + me + half] + rounding(mine, other, next);
                shared[me] = next;
            }
        }
        if (me == 0) {
            results.set(to, shared[0]);
            results.set(to + 1, shared[THREADS]);
        }
    }

    /**
     * A sum that a kernel left in two floats. Where it is infinite or NaN the error says nothing.
     *
     * @param sum the sum
     * @param error what rounding took from it
     * @return both
     */
    public static double of(float sum, float error) {
        return Float.isFinite(sum) ? (double) sum + error : sum;
    }
}
