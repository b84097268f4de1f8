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
public final class BCEWithLogitsLoss extends PointwiseLoss {

    private static final long serialVersionUID = 1;

    /** Without weights, the mean over all elements. */
    public BCEWithLogitsLoss() {
        this(Reduction.MEAN);
    }

    /**
     * Without weights.
     *
     * @param reduction how the elements' losses become one number
     */
    public BCEWithLogitsLoss(Reduction reduction) {
        super(new Unweighted(), reduction);
    }

    /**
     * With weights. The tensors are views: the loss reads them at each call. Each is broadcast to the input's shape:
     * a scalar, one number per class along the last axis, or one per element.
     *
     * @param weight factor on the loss of an element, or null for 1
     * @param posWeight factor on its positive term, or null for 1
     * @param reduction how the elements' losses become one number
     */
    public BCEWithLogitsLoss(Tensor weight, Tensor posWeight, Reduction reduction) {
        super(weight == null && posWeight == null ? new Unweighted() : new Weighted(), weight, posWeight, reduction);
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
