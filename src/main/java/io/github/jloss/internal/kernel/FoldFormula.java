// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;

/** A formula of the engines' own that adds up three numbers of each element in one pass: its value and two more. */
public interface FoldFormula extends ElementFormula {

    /**
     * The second number.
     *
     * @param x input
     * @param t target
     * @param a first coefficient
     * @param b second coefficient
     * @return a summand of the second sum
     */
    float second(float x, float t, float a, float b);

    /**
     * The third number.
     *
     * @param x input
     * @param t target
     * @param a first coefficient
     * @param b second coefficient
     * @return a summand of the third sum
     */
    float third(float x, float t, float a, float b);
}
