// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.PairKernel;
import io.github.jloss.internal.kernel.Row;
import io.github.jloss.spi.DistanceFormula;
import java.util.Arrays;

/**
 * Works on many rows at once where their distance is a {@link BlockDistance}: all distances, all losses, all gradients.
 * What a call costs besides its work is then shared by many rows, and the gradients read the embeddings from the
 * second-level cache. {@link RowWorker} gets the rows that are masked or whose numbers leave float's range.
 */
final class RowBlock {

    /** Elements of one input in a block: with two others and three gradients 192 KB, in long stretches of memory. */
    private static final int ELEMENTS = 1 << 13;

    /** The most rows, however short they are. */
    private static final int ROWS = 256;

    private final RowWorker single;
    private final Row[] inputs = {new Row(), new Row(), new Row()};
    private final Row[] gradients = {new Row(), new Row(), new Row()};
    private final Row[] parts = {new Row(), new Row()};
    private final Row[] sides = new Row[2];
    private final boolean[] begun = new boolean[DistanceJob.INPUTS];
    private final PairBlock[] pairs = new PairBlock[DistanceJob.INPUTS];
    private final boolean[] done = new boolean[ROWS];

    RowBlock(RowWorker single) {
        this.single = single;
        float[][] spread = new float[3][ELEMENTS + PairKernel.SLACK];
        Arrays.setAll(pairs, k -> new PairBlock(ROWS, spread));
        for (Row part : parts) {
            part.own(ELEMENTS);
        }
    }

    /** Whether a job's distances are of this kind. */
    static boolean suits(DistanceJob job) {
        return job.length > 0 && job.length <= ELEMENTS && job.formula.distance() instanceof BlockDistance;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            inputs[i].forget();
            gradients[i].forget();
        }
    }

    /** The sum of the losses of some rows; writes what the job wants of them. */
    double work(DistanceJob job, long from, long to) {
        int most = Math.clamp(ELEMENTS / job.length, 1, ROWS);
        double sum = 0;
        for (long row = from; row < to; row += most) {
            sum = work(job, row, (int) Math.min(most, to - row), sum);
        }
        return sum;
    }

    private double work(DistanceJob job, long row, int rows, double sumBefore) {
        int n = job.length;
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.inputs[i] != null) {
                inputs[i].read(job.inputs[i], row * n, rows * n);
            }
        }
        BlockDistance distance = (BlockDistance) job.formula.distance();
        int distances = job.formula.distances();
        for (int k = 0; k < distances; k++) {
            pairs[k].use(job.kernels, inputs[RowWorker.ENDS[k][0]], inputs[RowWorker.ENDS[k][1]], n, rows);
            distance.between(pairs[k]);
        }
        double sum = losses(job, row, rows, sumBefore);
        if (job.wantsGradients()) {
            gradients(job, distance, row, rows);
        }
        return sum;
    }

    /** Adds the rows' losses to a sum, and finds the factors on the derivatives of their distances. */
    private double losses(DistanceJob job, long firstRow, int rows, double sumBefore) {
        DistanceFormula formula = job.formula;
        int distances = formula.distances();
        boolean wantsGradients = job.wantsGradients();
        double[] d01 = pairs[0].distance;
        double[] d02 = pairs[1].distance;
        double[] d12 = pairs[2].distance;
        double sum = sumBefore;
        for (int r = 0; r < rows; r++) {
            long row = firstRow + r;
            double weight = Elements.weight(job.weights, row);
            double factor = job.scale * weight * (job.upstream == null ? 1 : job.upstream.get(row));
            double d1 = d01[r];
            double d2 = distances > 1 ? d02[r] : 0;
            double d3 = distances > 2 ? d12[r] : 0;
            double target = job.target(row);
            boolean fits = true;
            for (int k = 0; k < distances && wantsGradients; k++) {
                // NaN where a distance is, or where 0 times infinity is 0 to RowWorker.
                double product = factor * formula.slope(k, d1, d2, d3, target);
                fits &= Math.abs(product) <= Double.MAX_VALUE;
                pairs[k].factor[r] = product;
            }
            done[r] = weight == 0 || !(d1 + d2 + d3 <= Double.MAX_VALUE) || !fits;
            if (done[r]) {
                sum += single.work(job, row);
                continue;
            }
            double loss = weight * formula.value(d1, d2, d3, target);
            sum += loss;
            if (job.losses != null) {
                job.losses.set(row, (float) loss);
            }
        }
        return sum;
    }

    private void gradients(DistanceJob job, BlockDistance distance, long firstRow, int rows) {
        int n = job.length;
        int distances = job.formula.distances();
        for (int k = 0; k < distances; k++) {
            distance.prepare(pairs[k]);
        }
        for (int r = 0; r < rows; r++) {
            if (!done[r] && beyondFloat(r, distances)) {
                single.work(job, firstRow + r);
                done[r] = true;
            }
        }
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.gradients[i] != null) {
                gradients[i].begin(job.gradients[i], job.inPlace[i], job.add, firstRow * n, rows * n);
            }
        }
        for (int from = next(false, 0, rows); from < rows;) {
            int to = next(true, from, rows);
            Arrays.fill(begun, job.add);
            for (int k = 0; k < distances; k++) {
                spread(job, distance, k, from, to);
            }
            from = next(false, to, rows);
        }
        // A gradient may lie over an input: not before all are made.
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.gradients[i] != null && !job.inPlace[i]) {
                flush(gradients[i], job.gradients[i], firstRow, rows, n);
            }
        }
    }

    private boolean beyondFloat(int row, int distances) {
        return Double.isNaN(pairs[0].distance[row]) || distances > 1 && Double.isNaN(pairs[1].distance[row])
                || distances > 2 && Double.isNaN(pairs[2].distance[row]);
    }

    /** The first row from some row on that is done, or not. */
    private int next(boolean isDone, int from, int rows) {
        int r = from;
        while (r < rows && done[r] != isDone) {
            r++;
        }
        return r;
    }

    /** The derivatives of one distance to both its ends. */
    private void spread(DistanceJob job, BlockDistance distance, int k, int from, int to) {
        int n = job.length;
        int[] ends = RowWorker.ENDS[k];
        for (int side = 0; side < 2; side++) {
            Row gradient = gradients[ends[side]];
            sides[side] = job.gradients[ends[side]] == null || begun[ends[side]] ? parts[side] : gradient;
        }
        distance.gradients(pairs[k], from, to, sides[0], sides[1]);
        for (int side = 0; side < 2; side++) {
            if (job.gradients[ends[side]] != null && begun[ends[side]]) {
                job.kernels.pairs().add(parts[side], from * n, to * n, gradients[ends[side]]);
            }
            begun[ends[side]] = true;
        }
    }

    /** Copies the gradients of the rows that have been made here. */
    private void flush(Row out, Tensor gradient, long firstRow, int rows, int n) {
        for (int from = next(false, 0, rows); from < rows;) {
            int to = next(true, from, rows);
            Elements.write(out.array, out.from + from * n, gradient, (firstRow + from) * n, (to - from) * n);
            from = next(false, to, rows);
        }
    }
}
