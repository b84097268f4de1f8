// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.internal.kernel.Row;

/** The squared norm of the difference. */
public record SquaredEuclideanDistance() implements BlockDistance {

    @Override
    public double between(RowPair pair) {
        return pair.squares(0);
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        pair.differences(0, side == 0 ? 2 * factor : -2 * factor, out, from);
    }

    @Override
    public void between(PairBlock block) {
        Differences.squares(block, 0);
    }

    @Override
    public void prepare(PairBlock block) {
        for (int r = 0; r < block.rows(); r++) {
            block.factor[r] *= 2;
        }
        Differences.prepare(block);
    }

    @Override
    public void gradients(PairBlock block, int from, int to, Row first, Row second) {
        block.differences(0, from, to, first, second);
    }
}
