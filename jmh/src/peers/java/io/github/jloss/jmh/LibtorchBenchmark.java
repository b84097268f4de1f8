package io.github.jloss.jmh;

import io.github.jloss.Backend;
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
    @Param({"bce", "weighted_bce", "mse", "l1", "smooth_l1", "huber", "rmse", "asymmetric_multi_label", "combined"})
    public String loss;

    /** Elements of the batch. */
    @Param({"65536", "1048576", "16777216"})
    public int size;

    /** Threads, the calling one included. */
    @Param({"1", "2"})
    public int threads;

    private LibtorchLoss measured;
    private Tensor x;
    private Tensor y;

    /** Makes the batch, and makes sure that jloss computes the same from it. */
    @Setup
    public void setUp() {
        torch.set_num_threads(threads);
        measured = LibtorchLoss.of(loss);
        Batch batch = Batch.of(loss, size);
        x = Tensor.create(batch.input(), size);
        x.set_requires_grad(true);
        y = Tensor.create(batch.target(), size);

        float[] ours = new float[size];
        double value = Losses.of(loss).on(Backend.cpu(threads)).forwardBackward(
                io.github.jloss.Tensor.of(batch.input()), io.github.jloss.Tensor.of(batch.target()),
                io.github.jloss.Tensor.of(ours));
        double theirValue = valueAndGradient();
        Agreement.require(loss, value, ours, theirValue, gradient());
        if (torch.get_num_threads() != threads) {
            throw new IllegalStateException(
                    "libtorch runs " + torch.get_num_threads() + " threads, expected " + threads);
        }
    }

    private float[] gradient() {
        try (var _ = new PointerScope()) {
            float[] copy = new float[size];
            x.grad().data_ptr_float().get(copy);
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
            x.mutable_grad().reset();
            Tensor value = measured.value(x, y);
            value.backward();
            return value.item_double();
        }
    }
}
