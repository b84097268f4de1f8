// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import java.util.Arrays;

/** Long rows: one by one, a vector holds classes of one row. */
public final class SoftmaxRows extends SoftmaxStage {

    /** Elements of a pass: what a buffer holds, and a whole number of blocks. */
    private static final int STEP = Span.BUFFER;

    /** 0, 1, 2 and so on, for passes to know where they are. */
    private static final float[] NUMBERS = new float[STEP];
    private static final float[] ONES = new float[STEP];

    static {
        for (int i = 0; i < STEP; i++) {
            NUMBERS[i] = i;
        }
        Arrays.fill(ONES, 1);
    }

    private final float[] rest = new float[PointwiseKernel.LANES];

    /** Logits and targets with those of excluded classes replaced; made when first needed. */
    private float[] logits = {};
    private float[] targets = {};
    private final SoftmaxFormulas.Exp exp = new SoftmaxFormulas.Exp();
    private final SoftmaxFormulas.Terms sums = new SoftmaxFormulas.Terms();
    private final SoftmaxFormulas.TermsGradient slopesOf = new SoftmaxFormulas.TermsGradient();

    @Override
    void begin() {
        // Rows are read where they are.
    }

    @Override
    void forget() {
        // The span has forgotten.
    }

    /** Whether the gradient holds e^(x - M) between the passes. */
    private boolean keepsExp() {
        return job.gradient != null && !job.add && !job.hasOthers();
    }

    private long start(int row) {
        return (first + row) * job.classes;
    }

    private int step(int from) {
        return Math.min(STEP, job.classes - from);
    }

    @Override
    void findMaxima() {
        for (int row = 0; row < n; row++) {
            if (label[row] < 0) {
                max[row] = 0;
                continue;
            }
            float most = Float.NEGATIVE_INFINITY;
            for (int from = 0; from < job.classes; from += STEP) {
                readLogits(row, from);
                float m = job.kernels.reductions().max(s.x.array, s.x.offset, step(from));
                most = m > most ? m : most;
            }
            max[row] = finite(most);
            if (job.soft != null) {
                label[row] = indexOf(row, most);
            }
        }
    }

    /** Where the row's maximum is first, excluded classes not counted; the first class if the row has none. */
    private int indexOf(int row, float number) {
        for (int from = 0; from < job.classes; from += STEP) {
            readLogits(row, from);
            for (int i = 0; i < step(from); i++) {
                if (s.x.array[s.x.offset + i] == number && job.keptFrom(from + i) == from + i) {
                    return from + i;
                }
            }
        }
        return job.keptFrom(0);
    }

    /** Excluded classes are minus infinity. */
    private void readLogits(int row, int from) {
        s.x.read(job.input, start(row) + from, step(from));
        if (job.excluded.length > 0) {
            logits = without(s.x, logits, from, Float.NEGATIVE_INFINITY);
        }
    }

    /** Points at a copy of a step in which excluded classes have a value of their own. */
    private float[] without(Span.Operand operand, float[] buffer, int from, float value) {
        float[] copy = buffer.length == 0 ? new float[STEP] : buffer;
        System.arraycopy(operand.array, operand.offset, copy, 0, step(from));
        job.fillExcluded(copy, 0, from, from + step(from), value);
        operand.use(copy, 0);
        return copy;
    }

    @Override
    float logit(int row) {
        return job.input.get(start(row) + label[row]);
    }

    @Override
    void sumOthers() {
        boolean keeps = keepsExp();
        PointwiseKernel kernel = job.kernels.of(exp, keeps ? Mode.VALUES : Mode.SUM);
        for (int row = 0; row < n; row++) {
            if (label[row] < 0) {
                others[row] = 0;
                continue;
            }
            s.clearSums();
            for (int from = 0; from < job.classes; from += STEP) {
                exp(kernel, row, from, keeps);
            }
            others[row] = (float) s.sum();
        }
    }

    private void exp(PointwiseKernel kernel, int row, int from, boolean keeps) {
        exp.max = max[row];
        exp.excluded = label[row] - from;
        long at = start(row) + from;
        int length = step(from);
        readLogits(row, from);
        s.t.use(NUMBERS, 0);
        s.a.use(NUMBERS, 0);
        s.b.use(NUMBERS, 0);
        if (keeps) {
            s.out.write(job.gradient, at);
        } else {
            s.out.useBuffer();
        }
        int whole = length - length % PointwiseKernel.LANES;
        kernel.run(exp, s, whole);
        if (whole < length) {
            expOfRest(kernel, whole, length - whole);
        }
        if (keeps) {
            s.out.flush(job.gradient, at, length);
        }
    }

