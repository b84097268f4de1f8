// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;

/**
 * Binary cross entropy of logits with one weight for each class:
 * {@code -w_p t log s(x) - w_n (1-t) log s(-x)}, s the sigmoid; gradient
 * {@code -w_p t s(-x) + w_n (1-t) s(x)}.
 *
 * <p>The stable form of deep-ml's {@code WeightedBCEWithLogitsLoss}, which adds an epsilon inside the logarithms: that
 * caps the loss near 16 w and lets the gradient of confident mistakes vanish; here the loss grows linearly and the
 * gradient tends to the weight. Input and target have the same shape (deep-ml silently makes (N,1) and (N) an N x N
 * product); targets may be soft. An infinite logit costs 0 on the right side and infinity on the wrong one.
 * {@link Reduction#MEAN} divides by the number of elements, not by the weights.
 */
public final class WeightedBCEWithLogitsLoss extends PointwiseLoss<WeightedBCEWithLogitsLoss> {

    private static final long serialVersionUID = 1;

    /** Both weights 1, the mean over all elements. */
    public WeightedBCEWithLogitsLoss() {
        super(new Formula(1, 1), Reduction.MEAN);
    }

    /**
     * This loss with another weight of the positive class.
     *
     * @param weight at least 0; 1 by default
     * @return a loss with this option
     */
    public WeightedBCEWithLogitsLoss withWP(double weight) {
        return with(new Formula(Checks.asFloat("wP", Checks.notNegative("wP", weight)), ((Formula) formula()).wN));
    }

    /**
     * This loss with another weight of the negative class.
     *
     * @param weight at least 0; 1 by default
     * @return a loss with this option
     */
    public WeightedBCEWithLogitsLoss withWN(double weight) {
        return with(new Formula(((Formula) formula()).wP, Checks.asFloat("wN", Checks.notNegative("wN", weight))));
    }

    float wP() {
        return ((Formula) formula()).wP;
    }

    float wN() {
        return ((Formula) formula()).wN;
    }

    private record Formula(float wP, float wN) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Logistic.value(x, t, wP, wN);
        }

        @Override
        public float gradient(float x, float t) {
            return Logistic.gradient(x, t, wP, wN);
        }
    }
}
