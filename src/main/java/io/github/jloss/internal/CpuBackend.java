package io.github.jloss.internal;

import io.github.jloss.Backend;
import io.github.jloss.BackendException;
import io.github.jloss.ComputeDevice;
import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.internal.distance.DistanceJob;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.margin.MarginJob;
import io.github.jloss.internal.overlap.OverlapJob;
import io.github.jloss.internal.parallel.Workers;
import io.github.jloss.internal.pointwise.PointwiseJob;
import io.github.jloss.internal.softmax.SoftmaxJob;
import io.github.jloss.spi.DistanceFormula;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.MarginFormula;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.SoftmaxFormula;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/** The built-in back end: how many threads, and whose. */
public final class CpuBackend implements Backend {

    /** All cores for large inputs, the calling thread alone for small ones. */
    public static final CpuBackend DEFAULT = new CpuBackend(0, null, Kernels.BEST);

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Fewest elements a thread is woken for when nobody asked for a number of threads: some 20 microseconds' work. */
    private static final long WORTH_A_THREAD = 2L * PointwiseJob.CHUNK;

    /** Any thread but the calling one, to ask whether memory is for others, too; never started. */
    private static final Thread STRANGER = Thread.ofPlatform().unstarted(() -> {});

    private final int threads;
    private final Executor executor;
    private final Kernels kernels;

    private CpuBackend(int threads, Executor executor, Kernels kernels) {
        this.threads = threads;
        this.executor = executor;
        this.kernels = kernels;
    }

    /**
     * A fixed number of threads of the library's own.
     *
     * @param threads at least 1
     * @return the back end
     */
    public static CpuBackend of(int threads) {
        return new CpuBackend(threads, null, Kernels.BEST);
    }

    /**
     * Helpers of the caller's.
     *
     * @param executor runs the helpers
     * @param threads the most threads, the calling one included
     * @return the back end
     */
    public static CpuBackend of(Executor executor, int threads) {
        return new CpuBackend(threads, Objects.requireNonNull(executor, "executor"), Kernels.BEST);
    }

    /**
     * This back end with scalar loops, whatever the JVM can do: what SIMD is compared with.
     *
     * @return a back end whose results are the same bits
     */
    public CpuBackend scalar() {
        return new CpuBackend(threads, executor, Kernels.SCALAR);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String describe() {
        String who = executor == null ? "" : " of " + executor;
        return "cpu: " + kernels.describe() + ", "
                + (threads == 0 ? CORES + (CORES == 1 ? " core" : " cores for large inputs")
                        : threads + (threads == 1 ? " thread" : " threads")) + who;
    }

    @Override
    public List<Processor> devices() {
        return List.of(new Processor(kernels.describe(), Runtime.getRuntime().maxMemory()));
    }

    @Override
    public Backend device(String id) {
        if (!id.equals(name())) {
            throw new BackendException("cpu: found no device " + id + ", expected " + name(), null);
        }
        return this;
    }

    @Override
    public double pointwise(ElementFormula formula, Tensor input, Tensor target, Tensor a, Tensor b, Tensor losses,
            Tensor upstream, Tensor gradient, double scale, boolean add) {
        PointwiseJob job = PointwiseJob.mine();
        job.prepare(kernels, formula, input, target, a, b, losses, upstream, gradient, scale, add);
        int count = confined(input) || confined(target) || confined(a) || confined(b) || confined(losses)
                || confined(upstream) || confined(gradient) ? 1 : threads(input.size());
        return job.run(count, helpers(count));
    }

    @Override
    public void overlapSums(Overlap what, Tensor input, Target target, Tensor stash, double[] sums) {
        int count = overlapThreads(input, target, stash);
        OverlapJob.mine().sums(kernels, what, input, target, stash, sums, count, helpers(count));
    }

    @Override
    public void overlapGradient(Overlap what, Tensor input, Target target, double[] slopes, Tensor gradient,
            boolean stashed, boolean add) {
        int count = overlapThreads(input, target, gradient);
        OverlapJob.mine().gradient(kernels, what, input, target, slopes, gradient, stashed, add, count,
                helpers(count));
    }

    private int overlapThreads(Tensor input, Target target, Tensor gradient) {
        return confined(input) || confined(target) || confined(gradient) ? 1 : threads(input.size());
    }

    private Executor helpers(int count) {
        return executor != null || count == 1 ? executor : Helpers.WORKERS;
    }

    @Override
    public double marginSoftmax(MarginFormula formula, Tensor embeddings, Tensor weight, Labels labels, Tensor losses,
            Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, double scale, boolean add) {
        MarginJob job = MarginJob.mine();
        job.prepare(kernels, formula, embeddings, weight, labels, losses, upstream, gradEmbeddings, gradWeight, scale,
                add);
        boolean alone = confined(embeddings) || confined(weight) || confined(losses) || confined(upstream)
                || confined(gradEmbeddings) || confined(gradWeight);
        int count = alone ? 1 : threads > 0 ? threads
                : (int) Math.clamp((double) embeddings.size() * weight.dim(0) / MarginJob.WORTH_A_THREAD, 1, CORES);
        return job.run(count, helpers(count));
    }

    @Override
    public double softmax(SoftmaxFormula formula, Tensor input, long classes, long inner, Target target, Tensor weight,
            long ignoreIndex, Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add) {
        SoftmaxJob job = SoftmaxJob.mine();
        job.prepare(kernels, formula, input, classes, inner, target, weight, ignoreIndex, losses, upstream, gradient,
                scale, add);
        int count = confined(input) || confined(target) || confined(losses) || confined(upstream)
                || confined(gradient) ? 1 : threads(input.size());
        return job.run(count, helpers(count));
    }

    @Override
    public double distances(DistanceFormula formula, Tensor first, Tensor second, Tensor third, Target target,
            Tensor losses, Tensor upstream, Tensor firstGradient, Tensor secondGradient, Tensor thirdGradient,
            double scale, boolean add) {
        DistanceJob job = DistanceJob.mine();
        job.prepare(kernels, formula, target, losses, upstream, scale, add);
        job.input(0, first, firstGradient);
        job.input(1, second, secondGradient);
        job.input(2, third, thirdGradient);
        int count = confined(first) || confined(second) || confined(third) || confined(target) || confined(losses)
                || confined(upstream) || confined(firstGradient) || confined(secondGradient)
                || confined(thirdGradient) ? 1 : threads(first.size());
        return job.run(count, helpers(count));
    }

    private int threads(long n) {
        return threads > 0 ? threads : Math.clamp(n / WORTH_A_THREAD, 1, CORES);
    }

    /** Whether a tensor's memory belongs to the calling thread alone. */
    private static boolean confined(Target target) {
        return target instanceof Tensor tensor && tensor.storage() instanceof MemorySegment segment
                && !segment.isAccessibleBy(STRANGER);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CpuBackend c && threads == c.threads && executor == c.executor && kernels == c.kernels;
    }

    @Override
    public int hashCode() {
        return Objects.hash(threads, executor, kernels);
    }

    @Override
    public String toString() {
        return describe();
    }

    /**
     * The processor that runs this JVM.
     *
     * @param name how it is made use of
     * @param memory the most that the arrays of this JVM can take
     */
    public record Processor(String name, long memory) implements ComputeDevice {

        @Override
        public String id() {
            return "cpu";
        }

        @Override
        public String kind() {
            return "JAVA";
        }

        @Override
        public String type() {
            return "CPU";
        }
    }

    /** Started when the first large input comes. */
    private static final class Helpers {
        static final Workers WORKERS = new Workers(Math.max(CORES - 1, 1));
    }
}
