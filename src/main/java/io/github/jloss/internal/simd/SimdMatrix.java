// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.MatrixKernel;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products on vectors. A piece of the product, 6 rows of 4 vectors at 512 bits and of 2 vectors where the
 * processor has half the registers, stays in registers over the whole inner dimension: 24 fused multiply-adds for 10
 * loads, some 150 GFLOP/s on one core of 3 GHz with AVX-512.
 *
 * <p>The loop is written out, variable by variable, because the JIT compiler keeps vectors in registers only if they
 * are local variables and the loop calls nothing but the JDK's own.
 */
public final class SimdMatrix implements MatrixKernel {

    /** The only one. */
    public static final SimdMatrix INSTANCE = new SimdMatrix();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int WIDTH = SPECIES.length();

    /** Whether there are 32 registers, and a piece is 4 vectors wide. */
    private static final boolean WIDE = WIDTH == LANES;

    private static final int COLUMNS = (WIDE ? 4 : 2) * WIDTH;

    private SimdMatrix() {}

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void multiply(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm, int depth,
            int columns) {
        if (columns == COLUMNS) {
            whole(a, ao, am, ak, b, bo, c, co, cm, depth);
        } else {
            for (int i = 0; i < columns; i += WIDTH) {
                column(a, ao, am, ak, b, bo + i, c, co + i, cm, depth);
            }
        }
    }

