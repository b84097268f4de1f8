// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.MutableFormula;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import java.util.Arrays;

/**
 * Short rows, and rows whose classes are apart (a class axis before the pixels'): many at a time, class by class, a
 * vector holds one class of 16 rows. Short rows are transposed for that.
 *
 * <p>Where classes are apart nothing is copied if it can be helped: logits are read where they are, and e^(x - M) is
 * written straight to the gradient. There the wait for memory to write to overlaps with the exponential's arithmetic,
 * while a last pass of mere multiplications would only wait: 15 milliseconds instead of 19 for 8 images of 256 by 256
 * pixels and 21 classes.
 */
public final class SoftmaxColumns extends SoftmaxStage {

    /** Classes of a pass for maxima or sums, besides what is known already. */
    private static final int PASS = 3;

    /** Classes whose summands are added in float before their sum is added to a double: rounding stays small. */
    private static final int BLOCK = 8 * PASS;

    private static final float[] ZEROS = new float[MOST];

    private final Plane x = new Plane();
    private final Plane target = new Plane();
    private final Plane result = new Plane();

    /** {@link #label} as floats. */
    private final float[] own = new float[MOST];
    private final float[] part = new float[MOST];
    private final double[] total = new double[MOST];
    private final SoftmaxFormulas.Max maximum = new SoftmaxFormulas.Max();
    private final SoftmaxFormulas.ArgMax argMax = new SoftmaxFormulas.ArgMax();
    private final SoftmaxFormulas.AddExp addExp = new SoftmaxFormulas.AddExp();
    private final SoftmaxFormulas.ExpOfClass exp = new SoftmaxFormulas.ExpOfClass();
    private final SoftmaxFormulas.GradientOfClass gradient = new SoftmaxFormulas.GradientOfClass();
    private final SoftmaxFormulas.Add add = new SoftmaxFormulas.Add();
    private final SoftmaxFormulas.Subtract subtract = new SoftmaxFormulas.Subtract();
    private final SoftmaxFormulas.AddTerm addTerm = new SoftmaxFormulas.AddTerm();
    private final SoftmaxFormulas.TermGradient termGradient = new SoftmaxFormulas.TermGradient();

    /** Rows of a pass: padded to whole vectors, unless the logits are read where the caller has them. */
    private int width;

    /** Whether the results are the gradients in the caller's memory. */
    private boolean inPlace;

    @Override
    void begin() {
        if (job.isWide() && !job.hasOthers() && job.input.storage() instanceof float[]) {
            width = n;
            x.point(job, job.input, first);
        } else {
            width = Plane.padded(n);
            x.load(job, job.input, first, n);
        }
        if (job.soft != null) {
            target.load(job, job.soft, first, n);
        }
        for (int c : job.excluded) {
            fill(x, c, Float.NEGATIVE_INFINITY);
            if (job.soft != null) {
                fill(target, c, 0);
            }
        }
        // What pads the rows must be numbers.
        Arrays.fill(label, n, width, -1);
        for (int i = 0; i < width; i++) {
            own[i] = label[i];
        }
    }

    private void fill(Plane plane, int label, float value) {
        Arrays.fill(plane.array, plane.index(0, label), plane.index(width, label), value);
    }

    @Override
    void forget() {
        x.forget();
        target.forget();
        result.forget();
    }

    private void pass(PointwiseKernel kernel, MutableFormula formula, float[] out, int at) {
        s.out.use(out, at);
        kernel.run(formula, s, width);
    }

    private void at(Span.Operand operand, Plane plane, int label) {
        operand.use(plane.array, plane.index(0, label));
    }

    @Override
    void findMaxima() {
        PointwiseKernel kernel = job.kernels.of(maximum, Mode.MAP);
        Arrays.fill(max, 0, width, Float.NEGATIVE_INFINITY);
        int last = job.classes - 1;
        for (int c = 0; c <= last; c += PASS) {
            s.x.use(max, 0);
            at(s.t, x, c);
            at(s.a, x, Math.min(c + 1, last));
            at(s.b, x, Math.min(c + 2, last));
            pass(kernel, maximum, max, 0);
        }
        if (job.soft != null) {
            findLabels();
        }
        for (int i = 0; i < width; i++) {
            max[i] = finite(max[i]);
        }
    }

    private void findLabels() {
        PointwiseKernel kernel = job.kernels.of(argMax, Mode.MAP);
        Arrays.fill(own, 0, width, job.keptFrom(0));
        for (int c = job.classes - 1; c >= 0; c--) {
            if (job.keptFrom(c) != c) {
                continue;
            }
            argMax.number = c;
            use(max, max, own, own);
            at(s.x, x, c);
            pass(kernel, argMax, own, 0);
        }
        for (int i = 0; i < n; i++) {
            label[i] = label[i] < 0 ? -1 : (int) own[i];
        }
    }

    @Override
    float logit(int row) {
        return x.array[x.index(row, label[row])];
    }

    @Override
    void sumOthers() {
        if (job.gradient != null) {
            openResult();
        }
        boolean keeps = job.gradient != null && !job.hasOthers();
        for (int from = 0; from < job.classes; from += BLOCK) {
            float[] sum = open(from, others);
            int to = Math.min(from + BLOCK, job.classes);
            if (keeps) {
                exp(from, to, sum);
            } else {
                addExp(from, to, sum);
            }
            close(to, others);
        }
    }

