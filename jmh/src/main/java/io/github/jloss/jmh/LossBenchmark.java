// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Value and gradient of one batch, by jloss. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LossBenchmark {

    private static final int ALIGNMENT = 64;

    /** Before JMH's own warm-up. */
    static final int WARM_UP_CALLS = 3000;

    private static final long WARM_UP_NANOS = 15_000_000_000L;
    private static final long QUIET_NANOS = 1_500_000_000L;

    /** Which loss. */
    @Param({"bce", "weighted_bce", "mse", "l1", "smooth_l1", "huber", "rmse", "asymmetric_multi_label", "combined",
        "cross_entropy", "cross_entropy_pixels", "jaccard", "dice", "jaccard_multiclass", "dice_multiclass",
        "contrastive", "cosine_embedding", "triplet_margin", "arcface"})
    public String loss;

    /** Elements of the batch, or its dimensions. */
    @Param("65536")
    public String shape;

    /** Threads, the calling one included. */
    @Param({"1", "2"})
    public int threads;

    /** Whether the tensors are {@code float[]} or native {@link MemorySegment}s. */
    @Param({"array", "segment"})
    public String memory;

    /** Whether all other losses ran hot in this JVM before. */
    @Param({"false", "true"})
    public boolean polluted;

    /** Calls before JMH's own warm-up; the unit tests need none. */
    int warmUpCalls = WARM_UP_CALLS;

    private Arena arena;
    private Criterion measured;
    private Batch batch;

    /** Makes the batch and, if asked, spoils the JVM's profiles. */
    @Setup
    public void setUp() {
        Backend backend = Backend.cpu(threads);
        if (polluted) {
            Pollution.runAllBut(loss, backend);
        }
        // Shared: a segment that belongs to one thread alone could not be worked on by two.
        arena = Arena.ofShared();
        Subject subject = Subjects.of(loss);
        Shape size = Shape.of(shape);
        measured = subject.criterion().apply(size).on(backend);
        Shape small = subject.small().size() < size.size() ? subject.small() : size;
        warmUp(subject.criterion().apply(small).on(backend), subject.data().apply(small).batch(this::tensor));
        batch = subject.data().apply(size).batch(this::tensor);
    }

    /**
     * Calls what is measured until the JIT has surely compiled it: interpreted, the Vector API allocates some 30 MB and
     * takes 200 ms for 65,536 elements, and a few of those calls are all that a warm-up iteration would hold. And until
     * the library has had all its vector loops compiled beside its scalar ones, one after another.
     */
    private void warmUp(Criterion criterion, Batch small) {
        long start = System.nanoTime();
        long busy = start;
        for (int i = 0; i < warmUpCalls || warmUpCalls > 0 && System.nanoTime() - busy < QUIET_NANOS; i++) {
            criterion.forwardBackward(small, Backward.OVERWRITE);
            if (i % 16 == 0 && isWarmingUp()) {
                busy = System.nanoTime();
            }
            if (System.nanoTime() - start > WARM_UP_NANOS) {
                return;
            }
        }
    }

    private static boolean isWarmingUp() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("jloss-warmup"));
    }

    private Tensor tensor(float[] data, long... dims) {
        if (!memory.equals("segment")) {
            return Tensor.of(data, dims);
        }
        MemorySegment segment = arena.allocate((long) data.length * Float.BYTES, ALIGNMENT);
        MemorySegment.copy(data, 0, segment, ValueLayout.JAVA_FLOAT, 0, data.length);
        return Tensor.of(segment, dims);
    }

    /** What it is measured on. */
    Batch batch() {
        return batch;
    }

    /** Gives native memory back. */
    @TearDown
    public void tearDown() {
        arena.close();
    }

    /**
     * What is measured.
     *
     * @return the value of the loss
     */
    @Benchmark
    public double valueAndGradient() {
        return measured.forwardBackward(batch, Backward.OVERWRITE);
    }
}