    /** What does not fill a vector is filled up with classes of no probability: scalar code takes twice as long. */
    private void expOfRest(PointwiseKernel kernel, int from, int n) {
        float[] out = s.out.array;
        int to = s.out.offset;
        System.arraycopy(s.x.array, s.x.offset + from, rest, 0, n);
        Arrays.fill(rest, n, rest.length, Float.NEGATIVE_INFINITY);
        s.x.use(rest, 0);
        s.t.use(NUMBERS, from);
        s.out.use(rest, 0);
        kernel.run(exp, s, rest.length);
        System.arraycopy(rest, 0, out, to + from, n);
        s.out.use(out, to);
    }

    @Override
    void sumTerms() {
        sums.soft = job.soft != null;
        sums.focused = job.formula.gammaOthers() != 0;
        sums.flat = job.flat();
        sums.special = special();
        PointwiseKernel kernel = job.kernels.of(sums, Mode.SUM);
        for (int row = 0; row < n; row++) {
            if (label[row] >= 0) {
                sums.max = max[row];
                sums.logSum = logSum[row];
                s.clearSums();
                for (int from = 0; from < job.classes; from += STEP) {
                    sums.excluded = label[row] - from;
                    operands(row, from);
                    kernel.run(sums, s, step(from));
                }
                terms[row] = (float) s.sum(0);
                slopes[row] = (float) s.sum(1);
            }
        }
    }

    private float special() {
        return (float) (job.soft != null ? 1 - job.formula.smoothing() : job.formula.gammaOthers());
    }

    private void operands(int row, int from) {
        readLogits(row, from);
        s.t.use(NUMBERS, 0);
        s.a.use(NUMBERS, 0);
        if (job.soft != null) {
            s.a.read(job.soft, start(row) + from, step(from));
            if (job.excluded.length > 0) {
                targets = without(s.a, targets, from, 0);
            }
        }
        if (job.weighted) {
            s.b.use(job.weights, from);
        } else {
            s.b.use(ONES, 0);
        }
    }

    @Override
    void gradients() {
        slopesOf.soft = job.soft != null;
        slopesOf.focused = job.formula.gammaOthers() != 0;
        slopesOf.flat = job.flat();
        slopesOf.special = special();
        boolean keeps = keepsExp();
        PointwiseKernel kernel = job.hasOthers() ? job.kernels.of(slopesOf, Mode.GRADIENTS)
                : job.kernels.of(exp, Mode.VALUES);
        for (int row = 0; row < n; row++) {
            boolean counts = label[row] >= 0 && (job.hasOthers() ? scale[row] : factor[row]) != 0;
            long own = start(row) + Math.max(label[row], 0);
            float old = job.add ? job.gradient.get(own) : 0;
            for (int from = 0; from < job.classes; from += STEP) {
                if (!counts) {
                    clear(row, from);
                } else if (job.hasOthers()) {
                    gradient(kernel, row, from);
                } else if (keeps) {
                    scaleExp(kernel, row, from);
                } else {
                    exp(kernel, row, from, false);
                    combine(kernel, factor[row], row, from);
                }
            }
            if (counts) {
                job.gradient.set(own, old + ownGradient(row));
            }
        }
    }

    private void clear(int row, int from) {
        if (!job.add) {
            Elements.clear(job.gradient, start(row) + from, step(from));
        }
    }

    private void gradient(PointwiseKernel kernel, int row, int from) {
        slopesOf.max = max[row];
        slopesOf.logSum = logSum[row];
        slopesOf.q = factor[row];
        operands(row, from);
        s.out.useBuffer();
        s.scale = scale[row];
        kernel.run(slopesOf, s, step(from));
        job.fillExcluded(s.out.array, s.out.offset, from, from + step(from), 0);
        combine(kernel, 1, row, from);
    }

    /** Multiplies what {@link #sumOthers} left in the gradient. */
    private void scaleExp(PointwiseKernel kernel, int row, int from) {
        s.out.read(job.gradient, start(row) + from, step(from));
        combine(kernel, factor[row], row, from);
    }

    private void combine(PointwiseKernel kernel, float by, int row, int from) {
        long at = start(row) + from;
        if (job.add) {
            s.destination.read(job.gradient, at, step(from));
        } else {
            s.destination.write(job.gradient, at);
        }
        kernel.combine(s, by, false, job.add, step(from));
        s.destination.flush(job.gradient, at, step(from));
    }
}
