// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.internal.overlap.OverlapFormulas.ElementSums;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The three sums of every region, of probabilities or of logits for a sigmoid. A region is given to some lanes, a power
 * of two of threads of one group: few if it is small, and then a group has several regions; all of a group's, and
 * several groups, if it is large.
 */
public final class OverlapSums {

    /** Threads that work on a region together, a power of two up to {@link GroupSum#THREADS}. */
    public static final int LANES = OverlapArguments.OWN;
    /** How many such parts a region has. */
    public static final int PARTS = LANES + 1;
    /** How many parts all regions have. */
    public static final int TASKS = LANES + 2;
    /** Where the sums of the parts go, or -1 for the results: six floats, the three sums in two floats each. */
    public static final int SUMS = LANES + 3;

    private static final int THREADS = GroupSum.THREADS;

    private OverlapSums() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return OverlapSums::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the target to ignore
     * @param results receives the ticket, and the sums if there is room
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        float[] local = context.allocateFloatLocalArray(6 * THREADS);
        ElementSums formula = new ElementSums();
        boolean softmax = at.get(OverlapArguments.SOFTMAX) != 0;
        // A probability and its tail are put as a logit's: which of the two the activation is says the sign of x.
        formula.logits = softmax || at.get(OverlapArguments.LOGITS) != 0;
        formula.product = at.get(OverlapArguments.PRODUCT) != 0;
        formula.oneHot = at.get(OverlapArguments.ONE_HOT) != 0;
        formula.ignores = at.get(OverlapArguments.IGNORES) != 0;
        formula.ignored = options.get(OverlapArguments.IGNORED);
        int oneHot = at.get(OverlapArguments.ONE_HOT);
        int perImage = at.get(OverlapArguments.PER_IMAGE);
        int classes = at.get(OverlapArguments.CLASSES);
        int pixels = at.get(OverlapArguments.PIXELS);
        int images = perImage != 0 ? 1 : at.get(OverlapArguments.IMAGES);
        int input = at.get(OverlapArguments.INPUT);
        int target = at.get(OverlapArguments.TARGET);
        int lanes = at.get(LANES);
        int parts = at.get(PARTS);
        int tasks = at.get(TASKS);
        int step = parts * lanes;
        int imageStep = step / pixels;
        int pixelStep = step % pixels;
        int atOnce = at.get(Arguments.THREADS) / lanes;
        int me = context.localIdx;
        int lane = context.globalIdx % lanes;
        for (int first = 0; first < tasks; first += atOnce) {
            int task = first + context.globalIdx / lanes;
            int region = task / parts;
            int c = region % classes;
            int j = task % parts * lanes + lane;
            int image = j / pixels;
            int pixel = j % pixels;
            int firstImage = region / classes;
            int lastImage = task < tasks ? firstImage + images : 0;
            image += firstImage;
            formula.label = at.get(OverlapArguments.FIRST_LABEL) + c;
            float overlap = 0f;
            float overlapError = 0f;
            float more = 0f;
            float moreError = 0f;
            float missing = 0f;
            float missingError = 0f;
            while (image < lastImage) {
                int i = (image * classes + c) * pixels + pixel;
                float x = memory.get(input + i);
                float t = memory.get(target + (oneHot != 0 ? image * pixels + pixel : i));
                float tail;
                if (softmax) {
                    tail = x;
                    if (0.5f < x) {
                        tail = others(memory, input + image * classes * pixels + pixel, classes, pixels, c);
                    }
                    x = 0.5f < x ? 1f : -1f;
                } else {
                    tail = formula.tail(x);
                }
                float w = OverlapArguments.weight(memory, at, i, image * pixels + pixel);
                float value = weighted(formula.overlap(x, tail, t), w);
                float next = overlap + value;
                overlapError += GroupSum.rounding(overlap, value, next);
                overlap = next;
                value = weighted(formula.more(x, tail, t), w);
                next = more + value;
                moreError += GroupSum.rounding(more, value, next);
                more = next;
                value = weighted(formula.missing(x, tail, t), w);
                next = missing + value;
                missingError += GroupSum.rounding(missing, value, next);
                missing = next;
                image += imageStep;
                pixel += pixelStep;
                if (pixel >= pixels) {
                    pixel -= pixels;
                    image++;
                }
            }
            context.localBarrier();
            local[me] = overlap;
            local[THREADS + me] = overlapError;
            local[2 * THREADS + me] = more;
            local[3 * THREADS + me] = moreError;
            local[4 * THREADS + me] = missing;
            local[5 * THREADS + me] = missingError;
            for (int half = lanes / 2; half > 0; half >>= 1) {
                context.localBarrier();
                if (lane < half) {
                    for (int k = me; k < 6 * THREADS; k += 2 * THREADS) {
                        float sum = local[k];
                        float other = local[k + half];
                        float next = sum + other;
                        local[k + THREADS] += local[k + THREADS + half] + GroupSum.rounding(sum, other, next);
                        local[k] = next;
                    }
                }
            }
            if (lane == 0 && task < tasks) {
                // No loop: TornadoVM unrolls it and then reads local memory from wrong places.
                int to = 6 * task;
                write(memory, at, results, to, local[me]);
                write(memory, at, results, to + 1, local[THREADS + me]);
                write(memory, at, results, to + 2, local[2 * THREADS + me]);
                write(memory, at, results, to + 3, local[3 * THREADS + me]);
                write(memory, at, results, to + 4, local[4 * THREADS + me]);
                write(memory, at, results, to + 5, local[5 * THREADS + me]);
            }
        }
        Arguments.handBack(context, at, results);
    }

    /** A summand by its weight; where that is 0 it may be NaN. */
    private static float weighted(float value, float weight) {
        return weight == 0f ? 0f : value * weight;
    }

    /** 1 - p of the likeliest class, as the sum of what the others have. */
    private static float others(FloatArray memory, int from, int classes, int pixels, int likeliest) {
        float others = 0f;
        for (int c = 0; c < classes; c++) {
            others += c == likeliest ? 0f : memory.get(from + c * pixels);
        }
        return others;
    }

    private static void write(FloatArray memory, IntArray at, FloatArray results, int to, float sum) {
        int sums = at.get(SUMS);
        if (sums < 0) {
            results.set(1 + to, sum);
        } else {
            memory.set(sums + to, sum);
        }
    }
}
