// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Runs a loop that was translated from a class file beside the class that is loaded, before anybody gets it. The two
 * may differ: a loader may have taken other bytes than the file's, a debugger or an agent replaced them, or somebody
 * compiled the file anew. As many elements as there are lanes go in at a time: each sum then shows a single value. What
 * a debugger replaces later, when the loop is in use, is not seen.
 */
final class Probe {

    private static final int LANES = PointwiseKernel.LANES;

    /** Every one meets every other one. */
    private static final float[] SPECIAL = {0, -0f, 1, -1, 0.5f, 2, -2.5f, 10, -40, 1e-3f, 3e10f, -1e-40f,
        Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};

    private static final int PAIRS = SPECIAL.length * SPECIAL.length;

    /** Inputs as losses have them. */
    private static final int USUAL = 128;

    /** Inputs of all magnitudes, and then of any bits. */
    private static final int UNUSUAL = 128;

    /** Other formulas of the same class, with parameters drawn at random. */
    private static final int RELATIVES = 2;

    private static final int MOST = PAIRS + USUAL + UNUSUAL;

    private final PointwiseKernel loop;
    private final Mode mode;
    private final Span expected = new Span();
    private final Span found = new Span();
    private final SplittableRandom random = new SplittableRandom(1);

    private Probe(PointwiseKernel loop, Mode mode, Arena arena) {
        this.loop = loop;
        this.mode = mode;
        expected.scale = 1;
        found.scale = 1;
        expected.out.use(new float[LANES], 0);
        found.out.use(new float[LANES], 0);
        if (loop.inNativeMemory()) {
            found.out.segment = arena.allocate(ValueLayout.JAVA_FLOAT, LANES);
        }
    }

    /**
     * Compares a loop with the formula's own code, bit by bit.
     *
     * @param loop the translation
     * @param formula one of its formulas
     * @param parameters the components of its class
     * @param mode what the loop writes
     * @throws IllegalArgumentException if they differ; or whatever the formula's own code throws
     */
    static void requireSame(PointwiseKernel loop, ElementFormula formula, Parameters parameters, Mode mode) {
        try (Arena arena = Arena.ofConfined()) {
            Probe probe = new Probe(loop, mode, arena);
            float[][] inputs = probe.inputs(parameters.floats(formula));
            probe.compare(formula, inputs, MOST, arena);
            for (int i = 0; i < RELATIVES; i++) {
                ElementFormula relative = parameters.relative(formula, probe.random);
                if (relative != null) {
                    probe.compare(relative, inputs, USUAL, arena);
                }
            }
        }
    }

    /** Inputs, targets, coefficients and weights, the usual ones first. */
    private float[][] inputs(float[] parameters) {
        float[][] inputs = new float[5][MOST];
        for (int i = 0; i < USUAL; i++) {
            inputs[0][i] = (float) random.nextGaussian() * 4;
            inputs[1][i] = i % 3 == 0 ? i % 2 : (float) random.nextGaussian();
            inputs[2][i] = i % 5 == 0 ? 1 : random.nextFloat() * 2;
            inputs[3][i] = i % 5 == 1 ? 1 : random.nextFloat() * 2;
            if (i < 4 * parameters.length) {
                // Where a formula changes is often where one of its parameters is.
                inputs[i % 2][i] = i / 2 % 2 == 0 ? parameters[i / 4] : Math.nextUp(parameters[i / 4]);
            }
        }
        for (int i = USUAL; i < USUAL + UNUSUAL; i++) {
            for (float[] input : inputs) {
                float any = Float.intBitsToFloat(random.nextInt());
                input[i] = i % 4 == 0 && Float.isFinite(any) ? any
                        : (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-40, 40)));
            }
        }
        for (int i = 0; i < MOST; i++) {
            inputs[4][i] = i % 7 == 0 ? 0 : 1 + i % 3;
        }
        for (int i = 0; i < PAIRS; i++) {
            int at = USUAL + UNUSUAL + i;
            inputs[0][at] = SPECIAL[i % SPECIAL.length];
            inputs[1][at] = SPECIAL[i / SPECIAL.length];
            inputs[2][at] = i % 3 == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : 1;
            inputs[3][at] = i % 3 == 1 ? SPECIAL[random.nextInt(SPECIAL.length)] : 1;
        }
        return inputs;
    }

    private void compare(ElementFormula formula, float[][] inputs, int n, Arena arena) {
        for (Span s : new Span[] {expected, found}) {
            s.x.array = inputs[0];
            s.t.array = inputs[1];
            s.a.array = inputs[2];
            s.b.array = inputs[3];
            s.weights.array = inputs[4];
        }
        if (loop.inNativeMemory()) {
            found.x.segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, inputs[0]);
            found.t.segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, inputs[1]);
        }
        for (int from = 0; from < n; from += LANES) {
            expected.clearSums();
            found.clearSums();
            at(expected, from);
            at(found, from);
            if (mode == Mode.MAP) {
                ScalarLoop.map(formula, expected, 0, LANES);
            } else {
                expected.clearLanes();
                ScalarLoop.elements(formula, mode, expected, 0, LANES);
                expected.closeLanes();
            }
            loop.run(formula, found, LANES);
            if (loop.inNativeMemory()) {
                MemorySegment.copy(found.out.segment, ValueLayout.JAVA_FLOAT, 0, found.out.array, 0, LANES);
            }
            requireSame(formula);
        }
    }

    private static void at(Span s, int from) {
        s.x.offset = from;
        s.t.offset = from;
        s.a.offset = from;
        s.b.offset = from;
        s.weights.offset = from;
        s.x.bytes = (long) from * Float.BYTES;
        s.t.bytes = (long) from * Float.BYTES;
    }

    private void requireSame(ElementFormula formula) {
        for (int i = 0; i < LANES; i++) {
            requireSame(formula, i, expected.out.array[i], found.out.array[i]);
        }
        for (int i = 0; i < expected.sums.length; i++) {
            requireSame(formula, i % LANES, expected.sums[i] / PointwiseKernel.SUM_SCALE,
                    found.sums[i] / PointwiseKernel.SUM_SCALE);
        }
    }

    /** The bits; but not those of NaN, which no processor promises. */
    private void requireSame(ElementFormula formula, int lane, double right, double translated) {
        if (Double.compare(right, translated) != 0) {
            int i = expected.x.offset + lane;
            throw new IllegalArgumentException("its class file is not that of the class that is loaded: " + formula
                    + " makes " + right + " of x = " + expected.x.array[i] + ", t = " + expected.t.array[i]
                    + ", but by its class file " + translated);
        }
    }
}
