// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

/** The squared norm of the difference. */
public record SquaredEuclideanDistance() implements RowDistance {

    @Override
    public double between(RowPair pair) {
        return pair.squares(0);
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        pair.differences(0, side == 0 ? 2 * factor : -2 * factor, out, from);
    }
}
