// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.Arrays;

/** Matrix products in scalar Java. */
public final class ScalarMatrix implements MatrixKernel {

    /** With the narrowest panels. */
    public static final ScalarMatrix INSTANCE = new ScalarMatrix(LANES);

    private final int panel;

    /**
     * With panels as wide as those of another kernel, which may then go on where this one stopped.
     *
     * @param panel columns of a panel
     */
    ScalarMatrix(int panel) {
        this.panel = panel;
    }

    @Override
    public int columns() {
        return panel;
    }

    @Override
    public void multiply(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm, int depth,
            int columns) {
        for (int r = 0; r < ROWS; r++) {
            for (int k = 0; k < depth; k++) {
                float x = a[ao + r * am + k * ak];
                for (int i = 0; i < columns; i++) {
                    c[co + r * cm + i] = Fma.fma(x, b[bo + k * panel + i], c[co + r * cm + i]);
                }
            }
        }
    }

    @Override
    public double dot(float[] a, int ao, float[] b, int bo, int n, double[] lanes) {
        Arrays.fill(lanes, 0);
        return MatrixKernel.finishDot(a, ao, b, bo, 0, n, lanes);
    }

    @Override
    public void pack(float[] a, int ao, int am, float[] factors, int fo, int count, int n, float[] out) {
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                out[j * panel + i] = a[ao + j * am + i] * factors[fo + j];
            }
        }
    }

    @Override
    public void maxima(float[] z, int zo, float[] factors, int fo, int count, int n, float[] out, int oo) {
        Arrays.fill(out, oo, oo + n, -Float.MAX_VALUE);
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                float x = z[zo + j * n + i] * factors[fo + j];
                out[oo + i] = out[oo + i] < x ? x : out[oo + i];
            }
        }
    }

    @Override
    public void distances(float[] z, int zo, float[] factors, int fo, int count, int n, float[] tops, int to,
            float[] out, int oo) {
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                out[oo + j * n + i] = Fma.fma(z[zo + j * n + i], -factors[fo + j], tops[to + i]);
            }
        }
    }

    @Override
    public void sums(float[] z, int count, int n, float[] out, int oo) {
        Arrays.fill(out, oo, oo + n, 0);
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                out[oo + i] += z[j * n + i];
            }
        }
    }

    @Override
    public void scale(float[] z, int zo, int count, int n, float[] factors) {
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                z[zo + j * n + i] *= factors[i];
            }
        }
    }
}
