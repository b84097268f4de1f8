// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.Warmup.Race;
import io.github.jloss.spi.ElementFormula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A formula's loop: the scalar one until the vector one, with the same bits, is compiled. See {@link Warmup}. */
final class WarmingKernel implements PointwiseKernel {

    /**
     * Elements of a round: more than a block, and in every other round a tail, so that nothing is new to the compiler;
     * few, because it counts calls, too.
     */
    private static final int ROUND = BLOCK + 5 * LANES;
    private static final int TAIL = 5;

    private final PointwiseKernel scalar;
    private final Supplier<PointwiseKernel> translation;
    private final boolean inNativeMemory;
    private final boolean delivers;
    private final Consumer<PointwiseKernel> ready;
    private final Warmup.Usage usage = new Warmup.Usage();
    private volatile PointwiseKernel now;
    private PointwiseKernel vector;

    /**
     * A loop that begins as a scalar one.
     *
     * @param scalar the scalar loop
     * @param translation makes the vector loop, or null; asked by another thread
     * @param inNativeMemory whether that works on native memory, which the scalar one does not
     * @param mode what it writes: what writes anything may be asked to combine it with something, too
     * @param ready receives the vector loop, for those who come later
     */
    WarmingKernel(PointwiseKernel scalar, Supplier<PointwiseKernel> translation, boolean inNativeMemory,
            Mode mode, Consumer<PointwiseKernel> ready) {
        this.scalar = scalar;
        this.translation = translation;
        this.inNativeMemory = inNativeMemory;
        delivers = !inNativeMemory && (mode.writesGradients() || mode.writesValues());
        this.ready = ready;
        now = scalar;
    }

    @Override
    public boolean inNativeMemory() {
        return inNativeMemory && now != scalar;
    }

    @Override
    public void run(ElementFormula formula, Span s, int n) {
        now.run(formula, s, n);
        used(formula, n);
    }

    @Override
    public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
        now.combine(s, scale, hasUpstream, add, n);
    }

    /** Counts elements that this loop, or another because it is not ready, worked on. */
    void used(ElementFormula formula, int n) {
        if (now == scalar && usage.isEnough(n)) {
            Warmup.run(race(formula));
        }
    }

    private Race race(ElementFormula formula) {
        Span s = new Span();
        Span same = new Span();
        numbers(s);
        numbers(same);
        if (inNativeMemory) {
            inNativeMemory(s);
        }
        int[] rounds = new int[2];
        return new Race(() -> round(vector(), formula, s, rounds, 0), () -> round(scalar, formula, same, rounds, 1),
                won -> usage.end(won, () -> {
                    now = vector;
                    ready.accept(vector);
                }));
    }

    private void round(PointwiseKernel kernel, ElementFormula formula, Span s, int[] rounds, int who) {
        int n = ROUND - rounds[who]++ % 2 * TAIL;
        s.clearSums();
        kernel.run(formula, s, n);
        if (delivers) {
            kernel.combine(s, 0.5f, true, false, n);
            kernel.combine(s, 0.5f, false, true, n);
            kernel.combine(s, 0.5f, true, true, n);
        }
    }

    /** By the one thread that warms up. */
    private PointwiseKernel vector() {
        if (vector == null) {
            vector = Objects.requireNonNull(translation.get());
        }
        return vector;
    }

    private static void numbers(Span s) {
        float[] x = new float[ROUND];
        float[] t = new float[ROUND];
        for (int i = 0; i < ROUND; i++) {
            x[i] = i % 97 / 12f - 4;
            t[i] = i & 1;
        }
        s.scale = 1;
        s.x.use(x, 0);
        s.t.use(t, 0);
        s.a.use(t, 0);
        s.b.use(t, 0);
        s.weights.use(t, 0);
        s.upstream.use(t, 0);
        s.out.use(new float[ROUND], 0);
        s.destination.use(new float[ROUND], 0);
    }

    private static void inNativeMemory(Span s) {
        s.x.segment = copy(s.x.array);
        s.t.segment = copy(s.t.array);
        s.out.segment = copy(s.out.array);
    }

    private static MemorySegment copy(float[] floats) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, floats);
    }
}
