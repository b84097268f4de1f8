// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.Reductions;

/** Turns 16 rows at a time into columns of 16, and back: halves shuffled into each other four times. */
public final class Transposer {

    /** Rows at a time. */
    static final int ROWS = Reductions.GROUP;

    private float[] one = new float[0];
    private float[] two = new float[0];

    /** A place for 16 rows, for callers whose rows are not in an array. */
    float[] rows(int classes) {
        if (one.length < ROWS * classes) {
            one = new float[ROWS * classes];
            two = new float[ROWS * classes];
        }
        return one;
    }

    /** Rows of so many classes to columns of a tile. The rows may be in {@link #rows}. */
    void toColumns(Reductions shuffles, float[] rows, int from, int classes, float[] tile, int to, int stride) {
        rows(classes);
        int half = ROWS / 2 * classes;
        shuffles.zip(rows, from, half, two, 0, ROWS);
        shuffles.zip(two, 0, half, one, 0, ROWS);
        shuffles.zip(one, 0, half, two, 0, ROWS);
        shuffles.zip(two, 0, half, tile, to, stride);
    }

    /** Columns of a tile to rows. The rows may be in {@link #rows}. */
    void toRows(Reductions shuffles, float[] tile, int from, int stride, int classes, float[] rows, int to) {
        rows(classes);
        int half = ROWS / 2 * classes;
        shuffles.unzip(tile, from, stride, two, 0, half);
        shuffles.unzip(two, 0, ROWS, one, 0, half);
        shuffles.unzip(one, 0, ROWS, two, 0, half);
        shuffles.unzip(two, 0, ROWS, rows, to, half);
    }
}
