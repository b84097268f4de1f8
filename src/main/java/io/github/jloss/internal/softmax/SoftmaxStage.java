// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.spi.ElementFormula;
import java.util.Arrays;

/**
 * Some rows on their way from logits to losses and gradients. With k the row's own class (its label, or for soft
 * targets where its largest logit is), M its maximum and S_o the sum of e^(x_j - M) over the classes but k:
 *
 * <ol>
 * <li>passes over the logits give M and S_o ({@link #findMaxima}, {@link #sumOthers}),
 * <li>the head, vectorised over rows, makes of them the loss of k's term and the row's factor q. There
 * {@code 1 - p_k = S_o / S} and {@code lp_k = (x_k - M) - log S}, with {@code log1p(S_o)} where k is the maximum:
 * nothing is lost of a loss that is nearly 0,
 * <li>where other classes have terms, with derivatives -D_j with respect to lp_j, one more pass sums them up,
 * <li>a pass writes the gradients {@code q e^(x_j - M) - D_j}. For k {@code sum_{j≠k} D_j - q S_o} is the same number
 * without the cancellation where k is nearly certain. q is the sum of all D, divided by S.
 * </ol>
 */
public abstract class SoftmaxStage {

    /** Most rows at a time. */
    static final int MOST = 1024;

    SoftmaxJob job;
    final Span s = new Span();
    long first;
    int n;

    /** Each row's own class; -1 where the row is ignored or masked. */
    final int[] label = new int[MOST];
    final float[] max = new float[MOST];
    final float[] others = new float[MOST];

    /** q, times the scale and the row's weight where no other class has a term. */
    final float[] factor = new float[MOST];

    /** Of all classes but k: their terms, and the sum of their D. */
    final float[] terms = new float[MOST];
    final float[] slopes = new float[MOST];
    final float[] logSum = new float[MOST];
    final float[] scale = new float[MOST];
    private final float[] logit = new float[MOST];
    private final float[] weight = new float[MOST];
    private final float[] own = new float[MOST];

    /** k's D. */
    private final float[] slope = new float[MOST];

    /** The term of k. */
    private final float[] loss = new float[MOST];
    private final float[] rowWeight = new float[MOST];

    /** Weights of k's term for one pass of several, and what it gives. */
    private final float[] passWeight = new float[MOST];
    private final float[] part = new float[MOST];
    private final SoftmaxFormulas.Head head = new SoftmaxFormulas.Head();
    private final SoftmaxFormulas.Focus focus = new SoftmaxFormulas.Focus();
    private final SoftmaxFormulas.FocusFactor focusFactor = new SoftmaxFormulas.FocusFactor();
    private final SoftmaxFormulas.Times times = new SoftmaxFormulas.Times();
    private final SoftmaxFormulas.RowNumber rowNumber = new SoftmaxFormulas.RowNumber();

    /** The sum of the losses of some rows. */
    final double run(SoftmaxJob newJob, long newFirst, int count) {
        job = newJob;
        first = newFirst;
        n = count;
        try {
            readLabels();
            begin();
            findMaxima();
            readOwnClass();
            sumOthers();
            double sum = head();
            if (job.losses != null) {
                writeLosses();
            }
            if (job.gradient != null) {
                gradients();
            }
            return sum;
        } finally {
            s.forget();
            forget();
            job = null;
        }
    }

    private void readLabels() {
        for (int i = 0; i < n; i++) {
            label[i] = job.soft == null ? job.label(first + i) : 0;
        }
        if (job.rowWeights != null) {
            job.readRowWeights(first, rowWeight, n);
            for (int i = 0; i < n; i++) {
                label[i] = rowWeight[i] == 0 ? -1 : label[i];
            }
        }
    }

    /** Makes the rows readable. */
    abstract void begin();

    /** Sets {@link #max}, NaN where it is not finite, and for soft targets {@link #label} where it is not -1. */
    abstract void findMaxima();

    /** The logit of a row's own class. */
    abstract float logit(int row);

    /** Sets {@link #others}. */
    abstract void sumOthers();

    /** Sets {@link #terms} and {@link #slopes}. */
    abstract void sumTerms();

    /** Writes the gradients, with {@link #ownGradient} for each row's own class. */
    abstract void gradients();

    /** Lets go of the caller's memory. */
    abstract void forget();

    private void readOwnClass() {
        for (int i = 0; i < n; i++) {
            boolean counts = label[i] >= 0;
            logit[i] = counts ? logit(i) : 0;
            weight[i] = counts ? job.ownWeight(first + i, label[i]) : 0;
        }
    }

    private double head() {
        head.gamma = (float) job.formula.gamma();
        focus.gamma = head.gamma;
        focusFactor.gamma = head.gamma;
        if (job.hasOthers() || job.focusesFrom() > 0) {
            rowNumbers(false, own);
        }
        // One pass for losses, factors and their sum, but where a row's weight or focusing is not all one.
        boolean once = job.rowWeights == null && job.focusesFrom() == 0 && !job.formula.factorOnly();
        boolean scales = once && !job.hasOthers() && job.upstream == null && job.offset == 0;
        double sum = 0;
        if (job.gradient != null) {
            s.scale = scales ? (float) job.scale : 1;
            sum = head(Mode.GRADIENTS, factor);
            addOffset();
        } else if (once) {
            sum = head(Mode.SUM, factor);
        }
        if (!once) {
            ownTerms();
            sum = sumOfTerms();
        }
        if (job.hasOthers()) {
            sum -= others();
        } else if (job.gradient != null && !scales) {
            for (int i = 0; i < n; i++) {
                factor[i] = label[i] < 0 ? 0 : scaled(i, factor[i]);
            }
        }
        return sum;
    }