    private static void whole(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm,
            int depth) {
        int co1 = co + cm;
        int co2 = co + 2 * cm;
        int co3 = co + 3 * cm;
        int co4 = co + 4 * cm;
        int co5 = co + 5 * cm;
        FloatVector c00 = FloatVector.fromArray(SPECIES, c, co);
        FloatVector c01 = FloatVector.fromArray(SPECIES, c, co + WIDTH);
        FloatVector c02 = WIDE ? FloatVector.fromArray(SPECIES, c, co + 2 * WIDTH) : c00;
        FloatVector c03 = WIDE ? FloatVector.fromArray(SPECIES, c, co + 3 * WIDTH) : c00;
        FloatVector c10 = FloatVector.fromArray(SPECIES, c, co1);
        FloatVector c11 = FloatVector.fromArray(SPECIES, c, co1 + WIDTH);
        FloatVector c12 = WIDE ? FloatVector.fromArray(SPECIES, c, co1 + 2 * WIDTH) : c10;
        FloatVector c13 = WIDE ? FloatVector.fromArray(SPECIES, c, co1 + 3 * WIDTH) : c10;
        FloatVector c20 = FloatVector.fromArray(SPECIES, c, co2);
        FloatVector c21 = FloatVector.fromArray(SPECIES, c, co2 + WIDTH);
        FloatVector c22 = WIDE ? FloatVector.fromArray(SPECIES, c, co2 + 2 * WIDTH) : c20;
        FloatVector c23 = WIDE ? FloatVector.fromArray(SPECIES, c, co2 + 3 * WIDTH) : c20;
        FloatVector c30 = FloatVector.fromArray(SPECIES, c, co3);
        FloatVector c31 = FloatVector.fromArray(SPECIES, c, co3 + WIDTH);
        FloatVector c32 = WIDE ? FloatVector.fromArray(SPECIES, c, co3 + 2 * WIDTH) : c30;
        FloatVector c33 = WIDE ? FloatVector.fromArray(SPECIES, c, co3 + 3 * WIDTH) : c30;
        FloatVector c40 = FloatVector.fromArray(SPECIES, c, co4);
        FloatVector c41 = FloatVector.fromArray(SPECIES, c, co4 + WIDTH);
        FloatVector c42 = WIDE ? FloatVector.fromArray(SPECIES, c, co4 + 2 * WIDTH) : c40;
        FloatVector c43 = WIDE ? FloatVector.fromArray(SPECIES, c, co4 + 3 * WIDTH) : c40;
        FloatVector c50 = FloatVector.fromArray(SPECIES, c, co5);
        FloatVector c51 = FloatVector.fromArray(SPECIES, c, co5 + WIDTH);
        FloatVector c52 = WIDE ? FloatVector.fromArray(SPECIES, c, co5 + 2 * WIDTH) : c50;
        FloatVector c53 = WIDE ? FloatVector.fromArray(SPECIES, c, co5 + 3 * WIDTH) : c50;
        for (int k = 0; k < depth; k++) {
            int at = ao + k * ak;
            int bt = bo + k * COLUMNS;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bt);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bt + WIDTH);
            FloatVector b2 = WIDE ? FloatVector.fromArray(SPECIES, b, bt + 2 * WIDTH) : b0;
            FloatVector b3 = WIDE ? FloatVector.fromArray(SPECIES, b, bt + 3 * WIDTH) : b0;
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            if (WIDE) {
                c02 = a0.fma(b2, c02);
                c03 = a0.fma(b3, c03);
            }
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[at + am]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            if (WIDE) {
                c12 = a1.fma(b2, c12);
                c13 = a1.fma(b3, c13);
            }
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[at + 2 * am]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            if (WIDE) {
                c22 = a2.fma(b2, c22);
                c23 = a2.fma(b3, c23);
            }
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[at + 3 * am]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            if (WIDE) {
                c32 = a3.fma(b2, c32);
                c33 = a3.fma(b3, c33);
            }
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[at + 4 * am]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            if (WIDE) {
                c42 = a4.fma(b2, c42);
                c43 = a4.fma(b3, c43);
            }
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[at + 5 * am]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            if (WIDE) {
                c52 = a5.fma(b2, c52);
                c53 = a5.fma(b3, c53);
            }
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + WIDTH);
        c10.intoArray(c, co1);
        c11.intoArray(c, co1 + WIDTH);
        c20.intoArray(c, co2);
        c21.intoArray(c, co2 + WIDTH);
        c30.intoArray(c, co3);
        c31.intoArray(c, co3 + WIDTH);
        c40.intoArray(c, co4);
        c41.intoArray(c, co4 + WIDTH);
        c50.intoArray(c, co5);
        c51.intoArray(c, co5 + WIDTH);
        if (WIDE) {
            c02.intoArray(c, co + 2 * WIDTH);
            c03.intoArray(c, co + 3 * WIDTH);
            c12.intoArray(c, co1 + 2 * WIDTH);
            c13.intoArray(c, co1 + 3 * WIDTH);
            c22.intoArray(c, co2 + 2 * WIDTH);
            c23.intoArray(c, co2 + 3 * WIDTH);
            c32.intoArray(c, co3 + 2 * WIDTH);
            c33.intoArray(c, co3 + 3 * WIDTH);
            c42.intoArray(c, co4 + 2 * WIDTH);
            c43.intoArray(c, co4 + 3 * WIDTH);
            c52.intoArray(c, co5 + 2 * WIDTH);
            c53.intoArray(c, co5 + 3 * WIDTH);
        }
    }

    /** One vector of each row: what is left of a product whose columns do not fill a panel. */
    private static void column(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm,
            int depth) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, c, co);
        FloatVector c1 = FloatVector.fromArray(SPECIES, c, co + cm);
        FloatVector c2 = FloatVector.fromArray(SPECIES, c, co + 2 * cm);
        FloatVector c3 = FloatVector.fromArray(SPECIES, c, co + 3 * cm);
        FloatVector c4 = FloatVector.fromArray(SPECIES, c, co + 4 * cm);
        FloatVector c5 = FloatVector.fromArray(SPECIES, c, co + 5 * cm);
        for (int k = 0; k < depth; k++) {
            int at = ao + k * ak;
            FloatVector v = FloatVector.fromArray(SPECIES, b, bo + k * COLUMNS);
            c0 = v.fma(FloatVector.broadcast(SPECIES, a[at]), c0);
            c1 = v.fma(FloatVector.broadcast(SPECIES, a[at + am]), c1);
            c2 = v.fma(FloatVector.broadcast(SPECIES, a[at + 2 * am]), c2);
            c3 = v.fma(FloatVector.broadcast(SPECIES, a[at + 3 * am]), c3);
            c4 = v.fma(FloatVector.broadcast(SPECIES, a[at + 4 * am]), c4);
            c5 = v.fma(FloatVector.broadcast(SPECIES, a[at + 5 * am]), c5);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + cm);
        c2.intoArray(c, co + 2 * cm);
        c3.intoArray(c, co + 3 * cm);
        c4.intoArray(c, co + 4 * cm);
        c5.intoArray(c, co + 5 * cm);
    }

    @Override
    public double dot(float[] a, int ao, float[] b, int bo, int n, double[] lanes) {
        int whole = n - n % LANES;
        for (int part = 0; part < LANES; part += WIDTH) {
            DoubleVector low = DoubleVector.zero(DOUBLES);
            DoubleVector high = low;
            for (int i = part; i < whole; i += LANES) {
                FloatVector x = FloatVector.fromArray(SPECIES, a, ao + i);
                FloatVector y = FloatVector.fromArray(SPECIES, b, bo + i);
                // The product of two floats is exact in double: fused or not makes no difference.
                low = ((DoubleVector) x.convert(VectorOperators.F2D, 0))
                        .mul((DoubleVector) y.convert(VectorOperators.F2D, 0)).add(low);
                high = ((DoubleVector) x.convert(VectorOperators.F2D, 1))
                        .mul((DoubleVector) y.convert(VectorOperators.F2D, 1)).add(high);
            }
            low.intoArray(lanes, part);
            high.intoArray(lanes, part + WIDTH / 2);
        }
        return MatrixKernel.finishDot(a, ao, b, bo, whole, n, lanes);
    }

    @Override
    public void pack(float[] a, int ao, int am, float[] factors, int fo, int count, int n, float[] out) {
        int whole = SPECIES.loopBound(n);
        for (int j = 0; j < count; j++) {
            int at = ao + j * am;
            float factor = factors[fo + j];
            for (int i = 0; i < whole; i += WIDTH) {
                FloatVector.fromArray(SPECIES, a, at + i).mul(factor).intoArray(out, j * COLUMNS + i);
            }
            for (int i = whole; i < n; i++) {
                out[j * COLUMNS + i] = a[at + i] * factor;
            }
        }
    }

    /** Compared and chosen, not {@code FloatVector.max}, which takes six instructions to order zeros and NaNs. */
    @Override
    public void maxima(float[] z, int zo, float[] factors, int fo, int count, int n, float[] out, int oo) {
        for (int i = 0; i < n; i += WIDTH) {
            FloatVector most = FloatVector.broadcast(SPECIES, -Float.MAX_VALUE);
            for (int j = 0; j < count; j++) {
                FloatVector x = FloatVector.fromArray(SPECIES, z, zo + j * n + i).mul(factors[fo + j]);
                most = most.blend(x, most.lt(x));
            }
            most.intoArray(out, oo + i);
        }
    }

    @Override
    public void distances(float[] z, int zo, float[] factors, int fo, int count, int n, float[] tops, int to,
            float[] out, int oo) {
        for (int j = 0; j < count; j++) {
            FloatVector factor = FloatVector.broadcast(SPECIES, -factors[fo + j]);
            int at = zo + j * n;
            int ot = oo + j * n;
            for (int i = 0; i < n; i += WIDTH) {
                FloatVector.fromArray(SPECIES, z, at + i)
                        .fma(factor, FloatVector.fromArray(SPECIES, tops, to + i)).intoArray(out, ot + i);
            }
        }
    }

    @Override
    public void sums(float[] z, int count, int n, float[] out, int oo) {
        for (int i = 0; i < n; i += WIDTH) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int j = 0; j < count; j++) {
                sum = FloatVector.fromArray(SPECIES, z, j * n + i).add(sum);
            }
            sum.intoArray(out, oo + i);
        }
    }

    @Override
    public void scale(float[] z, int zo, int count, int n, float[] factors) {
        for (int j = 0; j < count; j++) {
            int at = zo + j * n;
            for (int i = 0; i < n; i += WIDTH) {
                FloatVector.fromArray(SPECIES, z, at + i).mul(FloatVector.fromArray(SPECIES, factors, i))
                        .intoArray(z, at + i);
            }
        }
    }
}
