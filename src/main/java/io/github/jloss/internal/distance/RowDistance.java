// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Distance;
import io.github.jloss.internal.kernel.Kernels;

/** A distance of the library's own: a pass or two of SIMD formulas over two rows, and arithmetic in double. */
public interface RowDistance extends Distance {

    /** The distance; may leave numbers in the pair for {@link #gradient(RowPair, int, double, float[], int)}. */
    double between(RowPair pair);

    /**
     * Whether the derivatives with respect to both sides differ only in their signs.
     *
     * @return true for a function of differences
     */
    default boolean isOdd() {
        return true;
    }

    /** Writes the derivative with respect to one side (0 or 1), times a factor, after {@link #between(RowPair)}. */
    void gradient(RowPair pair, int side, double factor, float[] out, int from);

    @Override
    default double between(float[] x1, int from1, float[] x2, int from2, int n) {
        RowPair pair = RowPair.PAIRS.take();
        pair.use(Kernels.BEST, x1, from1, x2, from2, n);
        try {
            return pair.measure(this);
        } finally {
            pair.forget();
            RowPair.PAIRS.give(pair);
        }
    }

    @Override
    default void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance, float[] gradient1,
            float[] gradient2) {
        RowPair pair = RowPair.PAIRS.take();
        pair.use(Kernels.BEST, x1, from1, x2, from2, n);
        try {
            pair.measure(this);
            gradient(pair, 0, 1, gradient1, 0);
            gradient(pair, 1, 1, gradient2, 0);
        } finally {
            pair.forget();
            RowPair.PAIRS.give(pair);
        }
    }
}
