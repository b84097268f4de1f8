// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The softmax over the classes of every pixel, which may be written over the logits. A thread has a pixel. */
public final class ClassProbabilities {

    /** Where the probabilities go. */
    public static final int PROBABILITIES = OverlapArguments.OWN;

    private ClassProbabilities() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return ClassProbabilities::run;
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
        int classes = at.get(OverlapArguments.CLASSES);
        int pixels = at.get(OverlapArguments.PIXELS);
        int n = at.get(OverlapArguments.IMAGES) * pixels;
        int input = at.get(OverlapArguments.INPUT);
        int shift = at.get(PROBABILITIES) - input;
        int threads = at.get(Arguments.THREADS);
        int size = classes * pixels;
        for (int i = context.globalIdx; i < n; i += threads) {
            int from = input + i / pixels * size + i % pixels;
            int to = from + size;
            float max = memory.get(from);
            for (int k = from; k < to; k += pixels) {
                float x = memory.get(k);
                max = Scalar.ifLess(x, max, max, x);
            }
            // The likeliest class has 1, which comes last: so the others have all their digits, as on the CPU.
            float others = 0f;
            float likeliest = 0f;
            for (int k = from; k < to; k += pixels) {
                float e = Scalar.expNeg(max - memory.get(k));
                memory.set(k + shift, e);
                if (likeliest == 0f && e == 1f) {
                    likeliest = 1f;
                } else {
                    others += e;
                }
            }
            float reciprocal = 1f / (1f + others);
            for (int k = from + shift; k < to + shift; k += pixels) {
                memory.set(k, memory.get(k) * reciprocal);
            }
        }
        Arguments.handBack(context, at, results);
    }
}
