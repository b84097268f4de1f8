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
            int label = job.label(row);
            float weight = label < 0 ? 0 : job.weight(label);
            float loss = weight == 0 ? 0 : -weight * job.input.get(job.index(row, label));
            sum += loss;
            if (job.losses != null) {
                job.losses.set(row, job.unit * loss);
            }
        }
        if (job.gradient != null) {
            gradients(job, first, n);
        }
        return sum;
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
            int label = job.label(row);
            if (label >= 0) {
                job.deliver(job.index(row, label), -job.weight(label) * job.scale(row));
            }
        }
    }
}
