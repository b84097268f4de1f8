// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;

/**
 * Binary cross entropy of logits: {@code w (-v t log s(x) - (1-t) log s(-x))} per element, s the sigmoid, w
 * {@code weight} and v {@code posWeight}; gradient {@code w ((1-t) s(x) - v t s(-x))}.
 *
 * <p>As {@code torch.nn.BCEWithLogitsLoss}: input and target of the same shape, targets may be soft;
 * {@link Reduction#MEAN} by default, dividing by the number of elements, never by the weights. Unlike torch 1.13,
 * small losses keep all their digits, and an infinite logit costs 0 on the right side (torch: NaN) and infinity on the
 * wrong one.
 */
public final class BCEWithLogitsLoss extends PointwiseLoss<BCEWithLogitsLoss> {

    private static final long serialVersionUID = 1;

    /** Without weights, the mean over all elements. */
    public BCEWithLogitsLoss() {
        super(new Unweighted(), Reduction.MEAN);
    }

    private BCEWithLogitsLoss withCoefficients(Tensor weight, Tensor posWeight) {
        return with(weight == null && posWeight == null ? new Unweighted() : new Weighted(), weight, posWeight);
    }

    /**
     * This loss with a factor on the loss of each element, which does not enter the divisor of the mean. The tensor is
     * a view, read at each call, and broadcast to the input's shape: a scalar, one number per class along the last
     * axis, or one per element.
     *
     * @param weight the factor, or null for 1
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withWeight(Tensor weight) {
        return withCoefficients(weight, b());
    }

    /**
     * This loss with a factor on the positive term of each element: above 1 for recall, below 1 for precision. The
     * tensor is a view, read at each call, and broadcast to the input's shape, as that of {@link #withWeight} is.
     *
     * @param posWeight the factor, or null for 1
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withPosWeight(Tensor posWeight) {
        return withCoefficients(a(), posWeight);
    }

    /**
     * This loss with the same factor on the positive term of all elements.
     *
     * @param posWeight a finite number
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withPosWeight(double posWeight) {
        return withPosWeight(Tensor.of(new float[] {Checks.asFloat("posWeight", posWeight)}));
    }

    @Override
    protected String coefficientName(int index) {
        return index == 0 ? "weight" : "posWeight";
    }

    private record Unweighted() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Logistic.value(x, t);
        }

        @Override
        public float gradient(float x, float t) {
            return Logistic.gradient(x, t);
        }
    }

    private record Weighted() implements ElementFormula {
        @Override
        public float value(float x, float t, float weight, float posWeight) {
            return Logistic.value(x, t, weight * posWeight, weight);
        }

        @Override
        public float gradient(float x, float t, float weight, float posWeight) {
            return Logistic.gradient(x, t, weight * posWeight, weight);
        }
    }
}