    /** Where a block of classes is added up: where its sum belongs if there is no other block. */
    private float[] open(int from, float[] result) {
        float[] sum = job.classes <= BLOCK ? result : part;
        Arrays.fill(sum, 0, width, 0);
        if (from == 0) {
            Arrays.fill(total, 0, width, 0);
        }
        return sum;
    }

    /** The sums over a block go to those over all. */
    private void close(int to, float[] result) {
        if (job.classes > BLOCK) {
            add(part, total, width);
            if (to == job.classes) {
                round(total, result, width);
            }
        }
    }

    private static void add(float[] summands, double[] sums, int n) {
        for (int i = 0; i < n; i++) {
            sums[i] += summands[i];
        }
    }

    private static void round(double[] sums, float[] floats, int n) {
        for (int i = 0; i < n; i++) {
            floats[i] = (float) sums[i];
        }
    }

    /** Where nothing but the sum is needed, or the logits again. */
    private void addExp(int from, int to, float[] sum) {
        PointwiseKernel kernel = job.kernels.of(addExp, Mode.MAP);
        for (int c = from; c < to; c++) {
            addExp.number = c;
            use(max, max, own, sum);
            at(s.x, x, c);
            pass(kernel, addExp, sum, 0);
        }
    }

    /** Where e^(x - M) is needed again for the gradients. */
    private void exp(int from, int to, float[] sum) {
        PointwiseKernel kernel = job.kernels.of(exp, Mode.MAP);
        for (int c = from; c < to; c++) {
            exp.number = c;
            use(max, max, own, own);
            at(s.x, x, c);
            pass(kernel, exp, result.array, result.index(0, c));
        }
        kernel = job.kernels.of(add, Mode.MAP);
        for (int c = from; c < to; c += PASS) {
            use(sum, sum, ZEROS, ZEROS);
            at(s.t, result, c);
            if (c + 1 < to) {
                at(s.a, result, c + 1);
            }
            if (c + 2 < to) {
                at(s.b, result, c + 2);
            }
            pass(kernel, add, sum, 0);
        }
    }

    @Override
    void sumTerms() {
        PointwiseKernel kernel = job.kernels.of(subtract, Mode.MAP);
        for (int c = 0; c < job.classes; c++) {
            use(max, max, max, max);
            at(s.x, x, c);
            pass(kernel, subtract, x.array, x.index(0, c));
        }
        addTerm.soft = job.soft != null;
        addTerm.focused = job.formula.gammaOthers() != 0;
        sumTerms(false, terms);
        sumTerms(true, slopes);
        for (int i = 0; i < n && job.soft != null; i++) {
            terms[i] -= SoftmaxFormulas.term(slopes[i], logSum[i]);
        }
    }

    private void sumTerms(boolean slope, float[] result) {
        addTerm.slope = slope;
        PointwiseKernel kernel = job.kernels.of(addTerm, Mode.MAP);
        for (int from = 0; from < job.classes; from += BLOCK) {
            float[] sum = open(from, result);
            int to = Math.min(from + BLOCK, job.classes);
            for (int c = from; c < to; c++) {
                addTerm.number = c;
                addTerm.flat = flat(c);
                addTerm.special = special(c);
                use(own, own, logSum, sum);
                at(s.x, x, c);
                if (job.soft != null) {
                    at(s.a, target, c);
                }
                pass(kernel, addTerm, sum, 0);
            }
            close(to, result);
        }
    }

    private float flat(int label) {
        return job.flat() * job.weight(label);
    }

    private float special(int label) {
        return (float) (job.soft == null ? job.formula.gammaOthers()
                : (1 - job.formula.smoothing()) * job.weight(label));
    }

    /** Finds the place of the results. */
    private void openResult() {
        inPlace = job.isWide() && !job.add && width == n && job.gradient.storage() instanceof float[];
        if (inPlace) {
            result.point(job, job.gradient, first);
        } else {
            result.useBuffer(job, n);
        }
    }

    @Override
    void gradients() {
        PointwiseKernel kernel = job.hasOthers() ? termGradients() : ownTermGradients();
        if (!inPlace) {
            result.deliver(job, s, kernel, first, n);
        }
    }

    private PointwiseKernel ownTermGradients() {
        PointwiseKernel kernel = job.kernels.of(gradient, Mode.MAP);
        for (int c = 0; c < job.classes; c++) {
            gradient.number = c;
            use(factor, factor, own, others);
            at(s.x, result, c);
            pass(kernel, gradient, result.array, result.index(0, c));
        }
        return kernel;
    }

    private PointwiseKernel termGradients() {
        termGradient.soft = job.soft != null;
        termGradient.focused = job.formula.gammaOthers() != 0;
        PointwiseKernel kernel = job.kernels.of(termGradient, Mode.MAP);
        for (int c = 0; c < job.classes; c++) {
            termGradient.flat = flat(c);
            termGradient.special = special(c);
            use(factor, factor, logSum, scale);
            if (job.soft != null) {
                at(s.a, target, c);
            }
            at(s.x, x, c);
            pass(kernel, termGradient, result.array, result.index(0, c));
        }
        for (int i = 0; i < n; i++) {
            if (label[i] >= 0) {
                result.array[result.index(i, label[i])] = ownGradient(i);
            }
        }
        for (int c : job.excluded) {
            fill(result, c, 0);
        }
        return kernel;
    }
}
