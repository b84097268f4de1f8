package io.github.jloss.internal;

import io.github.jloss.spi.ElementFormula;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;

/**
 * The loops in scalar Java, for JVMs without the Vector API and for formulas that cannot be translated to it.
 *
 * <p>Each formula class gets a copy of this class, made at run time as a hidden class. In the copy
 * {@link #FORMULA} is a constant, so that the JIT compiler sees which formula it calls and inlines it; one loop for all
 * formulas would call through an interface and be several times slower from the third formula on.
 */
public final class ScalarLoop implements PointwiseKernel {

    private static final Class<?> FORMULA = formulaClass();

    ScalarLoop() {}

    /** A kernel with a copy of the loops for this formula class. */
    static PointwiseKernel of(Class<? extends ElementFormula> formula) {
        try (InputStream in = ScalarLoop.class.getResourceAsStream("ScalarLoop.class")) {
            MethodHandles.Lookup copy = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(in.readAllBytes(), formula, true);
            return (PointwiseKernel) copy.lookupClass().getDeclaredConstructor().newInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> formulaClass() {
        try {
            Class<?> data = MethodHandles.classData(MethodHandles.lookup(), "_", Class.class);
            return data == null ? ElementFormula.class : data;
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public boolean inNativeMemory() {
        return false;
    }

    @Override
    public void sum(ElementFormula formula, Span s, int n) {
        ElementFormula f = (ElementFormula) FORMULA.cast(formula);
        for (int block = 0; block < n; block += BLOCK) {
            s.clearLanes();
            sum(f, s, block, Math.min(n, block + BLOCK));
            s.closeLanes();
        }
    }

    @Override
    public void values(ElementFormula formula, Span s, int n) {
        ElementFormula f = (ElementFormula) FORMULA.cast(formula);
        for (int block = 0; block < n; block += BLOCK) {
            s.clearLanes();
            values(f, s, block, Math.min(n, block + BLOCK));
            s.closeLanes();
        }
    }

    @Override
    public void gradients(ElementFormula formula, Span s, int n) {
        ElementFormula f = (ElementFormula) FORMULA.cast(formula);
        for (int block = 0; block < n; block += BLOCK) {
            s.clearLanes();
            gradients(f, s, block, Math.min(n, block + BLOCK));
            s.closeLanes();
        }
    }

    @Override
    public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
        combine(s, scale, hasUpstream, add, 0, n);
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) of one block: what does not fill a
     * vector, for the SIMD loops.
     *
     * @param f the formula
     * @param s operands, sums and buffers
     * @param from first element
     * @param to element after the last
     */
    public static void sum(ElementFormula f, Span s, int from, int to) {
        for (int i = from; i < to; i++) {
            add(s, i, f.value(x(s, i), t(s, i), a(s, i), b(s, i)));
        }
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) of one block: what does not fill a
     * vector, for the SIMD loops.
     *
     * @param f the formula
     * @param s operands, sums and buffers
     * @param from first element
     * @param to element after the last
     */
    public static void values(ElementFormula f, Span s, int from, int to) {
        for (int i = from; i < to; i++) {
            float value = f.value(x(s, i), t(s, i), a(s, i), b(s, i));
            s.out.array[s.out.offset + i] = value;
            add(s, i, value);
        }
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive) of one block: what does not fill a
     * vector, for the SIMD loops.
     *
     * @param f the formula
     * @param s operands, sums and buffers
     * @param from first element
     * @param to element after the last
     */
    public static void gradients(ElementFormula f, Span s, int from, int to) {
        for (int i = from; i < to; i++) {
            float x = x(s, i);
            float t = t(s, i);
            float a = a(s, i);
            float b = b(s, i);
            s.out.array[s.out.offset + i] = f.gradient(x, t, a, b) * s.scale;
            add(s, i, f.value(x, t, a, b));
        }
    }

    /**
     * Elements {@code from} (inclusive) to {@code to} (exclusive): what does not fill a vector, for the SIMD loops.
     *
     * @param s operands
     * @param scale factor on the gradients
     * @param hasUpstream whether there is an upstream gradient
     * @param add whether to add
     * @param from first element
     * @param to element after the last
     */
    public static void combine(Span s, float scale, boolean hasUpstream, boolean add, int from, int to) {
        for (int i = from; i < to; i++) {
            float g = s.out.array[s.out.offset + i] * scale;
            if (hasUpstream) {
                g *= s.upstream.array[s.upstream.offset + i];
            }
            int d = s.destination.offset + i;
            s.destination.array[d] = add ? s.destination.array[d] + g : g;
        }
    }

    private static float x(Span s, int i) {
        return s.x.array[s.x.offset + i];
    }

    private static float t(Span s, int i) {
        return s.t.array[s.t.offset + i];
    }

    private static float a(Span s, int i) {
        return s.a.array[s.a.offset + i];
    }

    private static float b(Span s, int i) {
        return s.b.array[s.b.offset + i];
    }

    private static void add(Span s, int i, float value) {
        s.lanes[i % LANES] = Fma.fma(value, SUM_SCALE, s.lanes[i % LANES]);
    }
}
