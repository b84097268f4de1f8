// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.RowDifferences;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Differences of rows on vectors; what does not fill all lanes of a sum is added one by one. */
public final class SimdRowDifferences implements RowDifferences {

    /** The only one. */
    public static final SimdRowDifferences INSTANCE = new SimdRowDifferences();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int WIDTH = SPECIES.length();
    private static final int LANES = PointwiseKernel.LANES;
    private static final int BLOCK = PointwiseKernel.BLOCK;
    private static final float SUM_SCALE = PointwiseKernel.SUM_SCALE;

    private SimdRowDifferences() {}

    @Override
    public void squares(float[] x, int xo, float[] t, int to, int n, int rows, float eps, Sums s) {
        int whole = n - n % LANES;
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n;
            int tr = to + r * n;
            s.begin(whole > 0);
            for (int block = 0; block < whole; block += BLOCK) {
                int end = Math.min(whole, block + BLOCK);
                for (int part = 0; part < LANES; part += WIDTH) {
                    FloatVector sum = FloatVector.zero(SPECIES);
                    for (int i = block + part; i < end; i += LANES) {
                        FloatVector e = FloatVector.fromArray(SPECIES, x, xr + i)
                                .sub(FloatVector.fromArray(SPECIES, t, tr + i)).add(eps);
                        FloatVector square = e.mul(e);
                        sum = Fma.FUSED ? square.fma(FloatVector.broadcast(SPECIES, SUM_SCALE), sum)
                                : square.mul(SUM_SCALE).add(sum);
                    }
                    sum.intoArray(s.lanes, part);
                }
                if (end < whole) {
                    s.closeBlock();
                }
            }
            for (int i = whole; i < n; i++) {
                s.add(x[xr + i] - t[tr + i] + eps, i);
            }
            s.end(r);
        }
    }

    @Override
    public void gradients(float[] x, int xo, float[] t, int to, int n, int rows, float eps, float[] factors,
            float sign, boolean add, float[] out, int oo) {
        int whole = SPECIES.loopBound(n);
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n;
            int tr = to + r * n;
            int or = oo + r * n;
            float factor = factors[r];
            if (factor < 0 || factor > 0) {
                // Exact, so that the order of the two products does not matter.
                float signed = factor * sign;
                for (int i = 0; i < whole; i += WIDTH) {
                    FloatVector g = FloatVector.fromArray(SPECIES, x, xr + i)
                            .sub(FloatVector.fromArray(SPECIES, t, tr + i)).add(eps).mul(signed);
                    (add ? FloatVector.fromArray(SPECIES, out, or + i).add(g) : g).intoArray(out, or + i);
                }
                RowDifferences.row(x, xr, t, tr, whole, n, eps, factor, sign, add, out, or);
            } else {
                RowDifferences.row(x, xr, t, tr, 0, n, eps, factor, sign, add, out, or);
            }
        }
    }
}
