// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

/**
 * The sum of absolute differences.
 *
 * @param eps added to each coordinate's difference
 */
public record ManhattanDistance(float eps) implements RowDistance {

    @Override
    public double between(RowPair pair) {
        return pair.absolutes(eps);
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        pair.signs(eps, side == 0 ? factor : -factor, out, from);
    }
}
