// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.ScalarLoop;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.spi.ElementFormula;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The SIMD loop, with a hole where the formula belongs. Every formula gets a copy of this class for each mode, as a
 * hidden class, with its operations in place of the calls of {@link Placeholder}: the loop is compiled for one formula
 * only, and the whole formula is in the loop, where the JIT compiler inlines every vector operation. A call through an
 * interface instead is as fast while one loss is used, and three times slower, with 1 MB of garbage, from the third on.
 *
 * <p>Vectors may be narrower than the {@link #LANES} logical lanes of a sum. Then a block is walked over several times,
 * each time for other lanes: every float sum gets the same elements in the same order at every width.
 */
final class SimdLoop implements PointwiseKernel {

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    private static final int WIDTH = SPECIES.length();
    private static final Formula FORMULA = formula();
    private static final MethodHandle PARAMETERS = FORMULA.parameters();
    private static final Mode MODE = FORMULA.mode();
    private static final boolean GRADIENTS = MODE.writesGradients();
    private static final boolean VALUES = MODE.writesValues();
    private static final boolean WEIGHTED = MODE.weighted();
    private static final boolean PIPELINED = FORMULA.pipelined();
    private static final boolean COEFFICIENTS = FORMULA.hasCoefficients();
    private static final boolean FOLD = FORMULA.isFold();

    /** What a copy is made for. */
    record Formula(MethodHandle parameters, Mode mode, boolean pipelined, boolean hasCoefficients, boolean isFold,
            boolean inNativeMemory) {}

    SimdLoop() {}

    private static Formula formula() {
        try {
            Formula data = MethodHandles.classData(MethodHandles.lookup(), "_", Formula.class);
            return data == null ? new Formula(null, Mode.SUM, false, false, false, false) : data;
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public boolean inNativeMemory() {
        return FORMULA.inNativeMemory();
    }

    @Override
    public void run(ElementFormula formula, Span s, int n) {
        int whole = n - n % (MODE == Mode.MAP ? WIDTH : LANES);
        read(formula, s.parameters);
        vectors(s, whole, n);
        if (whole == n) {
            return;
        }
        if (MODE == Mode.MAP) {
            ScalarLoop.map(formula, s, whole, n);
            return;
        }
        if (whole % BLOCK == 0) {
            s.clearLanes();
        }
        ScalarLoop.elements(formula, MODE, s, whole, n);
        close(s);
    }

    /**
     * All elements that fill vectors; a block that more follow is left open. With the scalar loop for those in the same
     * method, the compiler keeps nothing in registers across the loop, and overlap losses take an eighth more time.
     * Nor does it read the formula's parameters: method handles, shared with other formulas, fail class checks, see
     * {@link Emitter}.
     */
    private static void vectors(Span s, int whole, int n) {
        float[] x = s.x.array;
        float[] t = s.t.array;
        float[] a = s.a.array;
        float[] b = s.b.array;
        float[] out = s.out.array;
        int xo = s.x.offset;
        int to = s.t.offset;
        MemorySegment xs = s.x.segment;
        MemorySegment ts = s.t.segment;
        long xb = s.x.bytes;
        long tb = s.t.bytes;
        int ao = s.a.offset;
        int bo = s.b.offset;
        float[] weights = s.weights.array;
        int wo = s.weights.offset;
        int oo = s.out.offset;
        MemorySegment outs = s.out.segment;
        long ob = s.out.bytes;
        FloatVector p0 = parameter(s, 0);
        FloatVector p1 = parameter(s, 1);
        FloatVector p2 = parameter(s, 2);
        FloatVector p3 = parameter(s, 3);
        FloatVector p4 = parameter(s, 4);
        FloatVector p5 = parameter(s, 5);
        if (MODE == Mode.MAP) {
            for (int i = 0; i < whole; i += WIDTH) {
                FloatVector vx = Placeholder.load(x, xo, xs, xb, i);
                FloatVector vt = Placeholder.load(t, to, ts, tb, i);
                FloatVector va = COEFFICIENTS ? FloatVector.fromArray(SPECIES, a, ao + i) : vx;
                FloatVector vb = COEFFICIENTS ? FloatVector.fromArray(SPECIES, b, bo + i) : vx;
                Placeholder.store(Placeholder.mapped(vx, vt, va, vb, vx, p0, p1, p2, p3, p4, p5), out, oo, outs, ob, i);
            }
            return;
        }
        FloatVector scale = FloatVector.broadcast(SPECIES, s.scale);
        for (int block = 0; block < whole; block += BLOCK) {
            int end = Math.min(whole, block + BLOCK);
            for (int part = 0; part < LANES; part += WIDTH) {
                FloatVector sum = FloatVector.zero(SPECIES);
                FloatVector second = FloatVector.zero(SPECIES);
                FloatVector third = FloatVector.zero(SPECIES);
                int last = end - LANES + part;
                FloatVector next = FloatVector.zero(SPECIES);
                if (PIPELINED && block + part <= last) {
                    next = Placeholder.firstHalf(Placeholder.load(x, xo, xs, xb, block + part),
                            p0, p1, p2, p3, p4, p5);
                }
                for (int i = block + part; i < end; i += LANES) {
                    FloatVector now = next;
                    if (PIPELINED) {
                        next = Placeholder.firstHalf(Placeholder.load(x, xo, xs, xb, Math.min(i + LANES, last)),
                                p0, p1, p2, p3, p4, p5);
                    }
                    FloatVector vx = Placeholder.load(x, xo, xs, xb, i);
                    FloatVector vt = Placeholder.load(t, to, ts, tb, i);
                    FloatVector va = COEFFICIENTS ? FloatVector.fromArray(SPECIES, a, ao + i) : vx;
                    FloatVector vb = COEFFICIENTS ? FloatVector.fromArray(SPECIES, b, bo + i) : vx;
                    FloatVector g = Placeholder.gradient(vx, vt, va, vb, now, p0, p1, p2, p3, p4, p5);
                    FloatVector v = Placeholder.value(vx, vt, va, vb, now, p0, p1, p2, p3, p4, p5);
                    if (WEIGHTED) {
                        FloatVector w = FloatVector.fromArray(SPECIES, weights, wo + i);
                        VectorMask<Float> masked = w.eq(0);
                        g = g.mul(w).blend(0, masked);
                        v = v.mul(w).blend(0, masked);
                    }
                    if (GRADIENTS) {
                        Placeholder.store(g.mul(scale), out, oo, outs, ob, i);
                    } else if (VALUES) {
                        Placeholder.store(v, out, oo, outs, ob, i);
                    }
                    sum = Fma.FUSED ? v.fma(FloatVector.broadcast(SPECIES, SUM_SCALE), sum) : v.mul(SUM_SCALE).add(sum);
                    if (FOLD) {
                        FloatVector v2 = Placeholder.second(vx, vt, va, vb, now, p0, p1, p2, p3, p4, p5);
                        FloatVector v3 = Placeholder.third(vx, vt, va, vb, now, p0, p1, p2, p3, p4, p5);
                        second = Fma.FUSED ? v2.fma(FloatVector.broadcast(SPECIES, SUM_SCALE), second)
                                : v2.mul(SUM_SCALE).add(second);
                        third = Fma.FUSED ? v3.fma(FloatVector.broadcast(SPECIES, SUM_SCALE), third)
                                : v3.mul(SUM_SCALE).add(third);
                    }
                }
                sum.intoArray(s.lanes, part);
                if (FOLD) {
                    second.intoArray(s.lanes, LANES + part);
                    third.intoArray(s.lanes, 2 * LANES + part);
                }
            }
            if (end < whole || whole == n || whole % BLOCK == 0) {
                close(s);
            }
        }
    }

    @Override
    public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
        float[] out = s.out.array;
        float[] upstream = s.upstream.array;
        float[] destination = s.destination.array;
        int oo = s.out.offset;
        int uo = s.upstream.offset;
        int d = s.destination.offset;
        float[] weights = s.weights.array;
        int wo = s.weights.offset;
        int whole = SPECIES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, out, oo + i);
            if (hasUpstream) {
                g = g.mul(FloatVector.fromArray(SPECIES, upstream, uo + i));
            }
            g = g.mul(scale);
            FloatVector before = add ? FloatVector.fromArray(SPECIES, destination, d + i) : FloatVector.zero(SPECIES);
            if (add) {
                g = before.add(g);
            }
            if (WEIGHTED) {
                g = g.blend(before, FloatVector.fromArray(SPECIES, weights, wo + i).eq(0));
            }
            g.intoArray(destination, d + i);
        }
        ScalarLoop.combine(s, scale, hasUpstream, WEIGHTED, add, whole, n);
    }

    private static void read(ElementFormula formula, float[] parameters) {
        try {
            PARAMETERS.invokeExact(parameters, formula);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static FloatVector parameter(Span s, int index) {
        return FloatVector.broadcast(SPECIES, s.parameters[index]);
    }

    /** Ends a block: its float sums go to the double ones. */
    private static void close(Span s) {
        for (int part = 0; part < (FOLD ? 3 * LANES : LANES); part += WIDTH) {
            FloatVector sum = FloatVector.fromArray(SPECIES, s.lanes, part);
            for (int half = 0; half < 2; half++) {
                int lane = part + half * WIDTH / 2;
                sum.convert(VectorOperators.F2D, half).reinterpretAsDoubles()
                        .add(DoubleVector.fromArray(DOUBLES, s.sums, lane)).intoArray(s.sums, lane);
            }
        }
    }
}
