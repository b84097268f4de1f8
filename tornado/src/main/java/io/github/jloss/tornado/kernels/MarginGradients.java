// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Turns a tile of logits into the derivatives of the loss with respect to the cosines, each times the inverse norm of
 * its class, so that products with the raw weight are products with the normalised one.
 */
public final class MarginGradients {

    /** Logits of the tile. */
    public static final int N = Arguments.FIRST;
    /** Classes of the tile. */
    public static final int CLASSES = N + 1;
    /** Where the logits are. */
    public static final int TILE = N + 2;
    /** Where the rows' own classes are, see {@link RowGroups#label}. */
    public static final int LABELS = N + 3;
    /** The first class of the tile. */
    public static final int FIRST_CLASS = N + 4;
    /**
     * Where three floats for each row are: the largest logit, the factor on exponentials,
     * and the own class's derivative; where the last two are 0 there is no derivative, whatever the logits are.
     */
    public static final int FACTORS = N + 5;
    /** Where the inverse norms of the tile's classes are, or -1 for 1. */
    public static final int INVERSES = N + 6;

    private MarginGradients() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return MarginGradients::run;
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
        int classes = at.get(CLASSES);
        int tile = at.get(TILE);
        int labels = at.get(LABELS);
        int first = at.get(FIRST_CLASS);
        int factors = at.get(FACTORS);
        int inverses = at.get(INVERSES);
        int threads = at.get(Arguments.THREADS);
        for (int i = context.globalIdx; i < n; i += threads) {
            int row = i / classes;
            int j = i - row * classes;
            int own = RowGroups.label(memory, labels + 2 * row) - first;
            float factor = memory.get(factors + 3 * row + 1);
            float ownGradient = memory.get(factors + 3 * row + 2);
            float other = Scalar.expNeg(memory.get(factors + 3 * row) - memory.get(tile + i)) * factor;
            float g = j == own ? ownGradient : other;
            g = inverses < 0 ? g : g * memory.get(inverses + j);
            float either = factor == 0f ? ownGradient : factor;
            memory.set(tile + i, either == 0f ? 0f : g);
        }
        Arguments.handBack(context, at, results);
    }
}
