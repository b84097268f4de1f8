// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Threads of a group that work on one row together, and hand each other what they found through local memory. All
 * threads of the group must come to each of these methods. {@link Alone} stands in for it where each thread has rows of
 * its own.
 *
 * <p>Each method has local memory of its own: TornadoVM takes wrong addresses for an array that a method was handed. It
 * may take two of a size for one, though, so each waits before it writes for those who still read.
 */
public final class Team {

    private Team() {}

    /** How many threads work on a row: a power of two that divides those of a group. */
    static int width(IntArray at) {
        return at.get(Softmax.WIDTH);
    }

    /** The largest number that a thread of the team found. */
    static float max(KernelContext context, int width, float own) {
        float[] shared = context.allocateFloatLocalArray(GroupSum.THREADS);
        int me = context.localIdx;
        int lane = me % width;
        context.localBarrier();
        shared[me] = own;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                float mine = shared[me];
                float other = shared[me + half];
                shared[me] = mine < other ? other : mine;
            }
        }
        context.localBarrier();
        return shared[me - lane];
    }

    /** Where the largest number is: the first place of those threads that have it. */
    static int place(KernelContext context, int width, float max, float own, int place) {
        int[] shared = context.allocateIntLocalArray(GroupSum.THREADS);
        int me = context.localIdx;
        int lane = me % width;
        context.localBarrier();
        shared[me] = own == max ? place : Integer.MAX_VALUE;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                int mine = shared[me];
                int other = shared[me + half];
                shared[me] = other < mine ? other : mine;
            }
        }
        context.localBarrier();
        return shared[me - lane];
    }

    /** The sum of what the team's threads added up. */
    static float total(KernelContext context, int width, float sum, float error) {
        float[] shared = context.allocateFloatLocalArray(2 * GroupSum.THREADS);
        int me = context.localIdx;
        int lane = me % width;
        context.localBarrier();
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
        return Alone.rounded(shared[me - lane], shared[GroupSum.THREADS + me - lane]);
    }
}
