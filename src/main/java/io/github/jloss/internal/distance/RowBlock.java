// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.Row;
import io.github.jloss.internal.kernel.RowDifferences;
import io.github.jloss.spi.DistanceFormula;

/**
 * Works on many pairs of rows at once where their distance is Euclidean: all distances, all losses, all gradients. What
 * a call costs besides its work is then shared by as many rows as fit into the first-level cache, from which the
 * gradients read the embeddings again. The bits are those of {@link RowWorker}, which gets the rows that are masked or
 * whose numbers leave float's range.
 */
final class RowBlock {

    /** Elements of one input in a block: with the other input and both gradients 32 KB. */
    private static final int ELEMENTS = 1 << 11;

    private final RowWorker single;
    private final Row[] inputs = {new Row(), new Row()};
    private final Row[] gradients = {new Row(), new Row()};
    private final RowDifferences.Sums squares = new RowDifferences.Sums(ELEMENTS);
    private final float[] factors = new float[ELEMENTS];

    RowBlock(RowWorker single) {
        this.single = single;
    }

    /** Whether a job's distances are of this kind. */
    static boolean suits(DistanceJob job) {
        return job.length > 0 && job.formula.distances() == 1 && job.formula.distance() instanceof EuclideanDistance;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        for (int i = 0; i < 2; i++) {
            inputs[i].forget();
            gradients[i].forget();
        }
    }

    /** The sum of the losses of some rows; writes what the job wants of them. */
    double work(DistanceJob job, long from, long to) {
        float eps = ((EuclideanDistance) job.formula.distance()).eps();
        int most = Math.max(1, ELEMENTS / job.length);
        double sum = 0;
        for (long row = from; row < to; row += most) {
            sum = work(job, row, (int) Math.min(most, to - row), eps, sum);
        }
        return sum;
    }

    private double work(DistanceJob job, long row, int rows, float eps, double sumBefore) {
        int n = job.length;
        for (int i = 0; i < 2; i++) {
            inputs[i].read(job.inputs[i], row * n, rows * n);
        }
        Row x = inputs[0];
        Row t = inputs[1];
        RowDifferences differences = job.kernels.differences();
        differences.squares(x.array, x.from, t.array, t.from, n, rows, eps, squares);
        double sum = losses(job, row, rows, sumBefore);
        for (int i = 0; i < 2; i++) {
            Tensor gradient = job.gradients[i];
            if (gradient != null) {
                Row out = gradients[i];
                out.begin(gradient, job.inPlace[i], job.add, row * n, rows * n);
                differences.gradients(x.array, x.from, t.array, t.from, n, rows, eps, factors, 1 - 2 * i, job.add,
                        out.array, out.from);
            }
        }
        // A gradient may lie over an input: not before both are made.
        for (int i = 0; i < 2; i++) {
            if (job.gradients[i] != null && !job.inPlace[i]) {
                flush(gradients[i], job.gradients[i], row, rows, n);
            }
        }
        return sum;
    }

    /** Adds the rows' losses to a sum, and finds the factors on their differences; NaN for rows that are done. */
    private double losses(DistanceJob job, long firstRow, int rows, double sumBefore) {
        DistanceFormula formula = job.formula;
        double least = 0x1p-100 * job.length;
        boolean wantsGradients = job.gradients[0] != null || job.gradients[1] != null;
        double sum = sumBefore;
        for (int r = 0; r < rows; r++) {
            long row = firstRow + r;
            double weight = Elements.weight(job.weights, row);
            double square = squares.ofRow[r];
            if (weight == 0 || !(square >= least && square < Double.POSITIVE_INFINITY)) {
                sum += single.work(job, row);
                factors[r] = Float.NaN;
                continue;
            }
            double distance = Math.sqrt(square);
            double target = job.target(row);
            double loss = weight * formula.value(distance, 0, 0, target);
            sum += loss;
            if (job.losses != null) {
                job.losses.set(row, (float) loss);
            }
            if (wantsGradients) {
                double factor = job.scale * weight * (job.upstream == null ? 1 : job.upstream.get(row));
                double slope = factor == 0 ? 0 : formula.slope(0, distance, 0, 0, target);
                double scale = slope == 0 ? 0 : slope * factor / distance;
                if (slope != 0 && !(Math.abs(scale) >= Float.MIN_NORMAL && Math.abs(scale) <= Float.MAX_VALUE)) {
                    single.work(job, row);
                    scale = Double.NaN;
                }
                factors[r] = (float) scale;
            }
        }
        return sum;
    }

    /** Copies the gradients of the rows that are not done yet. */
    private void flush(Row out, Tensor gradient, long firstRow, int rows, int n) {
        int from = 0;
        for (int r = 0; r <= rows; r++) {
            if (r == rows || Float.isNaN(factors[r])) {
                if (r > from) {
                    Elements.write(out.array, out.from + from * n, gradient, (firstRow + from) * n, (r - from) * n);
                }
                from = r + 1;
            }
        }
    }
}
