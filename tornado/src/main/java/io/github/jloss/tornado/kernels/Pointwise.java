// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One formula, every element: the values' sum, and where asked for the values and the gradients. */
public final class Pointwise {

    /** Number of elements. */
    public static final int N = Arguments.FIRST;
    /** Where the input is. */
    public static final int INPUT = N + 1;
    /** Where the target is. */
    public static final int TARGET = N + 2;
    /** Where the first coefficient is, or -1. */
    public static final int A = N + 3;
    /** Where the second coefficient is, or -1. */
    public static final int B = N + 4;
    /** Where the values go, or -1. */
    public static final int LOSSES = N + 5;
    /** Where the upstream gradient is, or -1. */
    public static final int UPSTREAM = N + 6;
    /** Where the gradients go, or -1. */
    public static final int GRADIENT = N + 7;
    /** 1 if gradients are added to what is there. */
    public static final int ADD = N + 8;
    /** How the first coefficient is broadcast, see {@link Strides}. */
    public static final int A_STRIDES = N + 9;
    /** How the second coefficient is broadcast. */
    public static final int B_STRIDES = A_STRIDES + Strides.SIZE;
    /** Where the weights are, or -1; where one is 0 so are value and gradient, whatever the formula says. */
    public static final int WEIGHTS = B_STRIDES + Strides.SIZE;
    /** How the weights are broadcast. */
    public static final int WEIGHTS_STRIDES = WEIGHTS + 1;

    /** The option that is the factor on the gradients; the formula's own follow. */
    public static final int SCALE = 0;
    /** The option that is another one, as both together may be beyond float's range. */
    public static final int SECOND_SCALE = Arguments.OPTIONS - 1;

    private Pointwise() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return Pointwise::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the formula's components, behind the factor
     * @param results receives the ticket and for each group the sum of the values, in two floats
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        float scale = options.get(SCALE);
        float secondScale = options.get(SECOND_SCALE);
        int threads = at.get(Arguments.THREADS);
        int n = at.get(N);
        int input = at.get(INPUT);
        int target = at.get(TARGET);
        int first = at.get(A);
        int second = at.get(B);
        int losses = at.get(LOSSES);
        int weights = at.get(WEIGHTS);
        int upstream = at.get(UPSTREAM);
        int gradient = at.get(GRADIENT);
        int add = at.get(ADD);
        float sum = 0f;
        float error = 0f;
        for (int i = context.globalIdx; i < n; i += threads) {
            float x = memory.get(input + i);
            float t = memory.get(target + i);
            float a = first < 0 ? 1f : memory.get(first + Strides.index(at, A_STRIDES, i));
            float b = second < 0 ? 1f : memory.get(second + Strides.index(at, B_STRIDES, i));
            float w = weights < 0 ? 1f : memory.get(weights + Strides.index(at, WEIGHTS_STRIDES, i));
            float weighted = FormulaSlot.value(options, x, t, a, b) * w;
            float value = w == 0f ? 0f : weighted;
            float factor = scale * w * secondScale;
            float up = upstream < 0 ? factor : factor * memory.get(upstream + i);
            if (gradient >= 0) {
                float g = FormulaSlot.gradient(options, x, t, a, b) * up;
                g = w == 0f ? 0f : g;
                memory.set(gradient + i, add == 0 ? g : memory.get(gradient + i) + g);
            }
            if (losses >= 0) {
                memory.set(losses + i, value);
            }
            float next = sum + value;
            error += GroupSum.rounding(sum, value, next);
            sum = next;
        }
        GroupSum.write(context, sum, error, results, 1 + 2 * context.groupIdx);
        Arguments.handBack(context, at, results);
    }
}
