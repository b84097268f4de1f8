// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.PairKernel;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.Row;
import io.github.jloss.internal.kernel.RowSums;
import io.github.jloss.internal.kernel.ScalarPairs;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pairs of rows on vectors. The last vector of a row reaches into the next one, where what it finds is not counted and
 * what it writes is overwritten; only at the end of the last rows sums go element by element.
 *
 * <p>No vector goes into a method of ours or comes from one, and all are as wide as the others: the JIT compiler makes
 * objects of them where it does not inline a method that it has compiled before, or has seen vectors of two widths.
 */
public final class SimdPairs implements PairKernel {

    /** The only one. */
    public static final SimdPairs INSTANCE = new SimdPairs();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int WIDTH = SPECIES.length();
    private static final int LANES = PointwiseKernel.LANES;
    private static final int BLOCK = PointwiseKernel.BLOCK;
    private static final FloatVector SUM_SCALE = FloatVector.broadcast(SPECIES, PointwiseKernel.SUM_SCALE);

    /** All bits for the elements of a row, none for those behind it. */
    private static final int[] KEEP = new int[2 * LANES];

    static {
        Arrays.fill(KEEP, 0, LANES, -1);
    }

    private SimdPairs() {}

    @Override
    public void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, RowSums sums) {
        int vectorRows = vectorRows(n, rows);
        if (n <= Math.min(LANES / 2, WIDTH)) {
            few(x, t, n, rows, a, b, eps, sums);
            return;
        }
        int done = WIDTH == LANES && n <= BLOCK ? vectorRows : 0;
        squares(x, t, n, done, a, b, eps, sums.half, sums.of);
        for (int r = done; r < rows; r++) {
            for (int block = 0; block < n; block += BLOCK) {
                int count = Math.min(n - block, BLOCK);
                int vectors = r < vectorRows ? count : count - count % LANES;
                squares(x, t, r * n + block, vectors, a[r], b[r], eps, sums.lanes);
                for (int i = vectors; i < count; i++) {
                    float e = a[r] * x.array[x.from + r * n + block + i] - b[r] * t.array[t.from + r * n + block + i]
                            + eps;
                    sums.addToBlock(i, e * e);
                }
                if (block + count < n) {
                    sums.closeBlock(block + count);
                }
            }
            end(sums, r, n);
        }
    }

    /** The same of rows so short that their squares are added one by one. */
    private static void few(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, RowSums sums) {
        float[] xs = x.array;
        float[] ts = t.array;
        int xo = x.from;
        int to = t.from;
        float[] squares = sums.lanes;
        int vectors = rows - (WIDTH + n - 1) / n;
        int r = 0;
        for (; r < vectors; r++) {
            FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + r * n).mul(a[r])
                    .sub(FloatVector.fromArray(SPECIES, ts, to + r * n).mul(b[r])).add(eps);
            e.mul(e).mul(PointwiseKernel.SUM_SCALE).intoArray(squares, 0);
            sums.of[r] = RowSums.sum(squares, n);
        }
        for (; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                float e = a[r] * xs[xo + r * n + i] - b[r] * ts[to + r * n + i] + eps;
                squares[i] = e * e * PointwiseKernel.SUM_SCALE;
            }
            sums.of[r] = RowSums.sum(squares, n);
        }
    }

    /** The same of rows whose lanes are one vector. */
    private static void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, double[] half,
            double[] of) {
        float[] xs = x.array;
        float[] ts = t.array;
        int xo = x.from;
        int to = t.from;
        int tail = n % LANES;
        for (int r = 0; r < rows; r++) {
            FloatVector ofX = FloatVector.broadcast(SPECIES, a[r]);
            FloatVector ofT = FloatVector.broadcast(SPECIES, b[r]);
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = r * n;
            for (; i < (r + 1) * n - tail; i += LANES) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i).mul(ofX)
                        .sub(FloatVector.fromArray(SPECIES, ts, to + i).mul(ofT)).add(eps);
                e = e.mul(e);
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            if (tail > 0) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i).mul(ofX)
                        .sub(FloatVector.fromArray(SPECIES, ts, to + i).mul(ofT)).add(eps);
                e = e.mul(e).reinterpretAsInts().and(IntVector.fromArray(INTS, KEEP, LANES - tail))
                        .reinterpretAsFloats();
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            ((DoubleVector) sum.convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .add((DoubleVector) sum.convertShape(VectorOperators.F2D, DOUBLES, 1)).intoArray(half, 0);
            of[r] = RowSums.sum(half);
        }
    }

    /** Sets the lanes to the sums of the squares of some elements. */
    private static void squares(Row x, Row t, int from, int count, float a, float b, float eps, float[] lanes) {
        float[] xs = x.array;
        float[] ts = t.array;
        int xo = x.from;
        int to = t.from;
        int tail = count % LANES;
        FloatVector ofX = FloatVector.broadcast(SPECIES, a);
        FloatVector ofT = FloatVector.broadcast(SPECIES, b);
        for (int part = 0; part < LANES; part += WIDTH) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = from + part;
            for (; i < from + count - tail; i += LANES) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i).mul(ofX)
                        .sub(FloatVector.fromArray(SPECIES, ts, to + i).mul(ofT)).add(eps);
                e = e.mul(e);
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            if (tail > 0) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i).mul(ofX)
                        .sub(FloatVector.fromArray(SPECIES, ts, to + i).mul(ofT)).add(eps);
                e = e.mul(e).reinterpretAsInts().and(IntVector.fromArray(INTS, KEEP, LANES - tail + part))
                        .reinterpretAsFloats();
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            sum.intoArray(lanes, part);
        }
    }

    @Override
    public void products(Row x, Row t, int n, int rows, RowSums xx, RowSums tt, RowSums xt) {
        products(x, x, n, rows, xx);
        products(t, t, n, rows, tt);
        products(x, t, n, rows, xt);
    }

    private static void products(Row x, Row t, int n, int rows, RowSums sums) {
        int vectorRows = vectorRows(n, rows);
        int done = WIDTH == LANES && n <= BLOCK ? vectorRows : 0;
        products(x, t, n, done, sums.half, sums.of);
        for (int r = done; r < rows; r++) {
            for (int block = 0; block < n; block += BLOCK) {
                int count = Math.min(n - block, BLOCK);
                int vectors = r < vectorRows ? count : count - count % LANES;
                products(x, t, r * n + block, vectors, sums.lanes);
                for (int i = vectors; i < count; i++) {
                    sums.addToBlock(i, x.array[x.from + r * n + block + i] * t.array[t.from + r * n + block + i]);
                }
                if (block + count < n) {
                    sums.closeBlock(block + count);
                }
            }
            end(sums, r, n);
        }
    }

    /** The same of rows whose lanes are one vector. */
    private static void products(Row x, Row t, int n, int rows, double[] half, double[] of) {
        float[] xs = x.array;
        float[] ts = t.array;
        int xo = x.from;
        int to = t.from;
        int tail = n % LANES;
        for (int r = 0; r < rows; r++) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = r * n;
            for (; i < (r + 1) * n - tail; i += LANES) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i)
                        .mul(FloatVector.fromArray(SPECIES, ts, to + i));
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            if (tail > 0) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i)
                        .mul(FloatVector.fromArray(SPECIES, ts, to + i));
                e = e.reinterpretAsInts().and(IntVector.fromArray(INTS, KEEP, LANES - tail))
                        .reinterpretAsFloats();
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            ((DoubleVector) sum.convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .add((DoubleVector) sum.convertShape(VectorOperators.F2D, DOUBLES, 1)).intoArray(half, 0);
            of[r] = RowSums.sum(half);
        }
    }

    /** Sets the lanes to the sums of the products of some elements. */
    private static void products(Row x, Row t, int from, int count, float[] lanes) {
        float[] xs = x.array;
        float[] ts = t.array;
        int xo = x.from;
        int to = t.from;
        int tail = count % LANES;
        for (int part = 0; part < LANES; part += WIDTH) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = from + part;
            for (; i < from + count - tail; i += LANES) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i)
                        .mul(FloatVector.fromArray(SPECIES, ts, to + i));
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            if (tail > 0) {
                FloatVector e = FloatVector.fromArray(SPECIES, xs, xo + i)
                        .mul(FloatVector.fromArray(SPECIES, ts, to + i));
                e = e.reinterpretAsInts().and(IntVector.fromArray(INTS, KEEP, LANES - tail + part))
                        .reinterpretAsFloats();
                sum = Fma.FUSED ? e.fma(SUM_SCALE, sum) : e.mul(SUM_SCALE).add(sum);
            }
            sum.intoArray(lanes, part);
        }
    }

    @Override
    public void spread(float[] numbers, int n, int from, int to, float[] out) {
        for (int r = from; r < to; r++) {
            FloatVector number = FloatVector.broadcast(SPECIES, numbers[r]);
            for (int i = r * n; i < (r + 1) * n; i += WIDTH) {
                number.intoArray(out, i);
            }
        }
    }

    @Override
    public void differences(Row x, Row t, int from, int to, float eps, float[] a, Row out1, Row out2) {
        int whole = from + SPECIES.loopBound(to - from);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = from; i < whole; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, x.array, x.from + i)
                    .sub(FloatVector.fromArray(SPECIES, t.array, t.from + i)).add(eps)
                    .mul(FloatVector.fromArray(SPECIES, a, i));
            zero.add(g).intoArray(out1.array, out1.from + i);
            zero.sub(g).intoArray(out2.array, out2.from + i);
        }
        ScalarPairs.INSTANCE.differences(x, t, whole, to, eps, a, out1, out2);
    }

    @Override
    public void combinations(Row x, Row t, int from, int to, float[] a, float[] b, float[] c, Row out1, Row out2) {
        int whole = from + SPECIES.loopBound(to - from);
        for (int i = from; i < whole; i += WIDTH) {
            FloatVector u = FloatVector.fromArray(SPECIES, x.array, x.from + i);
            FloatVector v = FloatVector.fromArray(SPECIES, t.array, t.from + i);
            FloatVector ofOther = FloatVector.fromArray(SPECIES, b, i);
            FloatVector.fromArray(SPECIES, a, i).mul(u).sub(ofOther.mul(v)).add(0f)
                    .intoArray(out1.array, out1.from + i);
            FloatVector.fromArray(SPECIES, c, i).mul(v).sub(ofOther.mul(u)).add(0f)
                    .intoArray(out2.array, out2.from + i);
        }
        ScalarPairs.INSTANCE.combinations(x, t, whole, to, a, b, c, out1, out2);
    }

    @Override
    public void add(Row x, int from, int to, Row out) {
        int whole = from + SPECIES.loopBound(to - from);
        for (int i = from; i < whole; i += WIDTH) {
            FloatVector.fromArray(SPECIES, out.array, out.from + i)
                    .add(FloatVector.fromArray(SPECIES, x.array, x.from + i)).intoArray(out.array, out.from + i);
        }
        ScalarPairs.INSTANCE.add(x, whole, to, out);
    }

    /** The rows whose last vector does not reach over the end of the last row. */
    private static int vectorRows(int n, int rows) {
        int beyond = (n + LANES - 1) / LANES * LANES - n;
        return Math.max(0, rows - (beyond + n - 1) / n);
    }

    /** Ends a row: the lanes are added by halves. */
    private static void end(RowSums sums, int row, int n) {
        if (n > BLOCK) {
            sums.end(row, n);
            return;
        }
        float[] lanes = sums.lanes;
        double[] half = sums.half;
        for (int part = 0; part < LANES / 2; part += WIDTH) {
            FloatVector low = FloatVector.fromArray(SPECIES, lanes, part);
            // One vector for all lanes: then its own second half.
            FloatVector high = WIDTH == LANES ? low : FloatVector.fromArray(SPECIES, lanes, part + LANES / 2);
            ((DoubleVector) low.convertShape(VectorOperators.F2D, DOUBLES, 0))
                    .add((DoubleVector) high.convertShape(VectorOperators.F2D, DOUBLES, WIDTH == LANES ? 1 : 0))
                    .intoArray(half, part);
            if (WIDTH < LANES) {
                ((DoubleVector) low.convertShape(VectorOperators.F2D, DOUBLES, 1))
                        .add((DoubleVector) high.convertShape(VectorOperators.F2D, DOUBLES, 1))
                        .intoArray(half, part + WIDTH / 2);
            }
        }
        sums.of[row] = RowSums.sum(half);
    }
}
