// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The negative log-likelihood of inputs that are log-probabilities already; arguments as of {@link Softmax}, as far as
 * they matter. One number of each row counts: where the others must be set to 0 a thread has elements, and works on a
 * row where it comes to its own class, so that the gradient may be written over the input. Elsewhere it has rows.
 */
public final class LogLikelihood {

    private LogLikelihood() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return LogLikelihood::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the factor on the gradients
     * @param results receives the ticket and for each group the sum of the losses, in two floats
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        int threads = at.get(Arguments.THREADS);
        int rows = at.get(Softmax.ROWS);
        int classes = at.get(Softmax.CLASSES);
        int inner = at.get(Softmax.INNER);
        int input = at.get(Softmax.INPUT);
        int labels = at.get(Softmax.LABELS);
        int weights = at.get(Softmax.WEIGHT);
        int rowWeights = at.get(Softmax.ROW_WEIGHTS);
        int losses = at.get(Softmax.LOSSES);
        int upstream = at.get(Softmax.UPSTREAM);
        int gradient = at.get(Softmax.GRADIENT);
        boolean add = at.get(Softmax.ADD) == 1;
        boolean clears = gradient >= 0 && !add;
        int n = clears ? rows * classes : rows;
        float sum = 0f;
        float error = 0f;
        for (int item = context.globalIdx; item < n; item += threads) {
            int row = clears ? item / inner / classes * inner + item % inner : item;
            int label = (int) memory.get(labels + row);
            float rowWeight = rowWeights < 0 ? 1f
                    : memory.get(rowWeights + Strides.index(at, Softmax.ROW_WEIGHTS_STRIDES, row));
            label = rowWeight == 0f ? -1 : label;
            int c = clears ? item / inner % classes : label;
            int i = clears ? item : (row / inner * classes + label) * inner + row % inner;
            float g = 0f;
            if (label < 0) {
                if (losses >= 0 && (c == 0 || !clears)) {
                    memory.set(losses + row, 0f);
                }
            } else if (c == label) {
                float weight = weights < 0 ? 1f : memory.get(weights + label);
                float loss = weight == 0f ? 0f : -weight * memory.get(input + i) * rowWeight;
                float next = sum + loss;
                error += GroupSum.rounding(sum, loss, next);
                sum = next;
                if (losses >= 0) {
                    memory.set(losses + row, loss);
                }
                float scale = options.get(Softmax.SCALE) * rowWeight * options.get(Softmax.SECOND_SCALE);
                g = -weight * (upstream < 0 ? scale : scale * memory.get(upstream + row));
            }
            if (clears) {
                memory.set(gradient + i, g);
            } else if (gradient >= 0 && label >= 0) {
                memory.set(gradient + i, memory.get(gradient + i) + g);
            }
        }
        GroupSum.write(context, sum, error, results, 1 + 2 * context.groupIdx);
        Arguments.handBack(context, at, results);
    }
}
