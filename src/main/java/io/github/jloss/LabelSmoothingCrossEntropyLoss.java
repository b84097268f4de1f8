// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Cross entropy of a softmax with smoothed labels, {@code L = -(1-a) lp_y - a/C sum_c lp_c}, with gradient
 * {@code dL/dx_c = p_c - (1-a) 1[c = y] - a/C}. The class axis is the last one, no label is ignored by default, and
 * the mean divides by the number of rows.
 *
 * <p>As timm's {@code LabelSmoothingCrossEntropy}; {@link CrossEntropyLoss#withLabelSmoothing} is the same with more
 * options.
 */
public final class LabelSmoothingCrossEntropyLoss extends SoftmaxLoss<LabelSmoothingCrossEntropyLoss> {

    private static final long serialVersionUID = 1;

    /** Smoothing 0.1, the mean. */
    public LabelSmoothingCrossEntropyLoss() {
        this(new SoftmaxOptions(SoftmaxFormula.CROSS_ENTROPY.withSmoothing(0.1)).withClassLast());
    }

    private LabelSmoothingCrossEntropyLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    LabelSmoothingCrossEntropyLoss with(SoftmaxOptions other) {
        return new LabelSmoothingCrossEntropyLoss(other);
    }

    /**
     * With another smoothing.
     *
     * @param smoothing the part a of the uniform distribution, in [0, 1]
     * @return a new loss
     */
    public LabelSmoothingCrossEntropyLoss withSmoothing(double smoothing) {
        return with(options().withFormula(options().formula().withSmoothing(smoothing("smoothing", smoothing))));
    }

    @Override
    String optionsText() {
        return "smoothing=" + options().formula().smoothing() + ", ";
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
