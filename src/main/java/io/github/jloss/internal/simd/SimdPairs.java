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
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pairs of rows on vectors. The last vector of a row reaches into the next one, where what it finds is not counted and
 * what it writes is overwritten; only at the end of the last rows sums go element by element.
 */
public final class SimdPairs implements PairKernel {

    /** The only one. */
    public static final SimdPairs INSTANCE = new SimdPairs();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    /** Of as many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));
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
        if (n <= LANES / 2) {
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
        float[] squares = sums.lanes;
        int vectors = rows - (WIDTH + n - 1) / n;
        FloatVector scale = SUM_SCALE;
        int r = 0;
        for (; r < vectors; r++) {
            FloatVector e = at(x, r * n).mul(a[r]).sub(at(t, r * n).mul(b[r])).add(eps);
            e.mul(e).mul(scale).intoArray(squares, 0);
            sums.of[r] = RowSums.sum(squares, n);
        }
        for (; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                float e = a[r] * x.array[x.from + r * n + i] - b[r] * t.array[t.from + r * n + i] + eps;
                squares[i] = e * e * PointwiseKernel.SUM_SCALE;
            }
            sums.of[r] = RowSums.sum(squares, n);
        }
    }

    /** The same of rows whose lanes are one vector. */
    private static void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, double[] half,
            double[] of) {
        int tail = n % LANES;
        for (int r = 0; r < rows; r++) {
            FloatVector ofX = FloatVector.broadcast(SPECIES, a[r]);
            FloatVector ofT = FloatVector.broadcast(SPECIES, b[r]);
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = r * n;
            for (; i < (r + 1) * n - tail; i += LANES) {
                FloatVector e = ofX.mul(at(x, i)).sub(ofT.mul(at(t, i))).add(eps);
                sum = plus(e.mul(e), sum);
            }
            if (tail > 0) {
                FloatVector e = ofX.mul(at(x, i)).sub(ofT.mul(at(t, i))).add(eps);
                sum = plus(keep(e.mul(e), tail, 0), sum);
            }
            of[r] = sum(sum, half);
        }
    }

    /** Sets the lanes to the sums of the squares of some elements. */
    private static void squares(Row x, Row t, int from, int count, float a, float b, float eps, float[] lanes) {
        int tail = count % LANES;
        FloatVector ofX = FloatVector.broadcast(SPECIES, a);
        FloatVector ofT = FloatVector.broadcast(SPECIES, b);
        for (int part = 0; part < LANES; part += WIDTH) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = from + part;
            for (; i < from + count - tail; i += LANES) {
                FloatVector e = ofX.mul(at(x, i)).sub(ofT.mul(at(t, i))).add(eps);
                sum = plus(e.mul(e), sum);
            }
            if (tail > 0) {
                FloatVector e = ofX.mul(at(x, i)).sub(ofT.mul(at(t, i))).add(eps);
                sum = plus(keep(e.mul(e), tail, part), sum);
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
        int tail = n % LANES;
        for (int r = 0; r < rows; r++) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = r * n;
            for (; i < (r + 1) * n - tail; i += LANES) {
                sum = plus(at(x, i).mul(at(t, i)), sum);
            }
            if (tail > 0) {
                sum = plus(keep(at(x, i).mul(at(t, i)), tail, 0), sum);
            }
            of[r] = sum(sum, half);
        }
    }

    /** Sets the lanes to the sums of the products of some elements. */
    private static void products(Row x, Row t, int from, int count, float[] lanes) {
        int tail = count % LANES;
        for (int part = 0; part < LANES; part += WIDTH) {
            FloatVector sum = FloatVector.zero(SPECIES);
            int i = from + part;
            for (; i < from + count - tail; i += LANES) {
                sum = plus(at(x, i).mul(at(t, i)), sum);
            }
            if (tail > 0) {
                sum = plus(keep(at(x, i).mul(at(t, i)), tail, part), sum);
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
            FloatVector g = at(x, i).sub(at(t, i)).add(eps).mul(FloatVector.fromArray(SPECIES, a, i));
            zero.add(g).intoArray(out1.array, out1.from + i);
            zero.sub(g).intoArray(out2.array, out2.from + i);
        }
        ScalarPairs.INSTANCE.differences(x, t, whole, to, eps, a, out1, out2);
    }

    @Override
    public void combinations(Row x, Row t, int from, int to, float[] a, float[] b, float[] c, Row out1, Row out2) {
        int whole = from + SPECIES.loopBound(to - from);
        for (int i = from; i < whole; i += WIDTH) {
            FloatVector u = at(x, i);
            FloatVector v = at(t, i);
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
            at(out, i).add(at(x, i)).intoArray(out.array, out.from + i);
        }
        ScalarPairs.INSTANCE.add(x, whole, to, out);
    }

    private static FloatVector at(Row row, int i) {
        return FloatVector.fromArray(SPECIES, row.array, row.from + i);
    }

    /** The rows whose last vector does not reach over the end of the last row. */
    private static int vectorRows(int n, int rows) {
        int beyond = (n + LANES - 1) / LANES * LANES - n;
        return rows - (beyond + n - 1) / n;
    }

    /** Adds values to a sum. */
    private static FloatVector plus(FloatVector values, FloatVector sum) {
        return Fma.FUSED ? values.fma(SUM_SCALE, sum) : values.mul(SUM_SCALE).add(sum);
    }

    /** The values of a part that belong to the row's last elements, and 0 for those behind them. */
    private static FloatVector keep(FloatVector values, int count, int part) {
        return values.reinterpretAsInts().and(IntVector.fromArray(INTS, KEEP, LANES - count + part))
                .reinterpretAsFloats();
    }

    /** Ends a row: the lanes are added by halves. */
    private static void end(RowSums sums, int row, int n) {
        if (n > BLOCK) {
            sums.end(row, n);
            return;
        }
        for (int i = 0; i < LANES / 2; i += DOUBLES.length()) {
            doubles(sums.lanes, i).add(doubles(sums.lanes, i + LANES / 2)).intoArray(sums.half, i);
        }
        sums.of[row] = RowSums.sum(sums.half);
    }

    private static DoubleVector doubles(float[] lanes, int from) {
        return (DoubleVector) FloatVector.fromArray(HALF, lanes, from).convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    /** The sum of all lanes of one vector, added by halves, the scaling undone. */
    private static double sum(FloatVector lanes, double[] half) {
        ((DoubleVector) lanes.convertShape(VectorOperators.F2D, DOUBLES, 0))
                .add((DoubleVector) lanes.convertShape(VectorOperators.F2D, DOUBLES, 1)).intoArray(half, 0);
        return RowSums.sum(half);
    }
}
