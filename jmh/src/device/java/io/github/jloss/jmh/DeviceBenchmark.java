// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.Tensor;
import io.github.jloss.tornado.TornadoBackend;
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

/** Value and gradient of one batch, by jloss on TornadoVM's device. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DeviceBenchmark {

    /** Which loss. */
    @Param("bce")
    public String loss;

    /** Elements of the batch, or its dimensions. */
    @Param("65536")
    public String shape;

    /** Whether the tensors stay on the device, or are {@code float[]}; labels are arrays either way. */
    @Param({"device", "array"})
    public String memory;

    private final TornadoBackend device = new TornadoBackend();
    private Criterion measured;
    private Batch batch;

    /** Makes the batch, and makes sure that the CPU computes the same from it. */
    @Setup
    public void setUp() {
        Agreement.requireDevice(device.describe());
        Subject subject = Subjects.of(loss);
        Shape size = Shape.of(shape);
        Criterion criterion = subject.criterion().apply(size);
        measured = criterion.on(device);
        Data data = subject.data().apply(size);
        batch = data.batch(memory.equals("device") ? this::upload : Tensor::of);

        Batch onCpu = data.batch(Tensor::of);
        double value = criterion.on(Backend.cpu()).forwardBackward(onCpu, Backward.OVERWRITE);
        Agreement.require(loss, valueAndGradient(), value);
        for (int i = 0; i < onCpu.gradients().size(); i++) {
            Agreement.require(loss, floats(batch.gradient(i)), floats(onCpu.gradient(i)));
        }
    }

    private Tensor upload(float[] data, long... dims) {
        return device.upload(Tensor.of(data, dims)).tensor();
    }

    private static float[] floats(Tensor tensor) {
        if (tensor.device() == null) {
            return (float[]) tensor.storage();
        }
        float[] copy = new float[(int) tensor.size()];
        tensor.device().read(0, copy, 0, copy.length);
        return copy;
    }

    /** Gives the device's memory back. */
    @TearDown
    public void tearDown() {
        device.close();
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
