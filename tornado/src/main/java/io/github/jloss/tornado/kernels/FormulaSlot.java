package io.github.jloss.tornado.kernels;

import io.github.jloss.spi.ElementFormula;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The place of the formula in the source of {@link Pointwise}: for each formula, {@code KernelLoader} makes a class of
 * this form that creates it from the options. The record is gone from the compiled kernel.
 */
final class FormulaSlot {

    private FormulaSlot() {}

    static ElementFormula formula(FloatArray options) {
        throw new IllegalStateException("no formula for " + options);
    }
}
