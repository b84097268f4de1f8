// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.Arrays;

/**
 * What distances of differences take of many pairs of rows in one call: a row of a few features is too short for a call
 * of a {@link PointwiseKernel} of its own. The same sums and products, and so the same bits, as that kernel's.
 */
public interface RowDifferences {

    /** One number after another. */
    RowDifferences SCALAR = new RowDifferences() {
        @Override
        public void squares(float[] x, int xo, float[] t, int to, int n, int rows, float eps, Sums s) {
            for (int r = 0; r < rows; r++) {
                int at = r * n;
                s.begin(false);
                for (int i = 0; i < n; i++) {
                    s.add(x[xo + at + i] - t[to + at + i] + eps, i);
                }
                s.end(r);
            }
        }

        @Override
        public void gradients(float[] x, int xo, float[] t, int to, int n, int rows, float eps, float[] factors,
                float sign, boolean add, float[] out, int oo) {
            for (int r = 0; r < rows; r++) {
                row(x, xo + r * n, t, to + r * n, 0, n, eps, factors[r], sign, add, out, oo + r * n);
            }
        }
    };

    /**
     * Takes the sum of the squares of {@code x - t + eps} of each row.
     *
     * @param x rows one after another
     * @param xo index of the first element
     * @param t others
     * @param to index of the first element
     * @param n their length
     * @param rows their number
     * @param eps added to each difference
     * @param s receives the sums
     */
    void squares(float[] x, int xo, float[] t, int to, int n, int rows, float eps, Sums s);

    /**
     * Writes, or adds, {@code (x - t + eps)} times a factor of each row. A row whose factor is 0 gets zeros, one whose
     * factor is NaN is left alone.
     *
     * @param x rows one after another
     * @param xo index of the first element
     * @param t others
     * @param to index of the first element
     * @param n their length
     * @param rows their number
     * @param eps added to each difference
     * @param factors one for each row
     * @param sign 1, or -1 for the opposite
     * @param add whether to add
     * @param out receives rows one after another; no part of the inputs
     * @param oo index of the first element
     */
    void gradients(float[] x, int xo, float[] t, int to, int n, int rows, float eps, float[] factors, float sign,
            boolean add, float[] out, int oo);

    /** Some elements of one row of {@link #gradients}: what does not fill a vector. */
    static void row(float[] x, int xo, float[] t, int to, int from, int n, float eps, float factor, float sign,
            boolean add, float[] out, int oo) {
        if (factor != factor || factor == 0 && add) {
            return;
        }
        for (int i = from; i < n; i++) {
            float g = factor == 0 ? 0 : (x[xo + i] - t[to + i] + eps) * factor * sign;
            out[oo + i] = add ? out[oo + i] + g : g;
        }
    }

    /** The sums of rows, and what one is added up in: lanes and blocks as those of a {@link PointwiseKernel}. */
    final class Sums {

        /** Of each row. */
        public final double[] ofRow;

        /** Of the block in hand. */
        public final float[] lanes = new float[PointwiseKernel.LANES];

        private final double[] blocks = new double[PointwiseKernel.LANES];
        private boolean manyBlocks;

        /** For a number of rows. */
        public Sums(int rows) {
            ofRow = new double[rows];
        }

        /** Sets out on a row; all lanes need clearing, unless vectors are going to set them. */
        public void begin(boolean lanesAreSet) {
            if (!lanesAreSet) {
                Arrays.fill(lanes, 0);
            }
            manyBlocks = false;
        }

        /** Adds the square of element i of the row. */
        public void add(float e, int i) {
            if (i > 0 && i % PointwiseKernel.BLOCK == 0) {
                closeBlock();
                Arrays.fill(lanes, 0);
            }
            int lane = i % PointwiseKernel.LANES;
            lanes[lane] = Fma.fma(e * e, PointwiseKernel.SUM_SCALE, lanes[lane]);
        }

        /** Adds the lanes of a block that another follows to those of the blocks before. */
        public void closeBlock() {
            for (int i = 0; i < lanes.length; i++) {
                blocks[i] = (manyBlocks ? blocks[i] : 0) + lanes[i];
            }
            manyBlocks = true;
        }

        /** Ends a row: the lanes are added by halves. */
        public void end(int row) {
            float[] a = lanes;
            if (manyBlocks) {
                closeBlock();
                double[] b = blocks;
                for (int half = b.length / 2; half > 0; half /= 2) {
                    for (int i = 0; i < half; i++) {
                        b[i] += b[i + half];
                    }
                }
                ofRow[row] = b[0] / PointwiseKernel.SUM_SCALE;
                return;
            }
            double s0 = (double) a[0] + a[8] + ((double) a[4] + a[12]);
            double s1 = (double) a[1] + a[9] + ((double) a[5] + a[13]);
            double s2 = (double) a[2] + a[10] + ((double) a[6] + a[14]);
            double s3 = (double) a[3] + a[11] + ((double) a[7] + a[15]);
            ofRow[row] = (s0 + s2 + (s1 + s3)) / PointwiseKernel.SUM_SCALE;
        }
    }
}
