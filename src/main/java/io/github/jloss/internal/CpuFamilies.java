// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal;

import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.internal.distance.DistanceJob;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.margin.MarginJob;
import io.github.jloss.internal.overlap.OverlapJob;
import io.github.jloss.internal.parallel.Workers;
import io.github.jloss.internal.pointwise.PointwiseJob;
import io.github.jloss.internal.softmax.SoftmaxJob;
import io.github.jloss.spi.DistanceCall;
import io.github.jloss.spi.DistanceFamily;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFamily;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFamily;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;

/**
 * All families of losses on the CPU: how many threads take part, and whose.
 *
 * @param threads how many, the calling one included; 0 for all cores for large inputs, the calling thread alone for
 *        small ones
 * @param executor runs the helpers, or null for the library's own
 * @param scalar whether without vectors, whatever the JVM can do
 */
public record CpuFamilies(int threads, Executor executor, boolean scalar)
        implements PointwiseFamily, SoftmaxFamily, OverlapFamily, DistanceFamily, MarginFamily {

    /** Cores of this machine. */
    public static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Fewest elements a thread is woken for when nobody asked for a number of threads: some 20 microseconds' work. */
    private static final long WORTH_A_THREAD = 2L * PointwiseJob.CHUNK;

    /** Any thread but the calling one, to ask whether memory is for others, too; never started. */
    private static final Thread STRANGER = Thread.ofPlatform().inheritInheritableThreadLocals(false)
            .unstarted(() -> {});

    /**
     * The loops. What the JVM can do is looked at when it is first asked, not when a loss is made: a program that only
     * talks of losses is not told that they could be faster.
     *
     * @return vector loops if the JVM has vectors, or scalar ones
     */
    public Kernels kernels() {
        return scalar ? Kernels.SCALAR : Kernels.BEST;
    }

    @Override
    public double pointwise(PointwiseCall call) {
        int count = confined(call.input) || confined(call.target) || confined(call.a) || confined(call.b)
                || confined(call.weights) || confined(call.losses) || confined(call.upstream)
                || confined(call.gradient) ? 1 : threads(call.input.size());
        return PointwiseJob.run(kernels(), call, count, helpers(count));
    }

    @Override
    public double softmax(SoftmaxCall call) {
        int count = confined(call.input) || confined(call.target) || confined(call.classWeights)
                || confined(call.weights) || confined(call.losses) || confined(call.upstream)
                || confined(call.gradient) ? 1 : threads(call.input.size());
        return SoftmaxJob.run(kernels(), call, count, helpers(count));
    }

    @Override
    public void overlapSums(OverlapCall call) {
        int count = overlapThreads(call);
        OverlapJob.sums(kernels(), call, count, helpers(count));
    }

    @Override
    public void overlapGradient(OverlapCall call) {
        int count = overlapThreads(call);
        OverlapJob.gradient(kernels(), call, count, helpers(count));
    }

    private int overlapThreads(OverlapCall call) {
        return confined(call.input) || confined(call.target) || confined(call.weights) || confined(call.stash)
                || confined(call.gradient) ? 1 : threads(call.input.size());
    }

    @Override
    public double distances(DistanceCall call) {
        int count = confined(call.first) || confined(call.second) || confined(call.third) || confined(call.target)
                || confined(call.weights) || confined(call.losses) || confined(call.upstream)
                || confined(call.firstGradient) || confined(call.secondGradient)
                || confined(call.thirdGradient) ? 1 : threads(call.first.size());
        return DistanceJob.run(kernels(), call, count, helpers(count));
    }

    @Override
    public double marginSoftmax(MarginCall call) {
        boolean alone = confined(call.embeddings) || confined(call.weight) || confined(call.weights)
                || confined(call.losses) || confined(call.upstream) || confined(call.gradEmbeddings)
                || confined(call.gradWeight);
        int count = alone ? 1 : threads > 0 ? threads
                : (int) Math.clamp((double) call.embeddings.size() * call.weight.dim(0) / MarginJob.WORTH_A_THREAD, 1,
                        CORES);
        return MarginJob.run(kernels(), call, count, helpers(count));
    }

    private Executor helpers(int count) {
        return executor != null || count == 1 ? executor : Helpers.WORKERS;
    }

    private int threads(long n) {
        return threads > 0 ? threads : Math.clamp(n / WORTH_A_THREAD, 1, CORES);
    }

    /** Whether a tensor's memory belongs to the calling thread alone. */
    private static boolean confined(Target target) {
        return target instanceof Tensor tensor && tensor.storage() instanceof MemorySegment segment
                && !segment.isAccessibleBy(STRANGER);
    }

    /** Started when the first large input comes. */
    private static final class Helpers {
        static final Workers WORKERS = new Workers(Math.max(CORES - 1, 1));
    }
}
