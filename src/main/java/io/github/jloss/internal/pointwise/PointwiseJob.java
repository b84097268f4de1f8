// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.pointwise;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Coefficients;
import io.github.jloss.internal.kernel.GradientFactor;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.internal.kernel.Span.Operand;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.internal.parallel.SumJob;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseCall;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * One call of the pointwise engine. The elements are cut into chunks of {@link #CHUNK}; each has one sum, and the sums
 * are added in the order of the chunks, so that the threads leave no trace in the result.
 *
 * <p>Within a chunk the kernel runs over the caller's arrays directly. What it cannot read or write in place (memory
 * segments, broadcast coefficients, gradients that are added or have an upstream) goes through buffers small enough to
 * stay in the first-level cache.
 *
 * <p>Float sums are of scaled values, see {@link PointwiseKernel}, which takes digits from subnormal ones: where a
 * chunk's sum is tiny its values are added once more, each in double.
 */
public final class PointwiseJob extends SumJob {

    /** Elements for which there is one sum: some 20 microseconds' work. */
    public static final int CHUNK = 1 << 15;

    private static final Pool<PointwiseJob> JOBS = new Pool<>(PointwiseJob::new);
    private static final Pool<Span> SPANS = new Pool<>(Span::new);

    /** A sum below this may owe its last digits to the scale of float sums; above, they matter no more. */
    private static final double TINY = 0x1p-100;

    private Kernels kernels;
    private PointwiseKernel kernel;
    private PointwiseKernel nativeKernel;
    private ElementFormula formula;
    private Tensor input;
    private Tensor target;
    private Tensor a;
    private Tensor b;
    private Tensor weights;
    private Tensor losses;
    private Tensor upstream;
    private Tensor gradient;
    private float power;
    private float scale;
    private boolean add;
    private boolean overwrites;
    private boolean hasCoefficients;

    private PointwiseJob() {}

