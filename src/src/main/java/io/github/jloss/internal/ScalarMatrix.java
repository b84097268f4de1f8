package io.github.jloss.internal;

import java.util.Arrays;

/** Matrix products in scalar Java. */
final class ScalarMatrix implements MatrixKernel {

    static final ScalarMatrix INSTANCE = new ScalarMatrix();

    private ScalarMatrix() {}

    @Override
    public int columns() {
        return LANES;
    }

    @Override
    public void multiply(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm, int depth,
            int columns) {
        for (int r = 0; r < ROWS; r++) {
            for (int k = 0; k < depth; k++) {
                float x = a[ao + r * am + k * ak];
                for (int i = 0; i < columns; i++) {
                    c[co + r * cm + i] = Fma.fma(x, b[bo + k * LANES + i], c[co + r * cm + i]);
                }
            }
        }
    }

    @Override
    public double dot(float[] a, int ao, float[] b, int bo, int n, double[] lanes) {
        Arrays.fill(lanes, 0);
        return MatrixKernel.finishDot(a, ao, b, bo, 0, n, lanes);
    }
}
