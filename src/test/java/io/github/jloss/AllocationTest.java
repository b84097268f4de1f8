// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A call on arrays leaves no garbage in steady state, in any way of calling any loss. Not so the two phases, whose
 * totals are objects, and checks of memory segments, which slice them.
 */
class AllocationTest {

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private static final int N = 100;
    private static final int CALLS = 1000;

    /** The JIT compiler works in the background: how long it is given until nothing is allocated. */
    private static final long PATIENCE = 20_000_000_000L;

    static Stream<Named<Runnable>> calls() {
        List<Named<Runnable>> calls = new ArrayList<>();
        Tensor x = Tensor.of(Numbers.inputs(N, 1));
        Tensor t = Tensor.of(Numbers.targets(N, 2));
        Tensor g = Tensor.of(new float[N]);
        Backward add = Backward.ADD.scale(0.5).divisor(3);
        for (Loss loss : ManyLosses.reduced(N)) {
            calls.add(Named.of(loss + " forward", () -> loss.forward(x, t)));
            calls.add(Named.of(loss + " forwardBackward", () -> loss.forwardBackward(x, t, g)));
            calls.add(Named.of(loss + " added", () -> loss.forwardBackward(x, t, g, add)));
            if (loss instanceof PointwiseLoss<?> elements) {
                calls.add(Named.of(loss + " losses", () -> elements.forward(x, t, g)));
                calls.add(Named.of(loss + " upstream", () -> elements.backward(x, t, t, g, Backward.OVERWRITE)));
            }
        }
        OverlapTest.calls(new long[] {2, 3, 20}).forEach(call -> {
            Tensor input = Memory.ARRAY.copy(call.input()).reshape(call.shape());
            Target target = call.target(Memory.ARRAY);
            Tensor gradient = Tensor.of(new float[call.size()], call.shape());
            calls.add(Named.of(call + " forward", () -> call.loss().forward(input, target)));
            calls.add(Named.of(call + " forwardBackward", () -> call.loss().forwardBackward(input, target, gradient)));
            calls.add(Named.of(call + " added", () -> call.loss().forwardBackward(input, target, gradient, add)));
        });
        OverlapWeightsTest.calls(new long[] {3, 4, 20}).forEach(call -> {
            Tensor gradient = Tensor.of(new float[(int) Shapes.size(call.shape())], call.shape());
            Batch batch = call.batch(Memory.ARRAY, gradient);
            calls.add(Named.of(call.toString(), () -> {
                call.loss().forwardBackward(batch, Backward.OVERWRITE);
                call.loss().forwardBackward(batch, add);
            }));
        });
        return calls.stream();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void allocatesNothing(Runnable call) {
        long least = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (least >= CALLS && System.nanoTime() - start < PATIENCE) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) call.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        // Less than a byte for each call: none of them allocates even the smallest object.
        assertTrue(least < CALLS, least / (double) CALLS + " bytes a call");
    }
}
