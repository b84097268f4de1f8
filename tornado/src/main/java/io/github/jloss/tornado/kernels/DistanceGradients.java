// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gradients of a loss of distances: for each element of two or three inputs, what each distance adds to the
 * gradients of both its ends. Everything of an element is read before any of it is written, so that gradients may be
 * the inputs.
 *
 * <p>The distances are those of the inputs 0 and 1, 0 and 2, 1 and 2. Each has some factors for each row; where the
 * last one of an end is 0 there is no gradient, not even of an infinite difference.
 */
public final class DistanceGradients {

    /** Most inputs, and most distances. */
    public static final int MOST = 3;

    /** Elements of an input. */
    public static final int N = Arguments.FIRST;
    /** Elements of a row. */
    public static final int LENGTH = N + 1;
    /** What of, as in {@link RowSums}: SQUARES, ABSOLUTES, POWERS or COMBINATIONS. */
    public static final int KIND = N + 2;
    /** 1 if gradients are added to what is there. */
    public static final int ADD = N + 3;
    /** Where the inputs are; -1 for the third if there are two. */
    public static final int INPUTS = N + 4;
    /** Where the gradients go, or -1. */
    public static final int GRADIENTS = INPUTS + MOST;
    /** Where the factors of the distances are, or -1. */
    public static final int FACTORS = GRADIENTS + MOST;

    /** The option that is added to each difference. */
    public static final int EPS = 0;
    /** The option that is the exponent, less 1. */
    public static final int POWER = 1;

    private DistanceGradients() {}

    /**
     * How many factors there are for each row of a distance: for a combination {@code (a x - b t) f} three for each of
     * both ends, else a and f, with which the gradients are {@code f} and {@code -f} times {@code a z},
     * {@code sgn(z)}, or {@code sgn(z) (|z| / a)^(p-1)}.
     *
     * @param kind what of
     * @return 2 or 6
     */
    public static int factors(int kind) {
        return kind == RowSums.COMBINATIONS ? 6 : 2;
    }

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return DistanceGradients::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options eps and exponent
     * @param results receives the ticket
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        float eps = options.get(EPS);
        float power = options.get(POWER);
        int n = at.get(N);
        int length = at.get(LENGTH);
        int kind = at.get(KIND);
        int add = at.get(ADD);
        int input0 = at.get(INPUTS);
        int input1 = at.get(INPUTS + 1);
        int input2 = at.get(INPUTS + 2);
        int gradient0 = at.get(GRADIENTS);
        int gradient1 = at.get(GRADIENTS + 1);
        int gradient2 = at.get(GRADIENTS + 2);
        int factors01 = at.get(FACTORS);
        int factors02 = at.get(FACTORS + 1);
        int factors12 = at.get(FACTORS + 2);
        int threads = at.get(Arguments.THREADS);
        for (int i = context.globalIdx; i < n; i += threads) {
            int row = i / length;
            float x0 = memory.get(input0 + i);
            float x1 = memory.get(input1 + i);
            float x2 = input2 < 0 ? 0f : memory.get(input2 + i);
            float g0 = add == 0 || gradient0 < 0 ? 0f : memory.get(gradient0 + i);
            float g1 = add == 0 || gradient1 < 0 ? 0f : memory.get(gradient1 + i);
            float g2 = add == 0 || gradient2 < 0 ? 0f : memory.get(gradient2 + i);
            if (kind == RowSums.COMBINATIONS) {
                if (factors01 >= 0) {
                    g0 += combination(memory, factors01 + 6 * row, x0, x1);
                    g1 += combination(memory, factors01 + 6 * row + 3, x0, x1);
                }
                if (factors02 >= 0) {
                    g0 += combination(memory, factors02 + 6 * row, x0, x2);
                    g2 += combination(memory, factors02 + 6 * row + 3, x0, x2);
                }
                if (factors12 >= 0) {
                    g1 += combination(memory, factors12 + 6 * row, x1, x2);
                    g2 += combination(memory, factors12 + 6 * row + 3, x1, x2);
                }
            } else {
                if (factors01 >= 0) {
                    float g = difference(memory, factors01 + 2 * row, kind, x0 - x1 + eps, power);
                    g0 += g;
                    g1 -= g;
                }
                if (factors02 >= 0) {
                    float g = difference(memory, factors02 + 2 * row, kind, x0 - x2 + eps, power);
                    g0 += g;
                    g2 -= g;
                }
                if (factors12 >= 0) {
                    float g = difference(memory, factors12 + 2 * row, kind, x1 - x2 + eps, power);
                    g1 += g;
                    g2 -= g;
                }
            }
            if (gradient0 >= 0) memory.set(gradient0 + i, g0);
            if (gradient1 >= 0) memory.set(gradient1 + i, g1);
            if (gradient2 >= 0) memory.set(gradient2 + i, g2);
        }
        Arguments.handBack(context, at, results);
    }

    private static float combination(FloatArray memory, int factors, float x, float t) {
        float f = memory.get(factors + 2);
        float value = (memory.get(factors) * x - memory.get(factors + 1) * t) * f;
        return f == 0f ? 0f : value;
    }

    private static float difference(FloatArray memory, int factors, int kind, float z, float power) {
        float a = memory.get(factors);
        float f = memory.get(factors + 1);
        float value;
        if (kind == RowSums.SQUARES) {
            value = a * z;
        } else if (kind == RowSums.ABSOLUTES) {
            value = Scalar.sign(z);
        } else {
            value = Scalar.sign(z) * Scalar.pow(Math.abs(z) / a, power);
        }
        return f == 0f ? 0f : value * f;
    }
}
