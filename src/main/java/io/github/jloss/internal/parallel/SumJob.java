// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.concurrent.Executor;

/** A job whose result is a sum: each chunk has one, and they are added in the order of the chunks. */
public abstract class SumJob extends Parallel {

    private double[] chunkSums = new double[1];

    /** Works on one chunk; called by any thread. */
    protected abstract double sum(int chunk);

    @Override
    protected final void chunk(int index) {
        chunkSums[index] = sum(index);
    }

    /** The sum over all chunks. */
    protected final double sum(long chunkCount, int threads, Executor executor) {
        int chunks = Math.toIntExact(chunkCount);
        if (chunkSums.length < chunks) {
            chunkSums = new double[chunks];
        }
        if (chunks > 0) {
            run(chunks, threads, executor);
        }
        double sum = 0;
        for (int i = 0; i < chunks; i++) {
            sum += chunkSums[i];
        }
        return sum;
    }
}
