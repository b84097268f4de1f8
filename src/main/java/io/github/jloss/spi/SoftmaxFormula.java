// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import java.io.Serializable;

/**
 * What the softmax engine computes of every row, the losses of this family being one formula with options. With logits
 * x over C classes (those that are excluded not counted), p their softmax, lp its logarithm, and w the weights of the
 * classes:
 *
 * <ul>
 * <li>of a label k: {@code L = (1-a+a/C) w_k F(p_k) (-lp_k) - a/C sum_{j≠k} w_j p_j^gammaOthers lp_j},
 * <li>of probabilities t: {@code L = - sum_j w_j ((1-a) t_j + a/C) lp_j}; both gammas are 0 then.
 * </ul>
 *
 * <p>F is the focusing factor {@code (1-p)^gamma}, or with a threshold {@code ((1-p)/threshold)^gamma} where p is not
 * below the threshold and 1 where it is.
 *
 * @param smoothing a, in [0, 1]
 * @param gamma how much a target that is predicted well is discounted, at least 0
 * @param gammaOthers how much the other classes' terms are discounted where they are improbable, at least 0
 * @param threshold the probability below which nothing is discounted, in (0, 1), or 0 for none
 * @param logProbabilities whether the input is lp already, and not x; there is no smoothing and no gamma then
 * @param factorOnly whether L is {@code F(p_k)} alone, of labels whose weight is not 0; there is no smoothing then
 */
public record SoftmaxFormula(double smoothing, double gamma, double gammaOthers, double threshold,
        boolean logProbabilities, boolean factorOnly) implements Serializable {

    /** {@code -lp_k}. */
    public static final SoftmaxFormula CROSS_ENTROPY = new SoftmaxFormula(0, 0, 0, 0, false, false);

    /** {@code -x_k}. */
    public static final SoftmaxFormula LOG_LIKELIHOOD = new SoftmaxFormula(0, 0, 0, 0, true, false);

    /**
     * With another smoothing.
     *
     * @param a in [0, 1]
     * @return a new formula
     */
    public SoftmaxFormula withSmoothing(double a) {
        return new SoftmaxFormula(a, gamma, gammaOthers, threshold, logProbabilities, factorOnly);
    }

    /**
     * With another focusing.
     *
     * @param own the exponent of the label's class
     * @param others that of the other classes
     * @return a new formula
     */
    public SoftmaxFormula withGammas(double own, double others) {
        return new SoftmaxFormula(smoothing, own, others, threshold, logProbabilities, factorOnly);
    }

    /**
     * With another threshold.
     *
     * @param probability below which nothing is discounted
     * @return a new formula
     */
    public SoftmaxFormula withThreshold(double probability) {
        return new SoftmaxFormula(smoothing, gamma, gammaOthers, probability, logProbabilities, factorOnly);
    }

    /**
     * Of the focusing factor alone.
     *
     * @return a new formula
     */
    public SoftmaxFormula ofFactorOnly() {
        return new SoftmaxFormula(smoothing, gamma, gammaOthers, threshold, logProbabilities, true);
    }
}
