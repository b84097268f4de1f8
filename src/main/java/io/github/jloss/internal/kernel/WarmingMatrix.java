// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.Warmup.Race;
import java.util.Arrays;

/** Scalar products until those on vectors, with the same bits, are compiled. See {@link Warmup}. */
final class WarmingMatrix implements MatrixKernel {

    /** Of the matrices of a round: whole panels, and a depth that is no multiple of anything. */
    private static final int DEPTH = 37;
    private static final int COLUMNS = 4 * LANES;

    private final MatrixKernel vector;
    private final MatrixKernel scalar;
    private final Warmup.Usage usage = new Warmup.Usage();
    private volatile MatrixKernel now;

    WarmingMatrix(MatrixKernel vector) {
        this.vector = vector;
        scalar = new ScalarMatrix(vector.columns());
        now = scalar;
    }

    /** The best there is, after some products. */
    private MatrixKernel best(int products) {
        if (now == scalar && usage.isEnough(products)) {
            Warmup.run(new Race(new Round(vector), new Round(scalar), won -> usage.end(won, () -> now = vector)));
        }
        return now;
    }

    /** Every loop once. */
    private static final class Round implements Runnable {
        private final MatrixKernel kernel;
        private final float[] a = new float[COLUMNS * COLUMNS];
        private final float[] b = new float[COLUMNS * COLUMNS];
        private final float[] c = new float[COLUMNS * COLUMNS];
        private final float[] numbers = new float[COLUMNS];
        private final double[] lanes = new double[LANES];

        Round(MatrixKernel kernel) {
            this.kernel = kernel;
            Arrays.fill(a, 0.01f);
            Arrays.fill(b, 0.02f);
            Arrays.fill(numbers, 0.5f);
        }

        @Override
        public void run() {
            int panel = kernel.columns();
            Arrays.fill(c, 0);
            kernel.multiply(a, 0, DEPTH, 1, b, 0, c, 0, panel, DEPTH, panel);
            kernel.multiply(a, 0, 1, ROWS, b, 0, c, 0, panel, DEPTH, Math.min(panel, LANES));
            lanes[0] = kernel.dot(a, 0, b, 0, COLUMNS + DEPTH, lanes);
            kernel.pack(a, 0, DEPTH, numbers, 0, ROWS, Math.min(panel, DEPTH), c);
            kernel.maxima(a, 0, numbers, 0, ROWS, COLUMNS, c, 0);
            kernel.distances(a, 0, numbers, 0, ROWS, COLUMNS, numbers, 0, c, 0);
            kernel.sums(a, ROWS, COLUMNS, c, 0);
            kernel.scale(c, 0, ROWS, COLUMNS, numbers);
        }
    }

    @Override
    public int columns() {
        return vector.columns();
    }

    @Override
    public void multiply(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm, int depth,
            int columns) {
        best(depth * columns).multiply(a, ao, am, ak, b, bo, c, co, cm, depth, columns);
    }

    @Override
    public double dot(float[] a, int ao, float[] b, int bo, int n, double[] lanes) {
        return best(n).dot(a, ao, b, bo, n, lanes);
    }

    @Override
    public void pack(float[] a, int ao, int am, float[] factors, int fo, int count, int n, float[] out) {
        best(n).pack(a, ao, am, factors, fo, count, n, out);
    }

    @Override
    public void maxima(float[] z, int zo, float[] factors, int fo, int count, int n, float[] out, int oo) {
        best(n).maxima(z, zo, factors, fo, count, n, out, oo);
    }

    @Override
    public void distances(float[] z, int zo, float[] factors, int fo, int count, int n, float[] tops, int to,
            float[] out, int oo) {
        best(n).distances(z, zo, factors, fo, count, n, tops, to, out, oo);
    }

    @Override
    public void sums(float[] z, int count, int n, float[] out, int oo) {
        best(n).sums(z, count, n, out, oo);
    }

    @Override
    public void scale(float[] z, int zo, int count, int n, float[] factors) {
        best(n).scale(z, zo, count, n, factors);
    }
}
