// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandles;

/**
 * The loop in scalar Java, for JVMs without the Vector API and for formulas that cannot be translated to it.
 *
 * <p>Each formula class, and each mode, gets a copy of this class, made at run time as a hidden class. In the copy
 * {@link #FORMULA} is a constant, so that the JIT compiler sees which formula it calls and inlines it; one loop for all
 * formulas would call through an interface and be several times slower from the third formula on.
 */
public final class ScalarLoop implements PointwiseKernel {

    private static final Copy COPY = copy();
    private static final Class<?> FORMULA = COPY.formula();
    private static final Mode MODE = COPY.mode();

    /** What a copy is made for. */
    record Copy(Class<?> formula, Mode mode) {}

    ScalarLoop() {}

    /** A kernel with a copy of the loop for this formula class. */
    static PointwiseKernel of(Class<? extends ElementFormula> formula, Mode mode) {
        try {
            MethodHandles.Lookup copy = MethodHandles.lookup().defineHiddenClassWithClassData(
                    ClassFiles.bytes(ScalarLoop.class), new Copy(formula, mode), true);
            return (PointwiseKernel) copy.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Copy copy() {
        try {
            Copy data = MethodHandles.classData(MethodHandles.lookup(), "_", Copy.class);
            return data == null ? new Copy(ElementFormula.class, Mode.SUM) : data;
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public boolean inNativeMemory() {
        return false;
    }

    @Override
    public void run(ElementFormula formula, Span s, int n) {
        ElementFormula f = (ElementFormula) FORMULA.cast(formula);
        if (MODE == Mode.MAP) {
            map(f, s, 0, n);
            return;
        }
        for (int block = 0; block < n; block += BLOCK) {
            s.clearLanes();
            elements(f, MODE, s, block, Math.min(n, block + BLOCK));
            s.closeLanes();
        }
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) mapped: what does not fill a vector, for the SIMD
     * loops.
     *
     * @param f the formula
     * @param s operands
     * @param from first element
     * @param to element after the last
     */
    public static void map(ElementFormula f, Span s, int from, int to) {
        for (int i = from; i < to; i++) {
            s.out.array[s.out.offset + i] = f.value(s.x.array[s.x.offset + i], s.t.array[s.t.offset + i],
                    s.a.array[s.a.offset + i], s.b.array[s.b.offset + i]);
        }
    }

    @Override
    public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
        combine(s, scale, hasUpstream, MODE.weighted(), add, 0, n);
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) of one block: what does not fill a vector, for the
     * SIMD loops.
     *
     * @param f the formula
     * @param mode what to write
     * @param s operands, sums and buffers
     * @param from first element
     * @param to element after the last
     */
    public static void elements(ElementFormula f, Mode mode, Span s, int from, int to) {
        for (int i = from; i < to; i++) {
            float x = s.x.array[s.x.offset + i];
            float t = s.t.array[s.t.offset + i];
            float a = s.a.array[s.a.offset + i];
            float b = s.b.array[s.b.offset + i];
            float value = f.value(x, t, a, b);
            float gradient = mode.writesGradients() ? f.gradient(x, t, a, b) : 0;
            if (mode.weighted()) {
                float w = s.weights.array[s.weights.offset + i];
                value = w == 0 ? 0 : value * w;
                gradient = w == 0 ? 0 : gradient * w;
            }
            if (mode.writesGradients()) {
                s.out.array[s.out.offset + i] = gradient * s.scale;
            } else if (mode.writesValues()) {
                s.out.array[s.out.offset + i] = value;
            }
            int lane = i % LANES;
            s.lanes[lane] = Fma.fma(value, SUM_SCALE, s.lanes[lane]);
            if (f instanceof FoldFormula fold) {
                s.lanes[LANES + lane] = Fma.fma(fold.second(x, t, a, b), SUM_SCALE, s.lanes[LANES + lane]);
                s.lanes[2 * LANES + lane] = Fma.fma(fold.third(x, t, a, b), SUM_SCALE, s.lanes[2 * LANES + lane]);
            }
        }
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive): what does not fill a vector, for the SIMD loops.
     *
     * @param s operands
     * @param scale factor on the gradients
     * @param hasUpstream whether there is an upstream gradient
     * @param weighted whether weights may mask elements
     * @param add whether to add
     * @param from first element
     * @param to element after the last
     */
    public static void combine(Span s, float scale, boolean hasUpstream, boolean weighted, boolean add, int from,
            int to) {
        for (int i = from; i < to; i++) {
            float g = s.out.array[s.out.offset + i];
            if (hasUpstream) {
                g *= s.upstream.array[s.upstream.offset + i];
            }
            g *= scale;
            int d = s.destination.offset + i;
            if (weighted && s.weights.array[s.weights.offset + i] == 0) {
                s.destination.array[d] = add ? s.destination.array[d] : 0;
            } else {
                s.destination.array[d] = add ? s.destination.array[d] + g : g;
            }
        }
    }
}
