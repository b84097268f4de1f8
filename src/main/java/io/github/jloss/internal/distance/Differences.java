// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import java.util.Arrays;

/** What distances of differences have in common where many are taken at once. */
final class Differences {

    private Differences() {}

    /** Takes the sums of squared differences as distances; NaN for those that float's range is too small for. */
    static void squares(PairBlock block, float eps) {
        Arrays.fill(block.a, 0, block.rows(), 1);
        Arrays.fill(block.b, 0, block.rows(), 1);
        block.squares(eps);
        double least = 0x1p-100 * block.length();
        for (int r = 0; r < block.rows(); r++) {
            double square = block.sums.of[r];
            block.distance[r] = square >= least && square < Double.POSITIVE_INFINITY ? square : Double.NaN;
        }
    }

    /** Prepares the differences' multiples by the factors. */
    static void prepare(PairBlock block) {
        for (int r = 0; r < block.rows(); r++) {
            block.a[r] = inRange(block, r, block.factor[r]);
        }
    }

    /** A coefficient as a float; the row's distance becomes NaN if that loses digits. */
    static float inRange(PairBlock block, int row, double coefficient) {
        double size = Math.abs(coefficient);
        // The second is a comparison that goes the same way for 0 and for what float holds.
        if (!(size <= Float.MAX_VALUE) || size * (size - Float.MIN_NORMAL) < 0) {
            block.distance[row] = Double.NaN;
        }
        return (float) coefficient;
    }
}
