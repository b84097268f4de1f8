// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.Elements;

/** The negative log-likelihood of inputs that are log-probabilities already: one number of each row counts. */
public final class LogProbabilities {

    private LogProbabilities() {}

    /** The sum of the losses of some rows. */
    static double run(SoftmaxJob job, long first, int n) {
        double sum = 0;
        for (long row = first; row < first + n; row++) {
            double weight = weight(job, row);
            double loss = weight == 0 ? 0 : -weight * job.input.get(job.index(row, job.label(row)));
            sum += loss;
            if (job.losses != null) {
                job.losses.set(row, (float) (job.unit * loss));
            }
        }
        if (job.gradient != null) {
            gradients(job, first, n);
        }
        return sum;
    }

    /** A row's weight times that of its label's class; 0 if it does not count. */
    private static double weight(SoftmaxJob job, long row) {
        double weight = job.rowWeight(row);
        int label = weight == 0 ? -1 : job.label(row);
        return label < 0 ? 0 : weight * job.weight(label);
    }

    private static void gradients(SoftmaxJob job, long first, int n) {
        for (int c = 0; c < job.classes && !job.add; c++) {
            long row = first;
            while (row < first + n) {
                long length = job.inner == 1 ? 1 : Math.min(first + n - row, job.inner - row % job.inner);
                Elements.clear(job.gradient, job.index(row, c), length);
                row += length;
            }
        }
        for (long row = first; row < first + n; row++) {
            double weight = weight(job, row);
            if (weight != 0) {
                job.deliver(job.index(row, job.label(row)), (float) (-weight * job.scale(row)));
            }
        }
    }
}
