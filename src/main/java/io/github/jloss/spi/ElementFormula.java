// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import java.io.Serializable;

/**
 * The loss of one element and its derivative, as pure functions of the element's input {@code x}, its target
 * {@code t} and two coefficients {@code a} and {@code b} that may differ from element to element (weights).
 *
 * <p>Both methods are written once, in scalar Java, and are all there is to a pointwise loss: the scalar engine calls
 * them, the SIMD engine translates their bytecode to vector operations, GPU kernels call them. For that they must be
 * straight-line code over the vocabulary of {@link Scalar}, static helpers made of the same, and the record components
 * of the formula (floats are parameters of the translated code; a {@code boolean} component may be branched on, and is
 * compiled in). Up to 6 float and 8 boolean components and some 200 operations are translated. On the CPU any other
 * formula runs as the Java that it is, several times slower, with a warning that says why; so does one whose class is
 * not the one in its class file.
 *
 * <p>Formulas are records: immutable, and equal if their options are.
 */
public interface ElementFormula extends Serializable {

    /**
     * The loss of one element.
     *
     * @param x the input
     * @param t the target
     * @param a the first coefficient
     * @param b the second coefficient
     * @return the loss
     */
    float value(float x, float t, float a, float b);

    /**
     * The derivative of {@link #value} with respect to {@code x}.
     *
     * @param x the input
     * @param t the target
     * @param a the first coefficient
     * @param b the second coefficient
     * @return the derivative
     */
    float gradient(float x, float t, float a, float b);
}
