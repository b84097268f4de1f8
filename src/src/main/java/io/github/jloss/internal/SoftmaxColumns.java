package io.github.jloss.internal;

import io.github.jloss.internal.PointwiseKernel.Mode;
import java.util.Arrays;

/**
 * Short rows, and rows whose classes are apart (a class axis before the pixels'): many at a time, class by class, a
 * vector holds one class of 16 rows. Short rows are transposed for that.
 */
final class SoftmaxColumns extends SoftmaxStage {

    private static final ThreadLocal<SoftmaxColumns> MINE = ThreadLocal.withInitial(SoftmaxColumns::new);

    /** Classes whose summands are added in float before their sum is added to the others: rounding stays small. */
    private static final int BLOCK = 32;

    /** Classes of a pass for maxima. */
    private static final int MAXIMA = 3;

    private final Plane x = new Plane();
    private final Plane target = new Plane();
    private final Plane result = new Plane();

    /** {@link #label} as floats. */
    private final float[] own = new float[MOST];
    private final float[] part = new float[MOST];
    private final SoftmaxFormulas.Max maximum = new SoftmaxFormulas.Max();
    private final SoftmaxFormulas.ArgMax argMax = new SoftmaxFormulas.ArgMax();
    private final SoftmaxFormulas.AddExp addExp = new SoftmaxFormulas.AddExp();
    private final SoftmaxFormulas.TimesExp timesExp = new SoftmaxFormulas.TimesExp();
    private final SoftmaxFormulas.Add add = new SoftmaxFormulas.Add();
    private final SoftmaxFormulas.Subtract subtract = new SoftmaxFormulas.Subtract();
    private final SoftmaxFormulas.AddTerm addTerm = new SoftmaxFormulas.AddTerm();
    private final SoftmaxFormulas.TermGradient termGradient = new SoftmaxFormulas.TermGradient();

    /** Rows of a pass: padded where that is possible. */
    private int width;

    private SoftmaxColumns() {}

    static SoftmaxColumns mine() {
        return MINE.get();
    }

    @Override
    void begin() {
        if (job.isWide() && !job.hasOthers() && job.input.storage() instanceof float[]) {
            x.point(job, job.input, first);
            width = n;
        } else {
            x.load(job, job.input, first, n);
            width = Plane.padded(n);
        }
        if (job.soft != null) {
            target.load(job, job.soft, first, n);
        }
        // What pads the rows must be numbers.
        Arrays.fill(label, n, Plane.padded(n), -1);
        for (int i = 0; i < width; i++) {
            own[i] = label[i];
        }
    }

    @Override
    void forget() {
        x.forget();
        target.forget();
        result.forget();
    }

    private void pass(PointwiseKernel kernel, MutableFormula formula, float[] out) {
        s.out.use(out, 0);
        kernel.run(formula, s, width);
    }

    private void at(Span.Operand operand, Plane plane, int label) {
        operand.use(plane.array, plane.index(0, label));
    }

    @Override
    void findMaxima() {
        PointwiseKernel kernel = job.kernels.of(maximum, Mode.VALUES);
        Arrays.fill(max, 0, width, Float.NEGATIVE_INFINITY);
        int last = job.classes - 1;
        for (int c = 0; c <= last; c += MAXIMA) {
            s.x.use(max, 0);
            at(s.t, x, c);
            at(s.a, x, Math.min(c + 1, last));
            at(s.b, x, Math.min(c + 2, last));
            pass(kernel, maximum, max);
        }
        if (job.soft != null) {
            findLabels();
        }
        for (int i = 0; i < width; i++) {
            max[i] = finite(max[i]);
        }
    }

    private void findLabels() {
        PointwiseKernel kernel = job.kernels.of(argMax, Mode.VALUES);
        Arrays.fill(own, 0, width, 0);
        for (int c = job.classes - 1; c >= 0; c--) {
            argMax.number = c;
            use(max, max, own, own);
            at(s.x, x, c);
            pass(kernel, argMax, own);
        }
        for (int i = 0; i < n; i++) {
            label[i] = (int) own[i];
        }
    }

    @Override
    float logit(int row) {
        return x.array[x.index(row, label[row])];
    }

    @Override
    void sumOthers() {
        PointwiseKernel kernel = job.kernels.of(addExp, Mode.VALUES);
        Arrays.fill(others, 0, width, 0);
        for (int block = 0; block < job.classes; block += BLOCK) {
            Arrays.fill(part, 0, width, 0);
            for (int c = block; c < Math.min(block + BLOCK, job.classes); c++) {
                addExp.number = c;
                use(max, max, own, part);
                at(s.x, x, c);
                pass(kernel, addExp, part);
            }
            addPart(others);
        }
    }

    private void addPart(float[] sum) {
        use(sum, part, part, part);
        pass(job.kernels.of(add, Mode.VALUES), add, sum);
    }

    @Override
    void sumTerms() {
        PointwiseKernel kernel = job.kernels.of(subtract, Mode.VALUES);
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
            terms[i] -= logSum[i] * slopes[i];
        }
    }

    private void pass(PointwiseKernel kernel, MutableFormula formula, float[] out, int at) {
        s.out.use(out, at);
        kernel.run(formula, s, width);
    }

    private void sumTerms(boolean slope, float[] sum) {
        addTerm.slope = slope;
        PointwiseKernel kernel = job.kernels.of(addTerm, Mode.VALUES);
        Arrays.fill(sum, 0, width, 0);
        for (int block = 0; block < job.classes; block += BLOCK) {
            Arrays.fill(part, 0, width, 0);
            for (int c = block; c < Math.min(block + BLOCK, job.classes); c++) {
                addTerm.number = c;
                addTerm.flat = flat(c);
                addTerm.special = special(c);
                use(own, own, logSum, part);
                at(s.x, x, c);
                if (job.soft != null) {
                    at(s.a, target, c);
                }
                pass(kernel, addTerm, part);
            }
            addPart(sum);
        }
    }

    private float flat(int label) {
        return job.flat() * job.weight(label);
    }

    private float special(int label) {
        return (float) (job.soft == null ? job.formula.gammaOthers()
                : (1 - job.formula.smoothing()) * job.weight(label));
    }

    @Override
    void gradients() {
        boolean inPlace = job.isWide() && !job.add && job.gradient.storage() instanceof float[];
        if (inPlace) {
            result.point(job, job.gradient, first);
            width = n;
        } else {
            result.useBuffer(job, n);
        }
        termGradient.soft = job.soft != null;
        termGradient.focused = job.formula.gammaOthers() != 0;
        PointwiseKernel kernel = job.kernels.of(job.hasOthers() ? termGradient : timesExp, Mode.VALUES);
        for (int c = 0; c < job.classes; c++) {
            if (job.hasOthers()) {
                termGradient.flat = flat(c);
                termGradient.special = special(c);
                use(factor, factor, logSum, scale);
                if (job.soft != null) {
                    at(s.a, target, c);
                }
                at(s.x, x, c);
                pass(kernel, termGradient, result.array, result.index(0, c));
            } else {
                use(max, max, factor, factor);
                at(s.x, x, c);
                pass(kernel, timesExp, result.array, result.index(0, c));
            }
        }
        for (int i = 0; i < n; i++) {
            if (label[i] >= 0) {
                result.array[result.index(i, label[i])] = ownGradient(i);
            }
        }
        if (!inPlace) {
            result.deliver(job, s, kernel, first, n);
        }
    }
}
