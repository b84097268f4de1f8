// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.Arrays;

/** Pairs of rows in scalar Java; what comes after the last whole vector as well. */
public final class ScalarPairs implements PairKernel {

    /** The only one. */
    public static final ScalarPairs INSTANCE = new ScalarPairs();

    private ScalarPairs() {}

    @Override
    public void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, RowSums sums) {
        for (int r = 0; r < rows; r++) {
            sums.begin();
            for (int i = 0; i < n; i++) {
                float e = a[r] * x.array[x.from + r * n + i] - b[r] * t.array[t.from + r * n + i] + eps;
                sums.add(i, e * e);
            }
            sums.end(r, n);
        }
    }

    @Override
    public void products(Row x, Row t, int n, int rows, RowSums xx, RowSums tt, RowSums xt) {
        for (int r = 0; r < rows; r++) {
            xx.begin();
            tt.begin();
            xt.begin();
            for (int i = 0; i < n; i++) {
                float u = x.array[x.from + r * n + i];
                float v = t.array[t.from + r * n + i];
                xx.add(i, u * u);
                tt.add(i, v * v);
                xt.add(i, u * v);
            }
            xx.end(r, n);
            tt.end(r, n);
            xt.end(r, n);
        }
    }

    @Override
    public void spread(float[] numbers, int n, int from, int to, float[] out) {
        for (int r = from; r < to; r++) {
            Arrays.fill(out, r * n, (r + 1) * n, numbers[r]);
        }
    }

    @Override
    public void differences(Row x, Row t, int from, int to, float eps, float[] a, Row out1, Row out2) {
        for (int i = from; i < to; i++) {
            float g = (x.array[x.from + i] - t.array[t.from + i] + eps) * a[i];
            out1.array[out1.from + i] = 0f + g;
            out2.array[out2.from + i] = 0f - g;
        }
    }

    @Override
    public void combinations(Row x, Row t, int from, int to, float[] a, float[] b, float[] c, Row out1, Row out2) {
        for (int i = from; i < to; i++) {
            float u = x.array[x.from + i];
            float v = t.array[t.from + i];
            out1.array[out1.from + i] = a[i] * u - b[i] * v + 0f;
            out2.array[out2.from + i] = c[i] * v - b[i] * u + 0f;
        }
    }

    @Override
    public void add(Row x, int from, int to, Row out) {
        for (int i = from; i < to; i++) {
            out.array[out.from + i] += x.array[x.from + i];
        }
    }
}
