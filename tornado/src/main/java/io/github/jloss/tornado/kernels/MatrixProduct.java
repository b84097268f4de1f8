// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A product of two matrices, in any of their layouts: {@code C[i, j] = sum over k of A[i, k] B[k, j]}, times a factor,
 * and one for each column. A group makes a block of 64 x 64 through local memory, a thread 4 x 4 of it. Sums are chains
 * of {@link #CHAIN} products, which are added up one after the other.
 *
 * <p>It also runs with one thread, in blocks of 4 x 4.
 */
public final class MatrixProduct {

    /** Rows of the product. */
    public static final int ROWS = Arguments.FIRST;
    /** Columns of the product. */
    public static final int COLUMNS = ROWS + 1;
    /** Products in a sum. */
    public static final int INNER = ROWS + 2;
    /** Where the left matrix is. */
    public static final int A = ROWS + 3;
    /** From one of its rows to the next. */
    public static final int A_ROW = ROWS + 4;
    /** From one of its columns to the next. */
    public static final int A_INNER = ROWS + 5;
    /** Where the right matrix is. */
    public static final int B = ROWS + 6;
    /** From one of its columns to the next. */
    public static final int B_COLUMN = ROWS + 7;
    /** From one of its rows to the next. */
    public static final int B_INNER = ROWS + 8;
    /** Where the product goes, its rows one behind the other. */
    public static final int C = ROWS + 9;
    /** Where the factors of the columns are, or -1. */
    public static final int FACTORS = ROWS + 10;
    /** 1 if the product is added to what is there. */
    public static final int ADD = ROWS + 11;

    /** The option that is the factor. */
    public static final int SCALE = 0;

    /** Products in a chain. */
    public static final int CHAIN = 1024;

    private static final int EDGE = 64;
    private static final int DEPTH = 16;
    /** One more, so that columns are in different banks. */
    private static final int STRIDE = EDGE + 1;
    private static final int OTHER = DEPTH * STRIDE;

    private MatrixProduct() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return MatrixProduct::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the factor
     * @param results receives the ticket
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        float[] shared = context.allocateFloatLocalArray(2 * OTHER);
        float scale = options.get(SCALE);
        int rows = at.get(ROWS);
        int columns = at.get(COLUMNS);
        int inner = at.get(INNER);
        int a = at.get(A);
        int aRow = at.get(A_ROW);
        int aInner = at.get(A_INNER);
        int b = at.get(B);
        int bColumn = at.get(B_COLUMN);
        int bInner = at.get(B_INNER);
        int threads = at.get(Arguments.THREADS);
        int team = threads < GroupSum.THREADS ? 1 : GroupSum.THREADS;
        int edge = team == 1 ? 4 : EDGE;
        int me = context.localIdx;
        int down = 4 * (me / 16);
        int right = 4 * (me % 16);
        int across = (columns + edge - 1) / edge;
        int blocks = across * ((rows + edge - 1) / edge);
        int chains = inner == 0 ? 1 : (inner + CHAIN - 1) / CHAIN;
        for (int block = (context.globalIdx - me) / team; block < blocks; block += threads / team) {
            int row = block / across * edge;
            int column = block % across * edge;
            for (int chain = 0; chain < chains; chain++) {
                int end = chain == chains - 1 ? inner : (chain + 1) * CHAIN;
                float c00 = 0f;
                float c01 = 0f;
                float c02 = 0f;
                float c03 = 0f;
                float c10 = 0f;
                float c11 = 0f;
                float c12 = 0f;
                float c13 = 0f;
                float c20 = 0f;
                float c21 = 0f;
                float c22 = 0f;
                float c23 = 0f;
                float c30 = 0f;
                float c31 = 0f;
                float c32 = 0f;
                float c33 = 0f;
                for (int from = chain * CHAIN; from < end; from += DEPTH) {
                    context.localBarrier();
                    // Neighbouring threads read neighbouring floats.
                    for (int l = me; l < EDGE * DEPTH; l += team) {
                        int i = aInner == 1 ? l / DEPTH : l % EDGE;
                        int k = aInner == 1 ? l % DEPTH : l / EDGE;
                        boolean inside = row + i < rows && from + k < end;
                        shared[k * STRIDE + i] = inside ? memory.get(a + (row + i) * aRow + (from + k) * aInner) : 0f;
                    }
                    for (int l = me; l < EDGE * DEPTH; l += team) {
                        int j = bInner == 1 ? l / DEPTH : l % EDGE;
                        int k = bInner == 1 ? l % DEPTH : l / EDGE;
                        boolean inside = column + j < columns && from + k < end;
                        shared[OTHER + k * STRIDE + j] = inside
                                ? memory.get(b + (column + j) * bColumn + (from + k) * bInner) : 0f;
                    }
                    context.localBarrier();
                    for (int k = 0; k < DEPTH; k++) {
                        float a0 = shared[k * STRIDE + down + 0];
                        float a1 = shared[k * STRIDE + down + 1];
                        float a2 = shared[k * STRIDE + down + 2];
                        float a3 = shared[k * STRIDE + down + 3];
                        float b0 = shared[OTHER + k * STRIDE + right + 0];
                        float b1 = shared[OTHER + k * STRIDE + right + 1];
                        float b2 = shared[OTHER + k * STRIDE + right + 2];
                        float b3 = shared[OTHER + k * STRIDE + right + 3];
                        c00 += a0 * b0;
                        c01 += a0 * b1;
                        c02 += a0 * b2;
                        c03 += a0 * b3;
                        c10 += a1 * b0;
                        c11 += a1 * b1;
                        c12 += a1 * b2;
                        c13 += a1 * b3;
                        c20 += a2 * b0;
                        c21 += a2 * b1;
                        c22 += a2 * b2;
                        c23 += a2 * b3;
                        c30 += a3 * b0;
                        c31 += a3 * b1;
                        c32 += a3 * b2;
                        c33 += a3 * b3;
                    }
                }
                boolean first = chain == 0 && at.get(ADD) == 0;
                store(memory, at, row + down + 0, column + right + 0, c00 * scale, first);
                store(memory, at, row + down + 0, column + right + 1, c01 * scale, first);
                store(memory, at, row + down + 0, column + right + 2, c02 * scale, first);
                store(memory, at, row + down + 0, column + right + 3, c03 * scale, first);
                store(memory, at, row + down + 1, column + right + 0, c10 * scale, first);
                store(memory, at, row + down + 1, column + right + 1, c11 * scale, first);
                store(memory, at, row + down + 1, column + right + 2, c12 * scale, first);
                store(memory, at, row + down + 1, column + right + 3, c13 * scale, first);
                store(memory, at, row + down + 2, column + right + 0, c20 * scale, first);
                store(memory, at, row + down + 2, column + right + 1, c21 * scale, first);
                store(memory, at, row + down + 2, column + right + 2, c22 * scale, first);
                store(memory, at, row + down + 2, column + right + 3, c23 * scale, first);
                store(memory, at, row + down + 3, column + right + 0, c30 * scale, first);
                store(memory, at, row + down + 3, column + right + 1, c31 * scale, first);
                store(memory, at, row + down + 3, column + right + 2, c32 * scale, first);
                store(memory, at, row + down + 3, column + right + 3, c33 * scale, first);
            }
        }
        Arguments.handBack(context, at, results);
    }

    private static void store(FloatArray memory, IntArray at, int row, int column, float value, boolean first) {
        if (row < at.get(ROWS) && column < at.get(COLUMNS)) {
            int to = at.get(C) + row * at.get(COLUMNS) + column;
            int factors = at.get(FACTORS);
            float product = factors < 0 ? value : value * memory.get(factors + column);
            memory.set(to, first ? product : memory.get(to) + product);
        }
    }
}
