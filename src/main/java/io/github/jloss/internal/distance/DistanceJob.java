// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.internal.parallel.SumJob;
import io.github.jloss.internal.pointwise.PointwiseJob;
import io.github.jloss.spi.DistanceCall;
import io.github.jloss.spi.DistanceFormula;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * One call of the engine for losses of distances. The rows are cut into chunks of some {@link PointwiseJob#CHUNK}
 * elements; each adds up its losses row by row in double, and the sums are added in the order of the chunks, so that
 * the threads leave no trace in the result.
 *
 * <p>A row is read from memory once: its distances, its loss, and then its gradients, for which the embeddings come
 * from the cache.
 */
public final class DistanceJob extends SumJob {

    /** Most embeddings in a row. */
    static final int INPUTS = 3;

    private static final Pool<DistanceJob> JOBS = new Pool<>(DistanceJob::new);
    private static final Pool<RowWorker> WORKERS = new Pool<>(RowWorker::new);

    /** What works on the rows of this job. */
    Kernels kernels;

    /** The loss of a row. */
    DistanceFormula formula;

    /** The embeddings; null for those a loss does not have. */
    final Tensor[] inputs = new Tensor[INPUTS];

    /** Where their gradients go, or null. */
    final Tensor[] gradients = new Tensor[INPUTS];

    /** Whether a gradient is written to the caller's array at once, or row by row through a buffer. */
    final boolean[] inPlace = new boolean[INPUTS];

    /** The factor on each row's loss and gradients, or null. */
    Tensor weights;

    /** The losses of the rows, or null. */
    Tensor losses;

    /** The factor on each row's gradients, or null. */
    Tensor upstream;

    /** The factor on all gradients. */
    double scale;

    /** Whether gradients are added. */
    boolean add;

    /** Elements of a row. */
    int length;

    private Target target;
    private long rows;
    private long chunkRows;

    private DistanceJob() {}

    /**
     * Computes what a call asks for.
     *
     * @param kernels the loops
     * @param call the arguments
     * @param threads the most threads
     * @param executor runs the helpers
     * @return the sum of the losses of all rows
     */
    public static double run(Kernels kernels, DistanceCall call, int threads, Executor executor) {
        DistanceJob job = JOBS.take();
        try {
            job.prepare(kernels, call);
            return job.run(threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    private void prepare(Kernels newKernels, DistanceCall call) {
        kernels = newKernels;
        formula = call.formula;
        target = call.target;
        weights = call.weights;
        losses = call.losses;
        upstream = call.upstream;
        scale = call.scale;
        add = call.add;
        input(0, call.first, call.firstGradient);
        input(1, call.second, call.secondGradient);
        input(2, call.third, call.thirdGradient);
    }

    private void input(int index, Tensor input, Tensor gradient) {
        inputs[index] = input;
        gradients[index] = gradient;
    }

    private void clear() {
        kernels = null;
        formula = null;
        target = null;
        weights = null;
        losses = null;
        upstream = null;
        Arrays.fill(inputs, null);
        Arrays.fill(gradients, null);
    }

    /** The sum over all rows. */
    private double run(int threads, Executor executor) {
        rows = inputs[0].dim(0);
        length = Math.toIntExact(inputs[0].dim(1));
        chunkRows = Math.max(1, PointwiseJob.CHUNK / Math.max(1, length));
        for (int i = 0; i < INPUTS; i++) {
            inPlace[i] = gradients[i] != null && gradients[i].storage() instanceof float[] && !overInput(i);
        }
        if (length == 0 && rows > 0 && target == null && losses == null && (weights == null || weights.size() == 1)) {
            // Rows of nothing are all alike, and may be more than anybody can count.
            return rows * work(0, 1);
        }
        return sum((rows + chunkRows - 1) / chunkRows, threads, executor);
    }

    /** Whether a gradient in an array lies over an input: then all of a row must be read before any is written. */
    private boolean overInput(int gradient) {
        Tensor g = gradients[gradient];
        for (Tensor input : inputs) {
            if (input != null && input.storage() == g.storage() && Math.abs(input.offset() - g.offset()) < g.size()) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected double sum(int chunk) {
        long from = chunk * chunkRows;
        return work(from, Math.min(rows, from + chunkRows));
    }

    /** The sum of the losses of some rows. */
    private double work(long from, long to) {
        RowWorker worker = WORKERS.take();
        try {
            return worker.work(this, from, to);
        } finally {
            worker.forget();
            WORKERS.give(worker);
        }
    }

    /** Whether any gradient is asked for. */
    boolean wantsGradients() {
        return gradients[0] != null || gradients[1] != null || gradients[2] != null;
    }

    /** The target of a row. */
    double target(long row) {
        return target == null ? 0 : target instanceof Tensor tensor ? tensor.get(row) : ((Labels) target).get(row);
    }
}
