// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

/**
 * The p-norm of the difference, for p other than 1 and 2. Powers are taken of {@code |z| / M}, M the largest |z|: they
 * neither overflow nor all vanish, and {@code (|z|/d)^(p-1)} is {@code (|z|/M)^(p-1) (M/d)^(p-1)}.
 *
 * @param p above 1
 * @param eps added to each coordinate's difference
 */
public record PowerDistance(float p, float eps) implements RowDistance {

    @Override
    public double between(RowPair pair) {
        float largest = pair.largest(eps);
        if (largest == Float.POSITIVE_INFINITY) {
            return largest;
        }
        // Of nothing but zeros any power is 0, and NaNs stay NaN.
        pair.first = largest == 0 ? 1 : largest;
        return pair.first / pair.part() * Math.pow(pair.powers(eps, (float) pair.first, p), 1 / (double) p);
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        double scale = factor * Math.pow(pair.perDistance(pair.first / pair.part()), (double) p - 1);
        pair.powerSlopes(eps, (float) pair.first, p, side == 0 ? scale : -scale, out, from);
    }
}
