// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.Warmup.Race;
import java.util.Arrays;

/** Scalar differences until those on vectors, with the same bits, are compiled. See {@link Warmup}. */
final class WarmingRowDifferences implements RowDifferences {

    /** Rows of a round, and their lengths: short ones, with and without a tail, and one of two blocks. */
    private static final int ROWS = 32;
    private static final int[] LENGTHS = {16, 40, PointwiseKernel.BLOCK + 5};

    private final RowDifferences vector;
    private final Warmup.Usage usage = new Warmup.Usage();
    private volatile RowDifferences now = SCALAR;

    WarmingRowDifferences(RowDifferences vector) {
        this.vector = vector;
    }

    private void used(int n) {
        if (now == SCALAR && usage.isEnough(n)) {
            Warmup.run(new Race(new Round(vector), new Round(SCALAR), won -> usage.end(won, () -> now = vector)));
        }
    }

    /** Rows of all lengths once. */
    private static final class Round implements Runnable {
        private final RowDifferences differences;
        private final float[] x = new float[ROWS * LENGTHS[LENGTHS.length - 1]];
        private final float[] t = new float[x.length];
        private final float[] out = new float[x.length];
        private final float[] factors = new float[ROWS];
        private final Sums sums = new Sums(ROWS);
        private boolean add;

        Round(RowDifferences differences) {
            this.differences = differences;
            Arrays.fill(x, 0.5f);
            for (int r = 0; r < ROWS; r++) {
                factors[r] = r % 4 * 0.1f;
            }
        }

        @Override
        public void run() {
            for (int n : LENGTHS) {
                differences.squares(x, 0, t, 0, n, ROWS, 1e-6f, sums);
                differences.gradients(x, 0, t, 0, n, ROWS, 1e-6f, factors, add ? -1 : 1, add, out, 0);
            }
            add = !add;
            if (add) {
                Arrays.fill(out, 0);
            }
        }
    }

    @Override
    public void squares(float[] x, int xo, float[] t, int to, int n, int rows, float eps, Sums s) {
        now.squares(x, xo, t, to, n, rows, eps, s);
        used(n * rows);
    }

    @Override
    public void gradients(float[] x, int xo, float[] t, int to, int n, int rows, float eps, float[] factors,
            float sign, boolean add, float[] out, int oo) {
        now.gradients(x, xo, t, to, n, rows, eps, factors, sign, add, out, oo);
        used(n * rows);
    }
}
