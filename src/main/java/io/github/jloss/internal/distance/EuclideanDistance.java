// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.internal.kernel.Row;

/**
 * The norm of the difference.
 *
 * @param eps added to each coordinate's difference
 */
public record EuclideanDistance(float eps) implements BlockDistance {

    @Override
    public double between(RowPair pair) {
        return Math.sqrt(pair.squares(eps));
    }

    @Override
    public void gradient(RowPair pair, int side, double factor, float[] out, int from) {
        double scale = pair.perDistance(factor);
        pair.differences(eps, side == 0 ? scale : -scale, out, from);
    }

    @Override
    public void between(PairBlock block) {
        Differences.squares(block, eps);
        double[] distance = block.distance;
        for (int r = 0; r < block.rows(); r++) {
            distance[r] = Math.sqrt(distance[r]);
        }
    }

    @Override
    public void prepare(PairBlock block) {
        for (int r = 0; r < block.rows(); r++) {
            block.factor[r] /= block.distance[r];
        }
        Differences.prepare(block);
    }

    @Override
    public void gradients(PairBlock block, int from, int to, Row first, Row second) {
        block.differences(eps, from, to, first, second);
    }
}
