// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Distance;
import java.io.Serializable;

/**
 * The loss of one row of two or three embeddings, as a function of the distances between them and of the row's target:
 * all there is to a loss over pairs or triplets. Pure functions; formulas are records, equal if their options are.
 */
public interface DistanceFormula extends Serializable {

    /**
     * What the distances are.
     *
     * @return the distance
     */
    Distance distance();

    /**
     * How many distances the formula needs.
     *
     * @return 1 for that of the inputs 0 and 1; 2 for that of 0 and 2 as well; 3 for that of 1 and 2 as well
     */
    int distances();

    /**
     * The loss of the row.
     *
     * @param d01 the distance of the inputs 0 and 1
     * @param d02 the distance of the inputs 0 and 2; 0 if not needed
     * @param d12 the distance of the inputs 1 and 2; 0 if not needed
     * @param target the row's target; 0 if the loss has none
     * @return the loss
     */
    double value(double d01, double d02, double d12, double target);

    /**
     * The derivative of {@link #value} with respect to one of the distances.
     *
     * @param which 0 for d01, 1 for d02, 2 for d12
     * @param d01 the distance of the inputs 0 and 1
     * @param d02 the distance of the inputs 0 and 2; 0 if not needed
     * @param d12 the distance of the inputs 1 and 2; 0 if not needed
     * @param target the row's target; 0 if the loss has none
     * @return the derivative
     */
    double slope(int which, double d01, double d02, double d12, double target);
}
