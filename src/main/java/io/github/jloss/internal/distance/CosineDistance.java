// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.internal.kernel.Row;

/** One minus the cosine, regularised as torch's {@code cosine_embedding_loss}. */
public record CosineDistance() implements BlockDistance {

    /** torch's constant, a float. */
    private static final double EPS = 1e-12f;

    @Override
    public boolean isOdd() {
        return false;
    }

    /** Leaves the reciprocals of both regularised norms in the pair. */
    @Override
    public double between(RowPair pair) {
        pair.products(1, 1);
        // Squares beyond float's range: once more, with the rows they are of divided by 2^100.
        float factorX = pair.sumOfX == Double.POSITIVE_INFINITY ? 1 / RowPair.RESCALE : 1;
        float factorT = pair.sumOfT == Double.POSITIVE_INFINITY ? 1 / RowPair.RESCALE : 1;
        if (factorX != 1 || factorT != 1) {
            pair.products(factorX, factorT);
        }
        double a = pair.sumOfX / factorX / factorX + EPS;
        double b = pair.sumOfT / factorT / factorT + EPS;
        pair.first = 1 / Math.sqrt(a);
        pair.second = 1 / Math.sqrt(b);
        double cosine = pair.sumOfProducts / factorX / factorT * (pair.first * pair.second);
        if (cosine > 0.5) {
            // 1 - c = (1 - |v|²)/2 + (1 - |w|²)/2 + |v - w|²/2 with v = x1 / sqrt(A), w = x2 / sqrt(B).
            return (EPS / a + EPS / b + pair.squaredCombination(pair.first, pair.second)) / 2;
        }
        return 1 - cosine;
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        double cosine = 1 - pair.distance;
        if (side == 0) {
            pair.combination(cosine * pair.first, pair.second, factor * pair.first, out, from);
        } else {
            pair.combination(-pair.first, -cosine * pair.second, factor * pair.second, out, from);
        }
    }

    @Override
    public void between(PairBlock block) {
        block.products();
        boolean close = false;
        for (int r = 0; r < block.rows(); r++) {
            double xx = block.sums.of[r] + EPS;
            double tt = block.sumsOfT.of[r] + EPS;
            block.first[r] = 1 / Math.sqrt(xx);
            block.second[r] = 1 / Math.sqrt(tt);
            double cosine = block.sumsOfProducts.of[r] * (block.first[r] * block.second[r]);
            block.distance[r] = xx + tt < Double.POSITIVE_INFINITY ? 1 - cosine : Double.NaN;
            close |= cosine > 0.5;
        }
        if (close) {
            closeOnes(block);
        }
    }

    /** As {@link #between(RowPair)} where the cosine is above 1/2. */
    private static void closeOnes(PairBlock block) {
        for (int r = 0; r < block.rows(); r++) {
            block.a[r] = (float) block.first[r];
            block.b[r] = (float) block.second[r];
            block.factor[r] = EPS / (block.sums.of[r] + EPS) + EPS / (block.sumsOfT.of[r] + EPS);
        }
        block.squares(0);
        for (int r = 0; r < block.rows(); r++) {
            if (block.distance[r] < 0.5) {
                block.distance[r] = (block.factor[r] + block.sums.of[r]) / 2;
            }
        }
    }

    /** The derivatives are {@code f c x / |x|² - f t / (|x| |t|)}, and the same with x and t exchanged. */
    @Override
    public void prepare(PairBlock block) {
        for (int r = 0; r < block.rows(); r++) {
            double first = block.first[r];
            double second = block.second[r];
            double factor = block.factor[r];
            double cosine = 1 - block.distance[r];
            block.a[r] = Differences.inRange(block, r, factor * cosine * (first * first));
            block.b[r] = Differences.inRange(block, r, factor * first * second);
            block.c[r] = Differences.inRange(block, r, factor * cosine * (second * second));
        }
    }

    @Override
    public void gradients(PairBlock block, int from, int to, Row first, Row second) {
        block.combinations(from, to, first, second);
    }
}
