// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.margin;

import io.github.jloss.spi.MarginFormula;
import io.github.jloss.spi.Scalar;

/**
 * What a row of a margin softmax comes to once its classes have been walked through, on every back end. With a the
 * logarithm of the odds against the row's own class, the loss is log(1 + e^a), and the other classes have the
 * probability 1 / (1 + e^-a), which is also the derivative that the own class has, with its sign changed.
 */
public final class MarginRow {

    private MarginRow() {}

    /**
     * Adds what some classes have to what those before them had.
     *
     * @param total sum of e^(z - maximum) over the classes before
     * @param maximum largest logit of the classes before
     * @param sum sum of e^(z - most) over these
     * @param most largest logit of these
     * @return the sum of e^(z - the larger of both maxima) over all of them
     */
    public static double merged(double total, float maximum, double sum, float most) {
        return most > maximum ? total * Scalar.expNeg(most - maximum) + sum
                : total + sum * Scalar.expNeg(maximum - most);
    }

    /**
     * The logarithm of the odds against the row's own class.
     *
     * @param formula the logits
     * @param maximum largest logit of the other classes
     * @param total sum of e^(z - maximum) over them
     * @param cosine of the row and its own class
     * @return a
     */
    public static double logOdds(MarginFormula formula, float maximum, double total, double cosine) {
        return maximum + StrictMath.log(total) - formula.scale() * formula.target(cosine);
    }

    /**
     * The loss.
     *
     * @param a the {@link #logOdds}
     * @return log(1 + e^a)
     */
    public static double loss(double a) {
        return (a > 0 ? a : 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(a)));
    }

    /**
     * The probability of the other classes.
     *
     * @param a the {@link #logOdds}
     * @return 1 / (1 + e^-a)
     */
    public static double others(double a) {
        double e = StrictMath.exp(-Math.abs(a));
        return (a > 0 ? 1 : e) / (1 + e);
    }
}
