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
        MAP,
        /** As SUM, of values times the span's weights. */
        WEIGHTED_SUM,
        /** As VALUES, of values times the span's weights. */
        WEIGHTED_VALUES,
        /** As GRADIENTS, of values and gradients times the span's weights. */
        WEIGHTED_GRADIENTS;

        /**
         * Whether gradients are written.
         *
         * @return false if there are none
         */
        public boolean writesGradients() {
            return this == GRADIENTS || this == WEIGHTED_GRADIENTS;
        }

        /**
         * Whether values are written.
         *
         * @return false if they are summed only
         */
        public boolean writesValues() {
            return this == VALUES || this == MAP || this == WEIGHTED_VALUES;
        }

        /**
         * Whether there are weights. Where one is 0, value and gradient are 0, whatever the formula gives.
         *
         * @return false if all are 1
         */
        public boolean weighted() {
            return this == WEIGHTED_SUM || this == WEIGHTED_VALUES || this == WEIGHTED_GRADIENTS;
        }

        /**
         * The same with weights.
         *
         * @return SUM, VALUES or GRADIENTS with weights
         */
        public Mode withWeights() {
            return this == SUM ? WEIGHTED_SUM : this == VALUES ? WEIGHTED_VALUES : WEIGHTED_GRADIENTS;
        }
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
     * Writes {@code s.out}, times {@code s.upstream} if there is one, times {@code scale}, over {@code s.destination}
     * or adds it. In a weighted mode an element of weight 0 gets 0, or what it had.
     *
     * @param s the gradients in {@code s.out}, the other operands
     * @param scale factor on the gradients
     * @param hasUpstream whether {@code s.upstream} is set
     * @param add whether to add
     * @param n number of elements
     */
    void combine(Span s, float scale, boolean hasUpstream, boolean add, int n);
}
