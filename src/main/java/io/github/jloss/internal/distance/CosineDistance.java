// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

/** One minus the cosine, regularised as torch's {@code cosine_embedding_loss}. */
public record CosineDistance() implements RowDistance {

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
}
