// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.tornado.kernels.Arguments;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.Transfer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * An execution plan of TornadoVM: one array that is the device memory, and a task graph of one task for each kernel,
 * all of which work on that array. A graph is compiled when it first runs, and then serves every size.
 */
final class Plan implements AutoCloseable {

    /** Floats that a kernel can hand back besides its ticket. */
    static final int RESULTS = 8191;

    /** Sizes of the arrays that carry data to the device and back, each a graph of its own. */
    private static final int[] STAGES = {1 << 12, 1 << 16, 1 << 20};

    private final KernelContext context = new KernelContext();
    private final FloatArray memory;
    private final IntArray arguments = new IntArray(Arguments.SIZE);
    private final FloatArray options = new FloatArray(Arguments.OPTIONS);
    private final FloatArray results = new FloatArray(1 + RESULTS);
    private final FloatArray receipt = new FloatArray(1);
    private final List<FloatArray> up = new ArrayList<>();
    private final List<FloatArray> down = new ArrayList<>();
    private final List<ImmutableTaskGraph> graphs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<Kernel, Integer> indexes = new HashMap<>();
    private final GridScheduler grids = new GridScheduler();
    private final WorkerGrid grid = new WorkerGrid1D(GroupSum.THREADS);
    private final TornadoExecutionPlan plan;
    private int ticket;

    /**
     * A plan for a device.
     *
     * @param device where
     * @param fast whether the compiler may reorder sums and round as it likes
     * @param capacity floats of device memory
     * @param kernels what it can run
     */
    Plan(Device device, boolean fast, int capacity, Map<Kernel, Kernel.Task> kernels) {
        grid.setLocalWork(GroupSum.THREADS, 1, 1);
        memory = new FloatArray(capacity);
        add("open", graph("open").task("run", Transfer::open, context, memory, arguments, receipt), receipt);
        for (int size : STAGES) {
            FloatArray staged = new FloatArray(size);
            up.add(staged);
            add("upload", graph("upload" + size).transferToDevice(DataTransferMode.EVERY_EXECUTION, staged)
                    .task("run", Transfer::upload, context, memory, arguments, staged, receipt), receipt);
        }
        for (int size : STAGES) {
            FloatArray staged = new FloatArray(1 + size);
            down.add(staged);
            add("download", graph("download" + size).task("run", Transfer::download, context, memory, arguments,
                    staged), staged);
        }
        kernels.forEach((kernel, task) -> {
            indexes.put(kernel, graphs.size());
            add(kernel.name(), graph("kernel" + graphs.size())
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, options)
                    .task("run", task.method(), context, memory, arguments, options, results), results);
        });
        plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device.tornado()).withGridScheduler(grids);
        plan.withCompilerFlags(TornadoVMBackendType.OPENCL, device.flags(fast));
        try {
            execute(0, 1, receipt);
        } catch (RuntimeException | Error e) {
            try {
                close();
            } catch (RuntimeException | Error another) {
                // What was not allocated cannot be freed: that is not what is to be said.
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    private TaskGraph graph(String name) {
        grids.addWorkerGrid(name + ".run", grid);
        TaskGraph graph = new TaskGraph(name);
        return (graphs.isEmpty() ? graph : graph.consumeFromDevice(memory))
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, arguments);
    }

    private void add(String name, TaskGraph graph, FloatArray output) {
        names.add(name);
        graphs.add(graph.persistOnDevice(memory).transferToHost(DataTransferMode.EVERY_EXECUTION, output).snapshot());
    }

    /**
     * Runs a kernel.
     *
     * @param kernel one of the plan's
     * @param groups how many groups of threads
     * @param ints its arguments; the first two are set here
     * @param floats its options
     * @return what the kernel handed back, the ticket left out
     */
    FloatResults run(Kernel kernel, int groups, int[] ints, float[] floats) {
        for (int i = Arguments.FIRST; i < Arguments.SIZE; i++) {
            arguments.set(i, ints[i]);
        }
        for (int i = 0; i < Arguments.OPTIONS; i++) {
            options.set(i, floats[i]);
        }
        execute(indexes.get(kernel), groups, results);
        return i -> results.get(1 + i);
    }

    /** Numbers that a kernel handed back; they are there until the next one runs. */
    interface FloatResults {
        float get(int index);

        /** The sum of what so many groups added up, each in two numbers. */
        default double sum(int groups) {
            double sum = 0;
            for (int g = 0; g < groups; g++) {
                sum += GroupSum.of(get(2 * g), get(2 * g + 1));
            }
            return sum;
        }
    }

    /** Copies floats into the device memory, from a segment, of which {@code from} counts floats. */
    void upload(MemorySegment source, long from, int to, int n) {
        for (int done = 0; done < n; ) {
            int stage = stage(n - done);
            int count = Math.min(n - done, STAGES[stage]);
            FloatArray staged = up.get(stage);
            MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, (from + done) * Float.BYTES,
                    staged.getSegment(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
            transfer(1 + stage, count, to + done, receipt);
            done += count;
        }
    }

    /** Copies floats out of the device memory into a segment, of which {@code to} counts floats. */
    void download(int from, MemorySegment target, long to, int n) {
        for (int done = 0; done < n; ) {
            int stage = stage(n - done);
            int count = Math.min(n - done, STAGES[stage]);
            FloatArray staged = down.get(stage);
            transfer(1 + STAGES.length + stage, count, from + done, staged);
            MemorySegment.copy(staged.getSegment(), ValueLayout.JAVA_FLOAT_UNALIGNED, Float.BYTES,
                    target, ValueLayout.JAVA_FLOAT_UNALIGNED, (to + done) * Float.BYTES, count);
            done += count;
        }
    }

    /** The smallest stage that takes all of it, or the largest one. */
    private static int stage(int n) {
        int stage = 0;
        while (stage < STAGES.length - 1 && STAGES[stage] < n) {
            stage++;
        }
        return stage;
    }

    private void transfer(int graph, int n, int at, FloatArray output) {
        arguments.set(Arguments.FIRST, n);
        arguments.set(Arguments.FIRST + 1, at);
        execute(graph, Call.groups(n, 256), output);
    }

    /** TornadoVM only prints some errors of a launch: that a kernel ran is seen by its handing back the ticket. */
    private void execute(int graph, int groups, FloatArray output) {
        ticket = ticket % (1 << 20) + 1;
        output.set(0, 0f);
        arguments.set(Arguments.THREADS, groups * GroupSum.THREADS);
        arguments.set(Arguments.TICKET, ticket);
        grid.setGlobalWork((long) groups * GroupSum.THREADS, 1, 1);
        try {
            plan.withGraph(graph).execute();
        } catch (RuntimeException | Error e) {
            // TornadoVM's own are Errors, some of them.
            throw new BackendFailure("kernel " + names.get(graph) + " failed", e);
        }
        if (output.get(0) != ticket) {
            throw new BackendFailure("kernel " + names.get(graph) + " did not run; TornadoVM said why on the output");
        }
    }

    boolean has(Kernel kernel) {
        return indexes.containsKey(kernel);
    }

    int capacity() {
        return memory.getSize();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (Exception e) {
            throw new BackendFailure("freeing the device memory failed", e);
        }
    }
}
