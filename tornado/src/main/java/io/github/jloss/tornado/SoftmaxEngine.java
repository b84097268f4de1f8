// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFormula;
import io.github.jloss.tornado.kernels.Alone;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.LogLikelihood;
import io.github.jloss.tornado.kernels.RowGroups;
import io.github.jloss.tornado.kernels.Softmax;
import io.github.jloss.tornado.kernels.Strides;
import io.github.jloss.tornado.kernels.Team;

/** Losses of rows of logits on the device: one launch for value and gradient. */
final class SoftmaxEngine {

    /** Most groups: enough for every device known, and their sums fit into the results. */
    private static final int MOST_GROUPS = 1024;

    /** Rows of fewer classes are one thread's each. */
    private static final int LONG = 64;

    /** Classes of each thread that shares a row, at least. */
    private static final int SHARE = 4;

    /** So many rows keep a device busy with a thread for each, where their classes are apart. */
    private static final int MANY = 4096;

    /** Numbers of classes are floats in kernels. */
    private static final int MOST_CLASSES = 1 << 24;

    private static final Kernel SHORT_ROWS = Kernel.of("softmax, a thread for each row", Softmax.class, Team.class,
            Alone.class);
    private static final Kernel LONG_ROWS = Kernel.of("softmax, threads share a row", Softmax.class);
    private static final Kernel LOG_LIKELIHOOD = Kernel.of("log-likelihood", LogLikelihood.class);

    private SoftmaxEngine() {}

    /** Refuses options that only the CPU has code for. */
    static void requireKernel(SoftmaxCall c) {
        if (c.excluded.length > 0) throw new BackendFailure(cpuOnly("excludedClasses", c.excluded.length + " classes"));
        if (c.formula.threshold() != 0) {
            throw new BackendFailure(cpuOnly("reducedThreshold", "" + c.formula.threshold()));
        }
        if (c.formula.factorOnly()) throw new BackendFailure(cpuOnly("normalized", "a softmax's focal loss with it"));
    }

    private static String cpuOnly(String option, String found) {
        return option + ": found " + found + ", expected none on a device; the CPU takes it: .on(Backend.cpu())";
    }

    static double run(Call call, SoftmaxCall c) {
        SoftmaxFormula formula = c.formula;
        long classes = c.classes;
        long inner = c.inner;
        long rows = c.input.size() / classes;
        if (rows == 0) return 0;
        if (classes > MOST_CLASSES) {
            throw new IllegalArgumentException("input: found " + classes + " classes, expected at most 2^24 on a"
                    + " device");
        }
        Tensor soft = c.target instanceof Tensor tensor ? tensor : null;
        double smoothing = formula.smoothing();
        boolean hasOthers = soft != null || smoothing != 0;
        call.set(Softmax.ROWS, (int) rows)
                .set(Softmax.CLASSES, (int) classes)
                .set(Softmax.INNER, (int) inner)
                .set(Softmax.INPUT, call.in(c.input))
                .set(Softmax.LABELS, c.target instanceof Labels labels ? call.in(labels,
                        label -> c.ignores && label == c.ignoreIndex ? -1 : label) : -1)
                .set(Softmax.SOFT, call.in(soft))
                .set(Softmax.WEIGHT, call.in(c.classWeights))
                .set(Softmax.ROW_WEIGHTS, call.in(c.weights))
                .set(Softmax.LOSSES, call.out(c.losses, false))
                .set(Softmax.UPSTREAM, call.in(c.upstream))
                .set(Softmax.GRADIENT, call.out(c.gradient, c.add))
                .set(Softmax.ADD, c.add ? 1 : 0)
                .set(Softmax.OTHERS, hasOthers ? 1 : 0)
                .set(Softmax.FOCUSED, formula.gamma() != 0 ? 1 : 0)
                .set(Softmax.FOCUSED_OTHERS, hasOthers && formula.gammaOthers() != 0 ? 1 : 0)
                .option(Softmax.OWN, (float) (1 - smoothing + smoothing / classes))
                .option(Softmax.FLAT, (float) (smoothing / classes))
                .option(Softmax.SPECIAL, (float) (soft != null ? 1 - smoothing : formula.gammaOthers()))
                .option(Softmax.GAMMA, (float) formula.gamma());
        call.scale(c.scale, c.weights, Softmax.SCALE, Softmax.SECOND_SCALE);
        if (c.weights != null) {
            Strides.write(call.arguments(), Softmax.ROW_WEIGHTS_STRIDES, c.weights, rowShape(c));
        }
        boolean isLong = classes >= LONG && (inner == 1 || rows < MANY);
        int width = isLong ? (int) Math.min(GroupSum.THREADS, Long.highestOneBit(classes / SHARE)) : 1;
        call.set(Softmax.WIDTH, width);
        Kernel kernel = formula.logProbabilities() ? LOG_LIKELIHOOD : isLong ? LONG_ROWS : SHORT_ROWS;
        long items = !formula.logProbabilities() ? rows * width : c.gradient != null && !c.add ? c.input.size() : rows;
        int groups = RowGroups.groups(items, 1, MOST_GROUPS);
        double sum = call.run(kernel, groups).sum(groups);
        call.finish();
        return sum;
    }

    /** The shape of the losses: that of the input without its class axis. */
    private static long[] rowShape(SoftmaxCall c) {
        long[] shape = new long[c.input.rank() - 1];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = c.input.dim(i < c.axis ? i : i + 1);
        }
        return shape;
    }
}