    /**
     * Computes what a call asks for.
     *
     * @param kernels the loops
     * @param call the arguments
     * @param threads the most threads
     * @param executor runs the helpers
     * @return the sum of the values of all elements
     */
    public static double run(Kernels kernels, PointwiseCall call, int threads, Executor executor) {
        PointwiseJob job = JOBS.take();
        try {
            job.prepare(kernels, call);
            return job.run(threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    private void prepare(Kernels loops, PointwiseCall call) {
        kernels = loops;
        power = GradientFactor.power(call.scale);
        scale = GradientFactor.asFloat(call.scale / power);
        formula = call.formula;
        input = call.input;
        target = call.target;
        a = call.a;
        b = call.b;
        weights = call.weights;
        losses = call.losses;
        upstream = call.upstream;
        gradient = call.gradient;
        add = call.add;
        hasCoefficients = a != null || b != null || Coefficients.readBy(formula);
        Mode mode = gradient != null ? Mode.GRADIENTS : losses != null ? Mode.VALUES : Mode.SUM;
        kernel = kernels.of(formula, weights == null ? mode : mode.withWeights());
        overwrites = mayShare(gradient != null ? gradient : losses, input)
                || mayShare(gradient != null ? gradient : losses, target);
        nativeKernel = weights == null && Operand.isNative(input) && Operand.isNative(target)
                && Operand.isNative(losses) && Operand.isNative(gradient) && !combines() && !hasCoefficients
                ? kernels.inNativeMemory(formula, mode)
                : null;
    }

    private void clear() {
        formula = null;
        kernel = null;
        nativeKernel = null;
        input = null;
        target = null;
        a = null;
        b = null;
        weights = null;
        losses = null;
        upstream = null;
        gradient = null;
    }

    /** The sum over all elements. */
    private double run(int threads, Executor executor) {
        return sum((input.size() + CHUNK - 1) / CHUNK, threads, executor);
    }

    /** Whether what is written may be what is read, in which case it is read first. */
    private static boolean mayShare(Tensor written, Tensor read) {
        return written != null && (written.storage() == read.storage() || !(written.storage() instanceof float[]));
    }

    @Override
    protected double sum(int chunk) {
        Span s = SPANS.take();
        try {
            return sum(s, chunk);
        } finally {
            s.forget();
            SPANS.give(s);
        }
    }

    private double sum(Span s, int chunk) {
        long from = (long) chunk * CHUNK;
        int n = (int) Math.min(CHUNK, input.size() - from);
        double tiny = overwrites ? tinySum(s, from, n) : 0;
        double sum = sum(s, from, n);
        if (!(Math.abs(sum) < TINY)) {
            return sum;
        }
        tiny = overwrites ? tiny : tinySum(s, from, n);
        return Double.isNaN(tiny) ? sum : tiny;
    }

    /** The values of a chunk added one by one; NaN as soon as their sum is not tiny. */
    private double tinySum(Span s, long from, int n) {
        PointwiseKernel values = kernels.of(formula, weights == null ? Mode.VALUES : Mode.WEIGHTED_VALUES);
        double sum = 0;
        // Most often a few tell.
        int step = PointwiseKernel.LANES;
        for (int done = 0; done < n; done += step, step = Span.BUFFER) {
            int count = Math.min(step, n - done);
            read(s, from + done, count);
            s.out.useBuffer();
            values.run(formula, s, count);
            for (int i = 0; i < count; i++) {
                sum += s.out.array[i];
            }
            if (!(Math.abs(sum) < TINY)) {
                return Double.NaN;
            }
        }
        return sum;
    }

    private double sum(Span s, long from, int n) {
        s.clearSums();
        int done = 0;
        if (nativeKernel != null) {
            // Whole blocks in place; what remains is copied, which adds it up in the same order.
            done = n - n % PointwiseKernel.BLOCK;
            inPlace(s, from, done);
        }
        int step = combines() || hasCoefficients || weights != null || Operand.copies(input) || Operand.copies(target)
                || Operand.copies(losses) || Operand.copies(gradient) ? Span.BUFFER : CHUNK;
        for (; done < n; done += step) {
            span(s, from + done, Math.min(step, n - done));
        }
        return s.sum();
    }

    private void inPlace(Span s, long from, int n) {
        s.x.point(input, from);
        s.t.point(target, from);
        s.out.point(gradient != null ? gradient : losses, from);
        s.scale = scale;
        nativeKernel.run(formula, s, n);
    }

    private void read(Span s, long from, int n) {
        s.x.read(input, from, n);
        s.t.broadcast(target, input, from, n);
        coefficients(s.a, a, s.x, from, n);
        coefficients(s.b, b, s.x, from, n);
        if (weights != null) {
            s.weights.broadcast(weights, input, from, n);
        }
    }

    private void span(Span s, long from, int n) {
        read(s, from, n);
        Tensor result = gradient != null ? gradient : losses;
        s.scale = combines() ? power : scale;
        if (combines()) {
            s.out.useBuffer();
            kernel.run(formula, s, n);
            combine(s, from, n);
        } else {
            if (result != null) {
                s.out.write(result, from);
            }
            kernel.run(formula, s, n);
            if (result != null) {
                s.out.flush(result, from, n);
            }
        }
        s.forget();
    }

    /** Whether gradients need more than a scale. */
    private boolean combines() {
        return gradient != null && (add || upstream != null || power != 1);
    }

    /** Coefficients broadcast; formulas without any never look at them, and any array will do. */
    private void coefficients(Operand operand, Tensor tensor, Operand any, long from, int n) {
        if (tensor != null) {
            operand.broadcast(tensor, input, from, n);
        } else if (hasCoefficients) {
            operand.useBuffer();
            Arrays.fill(operand.array, 0, n, 1);
        } else {
            operand.use(any.array, any.offset);
        }
    }

    /** Delivers the gradients in {@code s.out}: multiplied by upstream ones or by a factor in two, or added. */
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
