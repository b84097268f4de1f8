package io.github.jloss.jmh;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Loss;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Tensor;
import java.lang.foreign.Arena;

/**
 * Runs losses hot, in every way they can be called, before another one is measured: a loop shared by several losses
 * has by then seen them all, and is 3 times slower if it was not compiled for each (158 us instead of 54).
 */
final class Pollution {

    private static final int SIZE = 65_536;

    /** Of the call that is measured: enough for the JIT's last tier even where a call is a single loop. */
    private static final int CALLS = 3000;

    /** Of each other kind of call. */
    private static final int OTHER_CALLS = 600;

    private Pollution() {}

    static void runAllBut(String spared, Backend backend) {
        runAllBut(spared, backend, SIZE, CALLS, OTHER_CALLS);
    }

    static void runAllBut(String spared, Backend backend, int size, int calls, int otherCalls) {
        try (Arena arena = Arena.ofShared()) {
            for (String name : Losses.NAMES) {
                if (!name.equals(spared)) {
                    Batch batch = Batch.of(name, size);
                    Loss loss = Losses.of(name).on(backend);
                    Tensor input = Tensor.of(batch.input());
                    Tensor target = Tensor.of(batch.target());
                    run(loss, input, target, Tensor.of(new float[size]), calls, otherCalls);
                    run(loss, nativeCopy(arena, input), nativeCopy(arena, target),
                            Tensor.of(arena.allocate((long) size * Float.BYTES, Float.BYTES), size), otherCalls,
                            otherCalls);
                }
            }
        }
    }

    private static Tensor nativeCopy(Arena arena, Tensor tensor) {
        Tensor copy = Tensor.of(arena.allocate(tensor.size() * Float.BYTES, Float.BYTES), tensor.size());
        for (long i = 0; i < tensor.size(); i++) {
            copy.set(i, tensor.get(i));
        }
        return copy;
    }

    private static void run(Loss loss, Tensor input, Tensor target, Tensor out, int calls, int otherCalls) {
        for (int i = 0; i < calls; i++) {
            loss.forwardBackward(input, target, out);
        }
        for (int i = 0; i < otherCalls; i++) {
            loss.forward(input, target);
            loss.forwardBackward(input, target, out, Backward.ADD);
            if (loss instanceof PointwiseLoss pointwise) {
                pointwise.forward(input, target, out);
                pointwise.backward(input, target, target, out, Backward.OVERWRITE);
            }
        }
    }
}
