// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.Arrays;

/** The sums of many rows, and what one is added up in: lanes and blocks as those of a {@link PointwiseKernel}. */
public final class RowSums {

    /** Of each row. */
    public final double[] of;

    /** Of the block in hand. */
    public final float[] lanes = new float[PointwiseKernel.LANES];

    /** Lanes 0 to 7, with lanes 8 to 15 added to them. */
    public final double[] half = new double[PointwiseKernel.LANES / 2];

    private final double[] blocks = new double[PointwiseKernel.LANES];

    /** For a number of rows. */
    public RowSums(int rows) {
        of = new double[rows];
    }

    /** Begins a row. */
    public void begin() {
        Arrays.fill(lanes, 0);
    }

    /** Adds the lanes of the block that ends before an element to those of the blocks before. */
    public void closeBlock(int element) {
        for (int i = 0; i < lanes.length; i++) {
            blocks[i] = (element <= PointwiseKernel.BLOCK ? 0 : blocks[i]) + lanes[i];
        }
    }

    /** Adds a value to the lane of an element, in a block of its own if that begins one. */
    public void add(int element, float value) {
        if (element > 0 && element % PointwiseKernel.BLOCK == 0) {
            closeBlock(element);
            begin();
        }
        addToBlock(element, value);
    }

    /** Adds a value to the lane of an element. */
    public void addToBlock(int element, float value) {
        int lane = element % PointwiseKernel.LANES;
        lanes[lane] = Fma.fma(value, PointwiseKernel.SUM_SCALE, lanes[lane]);
    }

    /** Ends a row: the lanes are added by halves. */
    public void end(int row, int length) {
        closeBlock(length);
        for (int i = 0; i < half.length; i++) {
            half[i] = blocks[i] + blocks[i + half.length];
        }
        of[row] = sum(half);
    }

    /** The sum of lanes of which only the first are not 0, at most half of them. */
    public static double sum(float[] lanes, int n) {
        double s0 = n > 4 ? (double) lanes[0] + lanes[4] : lanes[0];
        double s1 = n > 5 ? (double) lanes[1] + lanes[5] : n > 1 ? lanes[1] : 0;
        double s2 = n > 6 ? (double) lanes[2] + lanes[6] : n > 2 ? lanes[2] : 0;
        double s3 = n > 7 ? (double) lanes[3] + lanes[7] : n > 3 ? lanes[3] : 0;
        return (s0 + s2 + (s1 + s3)) / PointwiseKernel.SUM_SCALE;
    }

    /** The sum of lanes 0 to 7 with the others added to them, the scaling undone. */
    public static double sum(double[] h) {
        return (h[0] + h[4] + (h[2] + h[6]) + (h[1] + h[5] + (h[3] + h[7]))) / PointwiseKernel.SUM_SCALE;
    }
}
