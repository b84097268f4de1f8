// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;

/**
 * One formula's loop. It adds the values of n elements to {@link #LANES} sums: within each
 * {@link #BLOCK} elements (counted from the first), element i goes to the float sum i mod 16, and at the end of the
 * block each float sum is added to its double. That order is the same whatever the width of the vectors, so the bits
 * of the result are too; and 32 floats lose little: the sum of 1e8 losses has 7 good digits.
 *
 * <p>Values are scaled by {@link #SUM_SCALE} on their way into the float sums, by a fused multiply-add that costs what
 * an add costs: 32 losses of 3e38 then do not overflow.
 */
public interface PointwiseKernel {

    /** Logical lanes of a sum: as many floats as the widest vector holds. */
    int LANES = 16;

    /** Elements whose losses are summed in float before they are added in double. */
    int BLOCK = 512;

    /** {@code LANES / BLOCK}: the sum of a lane's values in one block cannot overflow. */
    float SUM_SCALE = (float) LANES / BLOCK;

    /** What a kernel does with each element besides adding its value to the sums. */
    enum Mode {
        /** Nothing. */
        SUM,
        /** Writes its value. */
        VALUES,
        /** Writes its gradient, multiplied by the span's scale. */
        GRADIENTS,
        /** Writes its value, and adds nothing to the sums: a pass of an engine's own. */
        MAP
    }

    /**
     * Whether this loop reads and writes native memory in place.
     *
     * @return false if it needs arrays
     */
    boolean inNativeMemory();

    /**
     * Goes over all elements.
     *
     * @param formula supplies the parameters
     * @param s operands, sums and buffers
     * @param n number of elements
     */
    void run(ElementFormula formula, Span s, int n);

    /**
     * Writes {@code s.out * scale}, times {@code s.upstream} if there is one, over {@code s.destination} or adds it.
     *
     * @param s the gradients in {@code s.out}, the other operands
     * @param scale factor on the gradients
     * @param hasUpstream whether {@code s.upstream} is set
     * @param add whether to add
     * @param n number of elements
     */
    void combine(Span s, float scale, boolean hasUpstream, boolean add, int n);
}