    /** The head of all rows: below the threshold, where there is one, they are not focused. */
    private double head(Mode mode, float[] out) {
        head.focused = head.gamma != 0;
        if (job.focusesFrom() == 0) {
            return head(weight, mode, out);
        }
        for (int i = 0; i < n; i++) {
            passWeight[i] = weight[i] * raise(i);
        }
        double sum = head(passWeight, mode, out);
        for (int i = 0; i < n; i++) {
            passWeight[i] = raise(i) == 0 ? weight[i] : 0;
        }
        head.focused = false;
        sum += head(passWeight, mode, part);
        for (int i = 0; i < n; i++) {
            out[i] += part[i];
        }
        return sum;
    }

    private double head(float[] weights, Mode mode, float[] out) {
        use(max, others, logit, weights);
        s.out.use(out, 0);
        s.clearSums();
        run(head, mode, n);
        return s.sum();
    }

    /** The factor on a row's power of 1 - p: 0 if its probability is below the threshold. */
    private float raise(int row) {
        return own[row] / (others[row] + own[row]) < job.focusesFrom() ? 0 : job.raise;
    }

    /** What focusing the offset adds to the factors. */
    private void addOffset() {
        if (job.offset == 0 || head.gamma == 0) {
            return;
        }
        for (int i = 0; i < n; i++) {
            passWeight[i] = weight[i] == 0 ? 0 : job.offset * (job.focusesFrom() == 0 ? 1 : raise(i));
        }
        use(max, others, logit, passWeight);
        s.out.use(part, 0);
        run(focusFactor, Mode.MAP, n);
        for (int i = 0; i < n; i++) {
            factor[i] += part[i];
        }
    }

    /** A number of a row times its scale and weight, which may be beyond float's range where the product is not. */
    private float scaled(int row, float number) {
        double scaled = number * job.scale(first + row);
        return (float) (job.rowWeights == null ? scaled : scaled * rowWeight[row]);
    }

    /**
     * The sum of the own classes' terms, each times its row's weight: weights are taken in units of a power of two, so
     * that the products are ordinary floats.
     */
    private double sumOfTerms() {
        if (job.rowWeights == null) {
            Arrays.fill(rowWeight, 0, n, 1);
        }
        float most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, rowWeight[i]);
        }
        int exponent = most == 0 ? 0 : Math.max(Math.getExponent(most), 1 - Float.MAX_EXPONENT);
        float inverse = Math.scalb(1f, -exponent);
        for (int i = 0; i < n; i++) {
            part[i] = rowWeight[i] * inverse;
        }
        use(loss, part, part, part);
        s.clearSums();
        run(times, Mode.SUM, n);
        return Math.scalb(s.sum(), exponent);
    }

    /** The own classes' terms, or their focusing factors. */
    private void ownTerms() {
        if (!job.formula.factorOnly()) {
            head(Mode.MAP, loss);
            return;
        }
        boolean reduces = job.focusesFrom() > 0;
        for (int i = 0; i < n; i++) {
            passWeight[i] = weight[i] == 0 ? 0 : reduces ? raise(i) : 1;
        }
        use(max, others, logit, passWeight);
        s.out.use(loss, 0);
        run(focus, Mode.MAP, n);
        for (int i = 0; i < n && reduces; i++) {
            loss[i] = weight[i] != 0 && raise(i) == 0 ? 1 : loss[i];
        }
    }

    /** What all rows' terms of other classes come to. */
    private double others() {
        rowNumbers(true, logSum);
        sumTerms();
        double all = 0;
        for (int i = 0; i < n; i++) {
            boolean counts = label[i] >= 0;
            terms[i] = counts ? terms[i] : 0;
            slopes[i] = counts ? slopes[i] : 0;
            all += job.rowWeights == null ? terms[i] : (double) terms[i] * rowWeight[i];
            float sum = others[i] + own[i];
            slope[i] = head.gamma == 0 ? weight[i] : factor[i] * sum;
            factor[i] += SoftmaxFormulas.share(slopes[i], sum);
            scale[i] = counts ? SoftmaxFormulas.scale(scaled(i, 1), factor[i]) : 0;
        }
        return all;
    }

    private void rowNumbers(boolean log, float[] numbers) {
        rowNumber.log = log;
        use(max, others, logit, weight);
        s.out.use(numbers, 0);
        run(rowNumber, Mode.MAP, n);
    }

    private void writeLosses() {
        ownTerms();
        for (int i = 0; i < n; i++) {
            float all = job.unit * (job.hasOthers() ? loss[i] - terms[i] : loss[i]);
            job.losses.set(first + i, job.rowWeights == null || label[i] < 0 ? all : all * rowWeight[i]);
        }
    }

    /** The gradient of a row's own class. */
    final float ownGradient(int row) {
        if (label[row] < 0) {
            return 0;
        }
        float q = factor[row];
        return job.hasOthers()
                ? scale[row] * SoftmaxFormulas.ownGradient(q, others[row], own[row], slopes[row], slope[row])
                : 0 - SoftmaxFormulas.term(q, others[row]);
    }

    /** Numbers of rows as operands. */
    final void use(float[] x, float[] t, float[] a, float[] b) {
        s.x.use(x, 0);
        s.t.use(t, 0);
        s.a.use(a, 0);
        s.b.use(b, 0);
    }

    final void run(ElementFormula formula, Mode mode, int count) {
        job.kernels.of(formula, mode).run(formula, s, count);
    }

    /** NaN for infinities: no limit is worth telling apart from a mistake. */
    static float finite(float max) {
        return max + (max - max);
    }
}
