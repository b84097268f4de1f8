// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.PairKernel;
import io.github.jloss.internal.kernel.Row;
import io.github.jloss.internal.kernel.RowSums;

/**
 * Many pairs of rows whose distances are taken, with the passes over them that distances are made of, and what a
 * distance keeps from its values for its gradients.
 */
final class PairBlock {

    /** Their distances; NaN where {@link RowPair} must take it. */
    final double[] distance;

    /** The factors on the distances' derivatives. */
    final double[] factor;

    /** Numbers of the distance's own. */
    final double[] first;

    /** Numbers of the distance's own. */
    final double[] second;

    /** What {@link #squares} takes, or {@link #differences} and {@link #combinations} do. */
    final float[] a;

    /** What {@link #squares} takes, or {@link #differences} and {@link #combinations} do. */
    final float[] b;

    /** What {@link #combinations} takes. */
    final float[] c;

    /** What {@link #squares} found, or {@link #products}. */
    final RowSums sums;

    /** What {@link #products} found. */
    final RowSums sumsOfT;

    /** What {@link #products} found. */
    final RowSums sumsOfProducts;

    private final float[][] spread;

    private PairKernel kernel;
    private Row x;
    private Row t;
    private int n;
    private int rows;

    /** For a number of rows, with arrays for what is spread over their elements. */
    PairBlock(int mostRows, float[]... spread) {
        distance = new double[mostRows];
        factor = new double[mostRows];
        first = new double[mostRows];
        second = new double[mostRows];
        a = new float[mostRows];
        b = new float[mostRows];
        c = new float[mostRows];
        sums = new RowSums(mostRows);
        sumsOfT = new RowSums(mostRows);
        sumsOfProducts = new RowSums(mostRows);
        this.spread = spread;
    }

    void use(Kernels kernels, Row x1, Row x2, int length, int count) {
        kernel = kernels.pairs();
        x = x1;
        t = x2;
        n = length;
        rows = count;
    }

    int rows() {
        return rows;
    }

    int length() {
        return n;
    }

    /** Takes the sums of {@code (a x - b t + eps)²}. */
    void squares(float eps) {
        kernel.squares(x, t, n, rows, a, b, eps, sums);
    }

    /** Takes the sums of x², t² and xt. */
    void products() {
        kernel.products(x, t, n, rows, sums, sumsOfT, sumsOfProducts);
    }

    /** Writes {@code (x - t + eps) a} of some rows, and the opposite. */
    void differences(float eps, int from, int to, Row out1, Row out2) {
        kernel.spread(a, n, from, to, spread[0]);
        kernel.differences(x, t, from * n, to * n, eps, spread[0], out1, out2);
    }

    /** Writes {@code a x - b t} and {@code c t - b x} of some rows. */
    void combinations(int from, int to, Row out1, Row out2) {
        kernel.spread(a, n, from, to, spread[0]);
        kernel.spread(b, n, from, to, spread[1]);
        kernel.spread(c, n, from, to, spread[2]);
        kernel.combinations(x, t, from * n, to * n, spread[0], spread[1], spread[2], out1, out2);
    }
}
