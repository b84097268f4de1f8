package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Threads of a group that work on one row together, and hand each other what they found through local memory. All
 * threads of the group must come to each of these methods. {@link Alone} stands in for it where each thread has rows of
 * its own.
 */
final class Team {

    private Team() {}

    /** How many threads work on a row: a power of two that divides those of a group. */
    static int width(IntArray at) {
        return at.get(Softmax.WIDTH);
    }

    /** The largest number that a thread of the team found; {@link #place} must follow. */
    static float max(KernelContext context, float[] numbers, int[] places, int width, float max, int place) {
        int me = context.localIdx;
        int lane = me % width;
        numbers[me] = max;
        places[me] = place;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                float other = numbers[me + half];
                int otherPlace = places[me + half];
                boolean earlier = other == numbers[me] && otherPlace < places[me];
                if (numbers[me] < other || earlier) {
                    numbers[me] = other;
                    places[me] = otherPlace;
                }
            }
        }
        context.localBarrier();
        return numbers[me - lane];
    }

    /** Where the largest number was, the first such place. */
    static int place(KernelContext context, int[] places, int width, int own) {
        int place = places[context.localIdx - context.localIdx % width];
        context.localBarrier();
        return place;
    }

    /** The sum of what the team's threads added up. */
    static float total(KernelContext context, float[] sums, float[] errors, int width, float sum, float error) {
        int me = context.localIdx;
        int lane = me % width;
        sums[me] = sum;
        errors[me] = error;
        for (int half = width / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (lane < half) {
                float next = sums[me] + sums[me + half];
                errors[me] += errors[me + half] + GroupSum.rounding(sums[me], sums[me + half], next);
                sums[me] = next;
            }
        }
        context.localBarrier();
        float total = Alone.rounded(sums[me - lane], errors[me - lane]);
        context.localBarrier();
        return total;
    }
}
