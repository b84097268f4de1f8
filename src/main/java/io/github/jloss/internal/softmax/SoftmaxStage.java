// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.spi.ElementFormula;

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

    /** Each row's own class; -1 where the row is ignored. */
    final int[] label = new int[MOST];
    final float[] max = new float[MOST];
    final float[] others = new float[MOST];

    /** q, times the scale where no other class has a term. */
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
    private final SoftmaxFormulas.Head head = new SoftmaxFormulas.Head();
    private final SoftmaxFormulas.RowNumber rowNumber = new SoftmaxFormulas.RowNumber();

    /** The sum of the losses of some rows. */
    final double run(SoftmaxJob newJob, long newFirst, int count) {
        job = newJob;
        first = newFirst;
        n = count;
        try {
            for (int i = 0; i < n && job.soft == null; i++) {
                label[i] = job.label(first + i);
            }
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

    /** Makes the rows readable. */
    abstract void begin();

    /** Sets {@link #max}, NaN where it is not finite, and for soft targets {@link #label}. */
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
        head.focused = job.formula.gamma() != 0;
        head.gamma = (float) job.formula.gamma();
        boolean hasOthers = job.hasOthers();
        use(max, others, logit, weight);
        s.out.use(factor, 0);
        s.scale = hasOthers ? 1 : job.scale;
        s.clearSums();
        run(head, job.gradient == null ? Mode.SUM : Mode.GRADIENTS, n);
        double loss = s.sum();
        if (hasOthers) {
            rowNumbers(true, logSum);
            rowNumbers(false, own);
            sumTerms();
            for (int i = 0; i < n; i++) {
                boolean counts = label[i] >= 0;
                terms[i] = counts ? terms[i] : 0;
                slopes[i] = counts ? slopes[i] : 0;
                loss -= terms[i];
                float sum = others[i] + own[i];
                slope[i] = head.focused ? factor[i] * sum : weight[i];
                factor[i] += SoftmaxFormulas.share(slopes[i], sum);
                scale[i] = counts ? SoftmaxFormulas.scale(job.scale(first + i), factor[i]) : 0;
            }
        } else if (job.gradient != null && job.upstream != null) {
            for (int i = 0; i < n; i++) {
                factor[i] *= job.upstream.get(first + i);
            }
        }
        return loss;
    }

    private void rowNumbers(boolean log, float[] numbers) {
        rowNumber.log = log;
        use(max, others, logit, weight);
        s.out.use(numbers, 0);
        run(rowNumber, Mode.MAP, n);
    }

    private void writeLosses() {
        use(max, others, logit, weight);
        // The factors are of no use to losses without gradients.
        s.out.use(factor, 0);
        run(head, Mode.MAP, n);
        for (int i = 0; i < n; i++) {
            job.losses.set(first + i, job.unit * (job.hasOthers() ? factor[i] - terms[i] : factor[i]));
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
