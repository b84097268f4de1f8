// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.Warmup.Race;
import java.util.Arrays;

/** Scalar pairs until those on vectors, with the same bits, are compiled. See {@link Warmup}. */
final class WarmingPairs implements PairKernel {

    /** Rows of a round, and their lengths: few elements, one vector, a tail, two blocks. */
    private static final int ROWS = 32;
    private static final int[] LENGTHS = {4, 16, 40, PointwiseKernel.BLOCK + 5};

    private final PairKernel vector;
    private final Warmup.Usage usage = new Warmup.Usage();
    private volatile PairKernel now = ScalarPairs.INSTANCE;

    WarmingPairs(PairKernel vector) {
        this.vector = vector;
    }

    /** The best there is, after some elements. */
    private PairKernel best(int elements) {
        if (now == ScalarPairs.INSTANCE && usage.isEnough(elements)) {
            Warmup.run(new Race(new Round(vector), new Round(ScalarPairs.INSTANCE),
                    won -> usage.end(won, () -> now = vector)));
        }
        return now;
    }

    /** Rows of all lengths once. */
    private static final class Round implements Runnable {
        private final PairKernel kernel;
        private final Row x = row(0.5f);
        private final Row t = row(0.25f);
        private final Row out1 = row(0);
        private final Row out2 = row(0);
        private final float[] numbers = new float[ROWS];
        private final float[] spread;
        private final RowSums xx = new RowSums(ROWS);
        private final RowSums tt = new RowSums(ROWS);
        private final RowSums xt = new RowSums(ROWS);

        Round(PairKernel kernel) {
            this.kernel = kernel;
            spread = new float[x.array.length + SLACK];
            Arrays.fill(numbers, 0.7f);
        }

        private static Row row(float value) {
            Row row = new Row();
            row.own(ROWS * LENGTHS[LENGTHS.length - 1]);
            Arrays.fill(row.array, value);
            return row;
        }

        @Override
        public void run() {
            for (int n : LENGTHS) {
                kernel.squares(x, t, n, ROWS, numbers, numbers, 1e-6f, xx);
                kernel.products(x, t, n, ROWS, xx, tt, xt);
                kernel.spread(numbers, n, 0, ROWS, spread);
                kernel.differences(x, t, 0, n * ROWS, 1e-6f, spread, out1, out2);
                kernel.combinations(x, t, 0, n * ROWS, spread, spread, spread, out1, out2);
                kernel.add(x, 0, n * ROWS, out1);
            }
        }
    }

    @Override
    public void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, RowSums sums) {
        best(n * rows).squares(x, t, n, rows, a, b, eps, sums);
    }

    @Override
    public void products(Row x, Row t, int n, int rows, RowSums xx, RowSums tt, RowSums xt) {
        best(n * rows).products(x, t, n, rows, xx, tt, xt);
    }

    @Override
    public void spread(float[] numbers, int n, int from, int to, float[] out) {
        now.spread(numbers, n, from, to, out);
    }

    @Override
    public void differences(Row x, Row t, int from, int to, float eps, float[] a, Row out1, Row out2) {
        best(to - from).differences(x, t, from, to, eps, a, out1, out2);
    }

    @Override
    public void combinations(Row x, Row t, int from, int to, float[] a, float[] b, float[] c, Row out1, Row out2) {
        best(to - from).combinations(x, t, from, to, a, b, c, out1, out2);
    }

    @Override
    public void add(Row x, int from, int to, Row out) {
        now.add(x, from, to, out);
    }
}
