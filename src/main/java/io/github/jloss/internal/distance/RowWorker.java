// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.Row;
import io.github.jloss.spi.DistanceFormula;
import java.util.Arrays;

/** Works on one row after another: distances, loss, gradients; on many at once where that can be. */
public final class RowWorker {

    /** Which inputs a distance is between, in the order of {@link DistanceFormula#distances}. */
    static final int[][] ENDS = {{0, 1}, {0, 2}, {1, 2}};

    private final Row[] inputs = {new Row(), new Row(), new Row()};
    private final Row[] gradients = {new Row(), new Row(), new Row()};
    private final boolean[] begun = new boolean[DistanceJob.INPUTS];
    private final RowPair[] pairs = {new RowPair(), new RowPair(), new RowPair()};
    private final Row[] parts = {new Row(), new Row()};
    private final RowBlock block = new RowBlock(this);

    /** Lets go of the caller's memory. */
    void forget() {
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            inputs[i].forget();
            gradients[i].forget();
            pairs[i].forget();
        }
        block.forget();
    }

    /** The sum of the losses of some rows; writes what the job wants of them. */
    double work(DistanceJob job, long from, long to) {
        if (RowBlock.suits(job)) {
            return block.work(job, from, to);
        }
        double sum = 0;
        for (long row = from; row < to; row++) {
            sum += work(job, row);
        }
        return sum;
    }

    /** The loss of a row; writes what the job wants of it. */
    double work(DistanceJob job, long row) {
        double weight = Elements.weight(job.weights, row);
        if (weight == 0) {
            mask(job, row);
            return 0;
        }
        int n = job.length;
        DistanceFormula formula = job.formula;
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.inputs[i] != null) {
                inputs[i].read(job.inputs[i], row * n, n);
            }
        }
        int distances = formula.distances();
        for (int k = 0; k < distances; k++) {
            Row x1 = inputs[ENDS[k][0]];
            Row x2 = inputs[ENDS[k][1]];
            pairs[k].use(job.kernels, x1.array, x1.from, x2.array, x2.from, n);
            pairs[k].measure(formula.distance());
        }
        double target = job.target(row);
        double loss = weight
                * formula.value(distance(0, distances), distance(1, distances), distance(2, distances), target);
        if (job.losses != null) {
            job.losses.set(row, (float) loss);
        }
        if (job.wantsGradients()) {
            gradients(job, row, distances, target, weight);
        }
        return loss;
    }

    /** Writes zeros for a row of which nothing is read. */
    private static void mask(DistanceJob job, long row) {
        if (job.losses != null) {
            job.losses.set(row, 0);
        }
        for (Tensor gradient : job.gradients) {
            if (gradient != null && !job.add) {
                Elements.clear(gradient, row * job.length, job.length);
            }
        }
    }

    private double distance(int k, int distances) {
        return k < distances ? pairs[k].distance : 0;
    }

    private void gradients(DistanceJob job, long row, int distances, double target, double weight) {
        int n = job.length;
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.gradients[i] != null) {
                gradients[i].begin(job.gradients[i], job.inPlace[i], job.add, row * n, n);
                begun[i] = job.add;
            }
        }
        double factor = job.scale * weight * (job.upstream == null ? 1 : job.upstream.get(row));
        for (int k = 0; k < distances && factor != 0; k++) {
            double slope = job.formula.slope(k, distance(0, distances), distance(1, distances),
                    distance(2, distances), target);
            // Where nothing arrives nothing is passed on, not even a distance's NaN.
            if (slope != 0) {
                spread(job, k, slope * factor, n);
            }
        }
        for (int i = 0; i < DistanceJob.INPUTS; i++) {
            if (job.gradients[i] != null) {
                end(i, job.gradients[i], job.inPlace[i], row * n, n);
            }
        }
    }

    /** The derivative of one distance, times a factor, to both its ends. */
    private void spread(DistanceJob job, int k, double factor, int n) {
        if (job.formula.distance() instanceof RowDistance own) {
            Row first = null;
            for (int side = 0; side < 2; side++) {
                int i = ENDS[k][side];
                if (job.gradients[i] == null) continue;
                if (first != null && own.isOdd()) {
                    deliver(k, first, -1, i);
                    continue;
                }
                first = begun[i] ? parts[0] : gradients[i];
                if (begun[i]) {
                    first.own(n);
                }
                own.gradient(pairs[k], side, factor, first.array, first.from);
                if (begun[i]) {
                    deliver(k, first, 1, i);
                }
                begun[i] = true;
            }
        } else {
            parts[0].own(n);
            parts[1].own(n);
            pairs[k].gradients(job.formula.distance(), parts[0].array, parts[1].array);
            for (int side = 0; side < 2; side++) {
                if (job.gradients[ENDS[k][side]] != null) {
                    deliver(k, parts[side], factor, ENDS[k][side]);
                }
            }
        }
    }

    /** Adds a part to a gradient, or begins it. */
    private void deliver(int k, Row part, double factor, int i) {
        pairs[k].deliver(part.array, part.from, factor, begun[i], gradients[i].array, gradients[i].from);
        begun[i] = true;
    }

    private void end(int i, Tensor gradient, boolean inPlace, long first, int n) {
        if (!begun[i]) {
            Arrays.fill(gradients[i].array, gradients[i].from, gradients[i].from + n, 0);
        }
        if (!inPlace) {
            gradients[i].flush(gradient, first, n);
        }
    }
}
