// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.tornado.Device;
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
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A copy within the memory of TornadoVM's device, by a kernel without arithmetic: the roof for all that computes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DeviceCopyBenchmark {

    /** Floats that are copied. */
    @Param("65536")
    public int size;

    private TornadoExecutionPlan plan;

    /** Puts the floats on the device, and makes sure that a copy arrives. */
    @Setup
    public void setUp() {
        Agreement.requireDevice(new TornadoBackend().describe());
        FloatArray from = new FloatArray(size);
        FloatArray to = new FloatArray(size);
        for (int i = 0; i < size; i++) from.set(i, i);
        Device device = Device.byDefault();
        plan = new TornadoExecutionPlan(new TaskGraph("copy")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, from)
                .task("run", DeviceCopyBenchmark::run, from, to)
                .transferToHost(DataTransferMode.UNDER_DEMAND, to)
                .snapshot());
        plan.withDevice(TornadoRuntimeProvider.getTornadoRuntime().getBackend(device.driver())
                .getDevice(device.index()));
        copy().transferToHost(to);
        for (int i = 0; i < size; i++) {
            if (to.get(i) != (float) i) {
                throw new IllegalStateException("copy: found " + to.get(i) + " at " + i);
            }
        }
    }

    private static void run(FloatArray from, FloatArray to) {
        for (@Parallel int i = 0; i < from.getSize(); i++) {
            to.set(i, from.get(i));
        }
    }

    /**
     * Gives the device's memory back.
     *
     * @throws TornadoExecutionPlanException if that fails
     */
    @TearDown
    public void tearDown() throws TornadoExecutionPlanException {
        plan.close();
    }

    /**
     * What is measured.
     *
     * @return what TornadoVM says of it
     */
    @Benchmark
    public TornadoExecutionResult copy() {
        return plan.execute();
    }
}
