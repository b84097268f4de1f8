package io.github.jloss.internal;

import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * One call of the pointwise engine. The elements are cut into chunks of {@link #CHUNK}; each has one sum, and the sums
 * are added in the order of the chunks, so that the threads leave no trace in the result.
 *
 * <p>Within a chunk the kernel runs over the caller's arrays directly. What it cannot read or write in place (memory
 * segments, broadcast coefficients, gradients that are added or have an upstream) goes through buffers small enough to
 * stay in the first-level cache.
 */
final class PointwiseJob extends Parallel {

    /** Elements for which there is one sum: some 20 microseconds' work. */
    static final int CHUNK = 1 << 15;

    private static final ThreadLocal<PointwiseJob> MINE = ThreadLocal.withInitial(PointwiseJob::new);

    private PointwiseKernel kernel;
    private ElementFormula formula;
    private Tensor input;
    private Tensor target;
    private Tensor a;
    private Tensor b;
    private Tensor losses;
    private Tensor upstream;
    private Tensor gradient;
    private float scale;
    private boolean add;
    private double[] chunkSums = new double[1];

    private PointwiseJob() {}

    /** The calling thread's job, to be prepared and run. */
    static PointwiseJob mine() {
        return MINE.get();
    }

    void prepare(PointwiseKernel newKernel, ElementFormula newFormula, Tensor newInput, Tensor newTarget, Tensor newA,
            Tensor newB, Tensor newLosses, Tensor newUpstream, Tensor newGradient, double newScale, boolean newAdd) {
        kernel = newKernel;
        formula = newFormula;
        input = newInput;
        target = newTarget;
        a = newA;
        b = newB;
        losses = newLosses;
        upstream = newUpstream;
        gradient = newGradient;
        scale = (float) newScale;
        add = newAdd;
    }

    /** The sum over all elements. */
    double run(int threads, Executor executor) {
        int chunks = Math.toIntExact((input.size() + CHUNK - 1) / CHUNK);
        if (chunkSums.length < chunks) {
            chunkSums = new double[chunks];
        }
        try {
            if (chunks > 0) {
                run(chunks, threads, executor);
            }
            double sum = 0;
            for (int i = 0; i < chunks; i++) {
                sum += chunkSums[i];
            }
            return sum;
        } finally {
            prepare(null, null, null, null, null, null, null, null, null, 0, false);
        }
    }

    @Override
    void chunk(int index) {
        Span s = Span.mine();
        Arrays.fill(s.sums, 0);
        long from = (long) index * CHUNK;
        int n = (int) Math.min(CHUNK, input.size() - from);
        boolean combine = upstream != null || add && gradient != null;
        int step = combine || hasCoefficients() || Span.Operand.copies(input) || Span.Operand.copies(target)
                || Span.Operand.copies(losses) || Span.Operand.copies(gradient) ? Span.BUFFER : CHUNK;
        for (int done = 0; done < n; done += step) {
            span(s, from + done, Math.min(step, n - done), combine);
        }
        chunkSums[index] = s.sum();
    }

    private void span(Span s, long from, int n, boolean combine) {
        s.x.read(input, from, n);
        s.t.read(target, from, n);
        coefficients(s.a, a, s.x, from, n);
        coefficients(s.b, b, s.x, from, n);
        if (gradient != null && combine) {
            s.out.useBuffer();
            s.scale = 1;
            kernel.gradients(formula, s, n);
            combine(s, from, n);
        } else if (gradient != null) {
            s.out.write(gradient, from);
            s.scale = scale;
            kernel.gradients(formula, s, n);
            s.out.flush(gradient, from, n);
        } else if (losses != null) {
            s.out.write(losses, from);
            kernel.values(formula, s, n);
            s.out.flush(losses, from, n);
        } else {
            kernel.sum(formula, s, n);
        }
    }

    private boolean hasCoefficients() {
        return !(formula instanceof PointwiseFormula);
    }

    /** Coefficients broadcast; formulas without any never look at them, and any array will do. */
    private void coefficients(Span.Operand operand, Tensor tensor, Span.Operand any, long from, int n) {
        if (tensor != null) {
            operand.broadcast(tensor, input, from, n);
        } else if (hasCoefficients()) {
            operand.useBuffer();
            Arrays.fill(operand.array, 0, n, 1);
        } else {
            operand.array = any.array;
            operand.offset = any.offset;
        }
    }

    /** Delivers the gradients in {@code s.out}: multiplied by the upstream ones, or added, or both. */
    private void combine(Span s, long from, int n) {
        s.destination.write(gradient, from);
        if (add) {
            s.destination.read(gradient, from, n);
        }
        if (upstream != null) {
            s.upstream.read(upstream, from, n);
        }
        kernel.combine(s, scale, upstream != null, add, n);
        s.destination.flush(gradient, from, n);
    }
}
