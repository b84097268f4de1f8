// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/**
 * Runs losses hot, in every way they can be called, before another one is measured: a loop shared by several losses
 * has by then seen them all, and is 3 times slower if it was not compiled for each (158 us instead of 54).
 */
final class Pollution {

    /** Of the call that is measured: enough for the JIT's last tier even where a call is a single loop. */
    private static final int CALLS = 3000;

    /** Of each other kind of call. */
    private static final int OTHER_CALLS = 600;

    private Pollution() {}

    static void runAllBut(String spared, Backend backend) {
        runAllBut(spared, backend, Subject::small, CALLS, OTHER_CALLS);
    }

    static void runAllBut(String spared, Backend backend, Function<Subject, Shape> shape, int calls, int otherCalls) {
        try (Arena arena = Arena.ofShared()) {
            for (Subject subject : Subjects.ALL) {
                if (!subject.name().equals(spared)) {
                    Criterion criterion = subject.criterion().apply(shape.apply(subject)).on(backend);
                    Data data = subject.data().apply(shape.apply(subject));
                    run(criterion, data.batch(Tensor::of), calls, otherCalls);
                    run(criterion, data.batch((floats, dims) -> nativeCopy(arena, floats, dims)), otherCalls,
                            otherCalls);
                }
            }
        }
    }

    private static Tensor nativeCopy(Arena arena, float[] floats, long... dims) {
        return Tensor.of(arena.allocateFrom(ValueLayout.JAVA_FLOAT, floats), dims);
    }

    private static void run(Criterion criterion, Batch batch, int calls, int otherCalls) {
        for (int i = 0; i < calls; i++) {
            criterion.forwardBackward(batch, Backward.OVERWRITE);
        }
        for (int i = 0; i < otherCalls; i++) {
            criterion.forward(batch);
            criterion.forwardBackward(batch, Backward.ADD);
            if (criterion instanceof PointwiseLoss<?> pointwise) {
                pointwise.losses(batch, batch.gradient(0));
                pointwise.backward(batch, batch.input(0), Backward.OVERWRITE);
            }
        }
    }
}
