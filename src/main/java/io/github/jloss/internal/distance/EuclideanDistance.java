// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

/**
 * The norm of the difference.
 *
 * @param eps added to each coordinate's difference
 */
public record EuclideanDistance(float eps) implements RowDistance {

    @Override
    public double between(RowPair pair) {
        return Math.sqrt(pair.squares(eps));
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        double scale = pair.perDistance(factor);
        pair.differences(eps, side == 0 ? scale : -scale, out, from);
    }
}
