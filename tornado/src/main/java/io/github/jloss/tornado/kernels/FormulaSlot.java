// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The place of the formula in the source of {@link Pointwise}: for each formula, the back end writes a class of this
 * form, and the kernel is compiled with that.
 */
public final class FormulaSlot {

    private FormulaSlot() {}

    /**
     * The formula's value.
     *
     * @param options its components
     * @param x the input
     * @param t the target
     * @param a the first coefficient
     * @param b the second coefficient
     * @return the loss
     */
    public static float value(FloatArray options, float x, float t, float a, float b) {
        throw new UnsupportedOperationException("a slot without a formula");
    }

    /**
     * The formula's derivative with respect to the input.
     *
     * @param options its components
     * @param x the input
     * @param t the target
     * @param a the first coefficient
     * @param b the second coefficient
     * @return the derivative
     */
    public static float gradient(FloatArray options, float x, float t, float a, float b) {
        throw new UnsupportedOperationException("a slot without a formula");
    }
}
