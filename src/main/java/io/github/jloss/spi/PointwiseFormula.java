// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/** An {@link ElementFormula} without coefficients: what most pointwise losses are made of. */
public interface PointwiseFormula extends ElementFormula {

    /**
     * The loss of one element.
     *
     * @param x the input
     * @param t the target
     * @return the loss
     */
    float value(float x, float t);

    /**
     * The derivative of {@link #value(float, float)} with respect to {@code x}.
     *
     * @param x the input
     * @param t the target
     * @return the derivative
     */
    float gradient(float x, float t);

    @Override
    default float value(float x, float t, float a, float b) {
        return value(x, t);
    }

    @Override
    default float gradient(float x, float t, float a, float b) {
        return gradient(x, t);
    }
}
