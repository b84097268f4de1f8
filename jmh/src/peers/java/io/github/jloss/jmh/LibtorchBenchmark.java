// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Value and gradient of one batch, by libtorch at its best: the gradient is undefined before each step, so that
 * libtorch may hand over its own buffer; zeroing and adding costs it 20 to 50 %.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LibtorchBenchmark {

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

    private LibtorchLoss measured;
    private Tensor[] inputs;
    private Tensor target;

    /** Makes the batch, and makes sure that jloss computes the same from it. */
    @Setup
    public void setUp() {
        Allocator.requireLoaded();
        torch.set_num_threads(threads);
        measured = LibtorchLoss.of(loss);
        Subject subject = Subjects.of(loss);
        Shape size = Shape.of(shape);
        Data data = subject.data().apply(size);
        inputs = data.inputs().stream().map(input -> Tensor.create(input.data(), input.shape()))
                .toArray(Tensor[]::new);
        for (Tensor input : inputs) input.set_requires_grad(true);
        target = measured.prepare(target(data), inputs[0]);

        Criterion ours = subject.criterion().apply(size).on(Backend.cpu(threads));
        Batch batch = data.batch(io.github.jloss.Tensor::of);
        double value = ours.forwardBackward(batch, Backward.OVERWRITE);
        Agreement.require(loss, value, valueAndGradient());
        for (int i = 0; i < inputs.length; i++) {
            Agreement.require(loss, (float[]) batch.gradient(i).storage(), gradient(inputs[i]));
        }
        if (torch.get_num_threads() != threads) {
            throw new IllegalStateException(
                    "libtorch runs " + torch.get_num_threads() + " threads, expected " + threads);
        }
    }

    private static Tensor target(Data data) {
        if (data.labels() != null) return Tensor.create(longs(data.labels().data()), data.labels().shape());
        return data.target() == null ? new Tensor() : Tensor.create(data.target().data(), data.target().shape());
    }

    private static long[] longs(int... ints) {
        return Arrays.stream(ints).asLongStream().toArray();
    }

    private static float[] gradient(Tensor input) {
        try (var _ = new PointerScope()) {
            float[] copy = new float[(int) input.numel()];
            input.grad().contiguous().data_ptr_float().get(copy);
            return copy;
        }
    }

    /**
     * What is measured.
     *
     * @return the value of the loss
     */
    @Benchmark
    public double valueAndGradient() {
        try (var _ = new PointerScope()) {
            for (Tensor input : inputs) input.mutable_grad().reset();
            Tensor value = measured.value(inputs, target);
            value.backward();
            return value.item_double();
        }
    }
}
