// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rows times two factors each, one after the other: together they may be beyond float's range. Where the first is 0 so
 * is the row, whatever it holds.
 */
public final class ScaledRows {

    /** Elements in all. */
    public static final int N = Arguments.FIRST;
    /** Elements of a row. */
    public static final int LENGTH = N + 1;
    /** Where the rows are. */
    public static final int X = N + 2;
    /** Where the two factors of each row are. */
    public static final int FACTORS = N + 3;
    /** Where the products go. */
    public static final int TO = N + 4;

    private ScaledRows() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return ScaledRows::run;
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
        int n = at.get(N);
        int length = at.get(LENGTH);
        int from = at.get(X);
        int factors = at.get(FACTORS);
        int to = at.get(TO);
        int threads = at.get(Arguments.THREADS);
        for (int i = context.globalIdx; i < n; i += threads) {
            int row = i / length;
            float first = memory.get(factors + 2 * row);
            float scaled = memory.get(from + i) * first;
            float product = scaled * memory.get(factors + 2 * row + 1);
            memory.set(to + i, first == 0f ? 0f : product);
        }
        Arguments.handBack(context, at, results);
    }
}
