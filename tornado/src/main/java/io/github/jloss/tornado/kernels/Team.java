// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Threads of a group that work on one row together, and hand each other what they found through local memory. All
 * threads of the group must come to each of these methods. {@link Alone} stands in for it where each thread has rows of
 * its own.
 */
public final class Team {

    private Team() {}

    /** How many threads work on a row: a power of two that divides those of a group. */
    static int width(IntArray at) {
        return at.get(Softmax.WIDTH);
    }

    /** The largest number that a thread of the team found; {@link #place} must follow. */
    static float max(KernelContext context, float[] shared, int width, float max, int place) {
        int me = context.localIdx;
        int lane = me % width;
        shared[me] = max;
        shared[GroupSum.THREADS + me] = place;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                float mine = shared[me];
                float other = shared[me + half];
                float minePlace = shared[GroupSum.THREADS + me];
                float otherPlace = shared[GroupSum.THREADS + me + half];
                float earlier = minePlace < otherPlace ? minePlace : otherPlace;
                shared[GroupSum.THREADS + me] = mine < other ? otherPlace : mine == other ? earlier : minePlace;
                shared[me] = mine < other ? other : mine;
            }
        }
        context.localBarrier();
        return shared[me - lane];
    }

    /** Where the largest number was, the first such place. */
    static int place(KernelContext context, float[] shared, int width, int own) {
        int me = context.localIdx;
        float place = shared[GroupSum.THREADS + me - me % width];
        context.localBarrier();
        return (int) place;
    }

    /** The sum of what the team's threads added up. */
    static float total(KernelContext context, float[] shared, int width, float sum, float error) {
        int me = context.localIdx;
        int lane = me % width;
        shared[me] = sum;
        shared[GroupSum.THREADS + me] = error;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                float mine = shared[me];
                float other = shared[me + half];
                float next = mine + other;
                shared[GroupSum.THREADS + me] += shared[GroupSum.THREADS + me + half]
                        + GroupSum.rounding(mine, other, next);
                shared[me] = next;
            }
        }
        context.localBarrier();
        float total = Alone.rounded(shared[me - lane], shared[GroupSum.THREADS + me - lane]);
        context.localBarrier();
        return total;
    }
}
