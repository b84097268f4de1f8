// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import java.io.Serializable;

/**
 * The logits of a margin softmax: {@code scale * cosine} for all classes but the row's own, and
 * {@code scale * target(cosine)} for that one. Called once or twice for each row, in double precision, so that it may
 * be any Java code; {@link StrictMath} gives the same bits everywhere.
 *
 * <p>Formulas are immutable, and equal if their options are.
 */
public interface MarginFormula extends Serializable {

    /**
     * The factor on all cosines.
     *
     * @return a number of at least 0 that float can hold
     */
    double scale();

    /**
     * Whether the rows of the weight are divided by their norms; if not, what is called a cosine here is the product
     * of a row of the weight with a normalised embedding.
     *
     * @return the choice
     */
    boolean normalizesWeight();

    /**
     * The cosine with the margin.
     *
     * @param cosine of an embedding and the weight of its own class
     * @return what stands in its place
     */
    double target(double cosine);

    /**
     * The derivative of {@link #target}.
     *
     * @param cosine of an embedding and the weight of its own class
     * @return the derivative
     */
    double slope(double cosine);
}
