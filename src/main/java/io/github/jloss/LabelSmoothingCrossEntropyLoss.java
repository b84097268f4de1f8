// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Cross entropy of a softmax with smoothed labels, {@code L = -(1-a) lp_y - a/C sum_c lp_c}, with gradient
 * {@code dL/dx_c = p_c - (1-a) 1[c = y] - a/C}. The class axis is the last one, no label is ignored, and the mean
 * divides by the number of rows.
 *
 * <p>As timm's {@code LabelSmoothingCrossEntropy}; {@link CrossEntropyLoss#withLabelSmoothing} is the same with more
 * options.
 */
public final class LabelSmoothingCrossEntropyLoss extends SoftmaxLoss {

    private static final long serialVersionUID = 1;

    /** Smoothing 0.1, the mean. */
    public LabelSmoothingCrossEntropyLoss() {
        this(0.1, Reduction.MEAN);
    }

    /**
     * With options.
     *
     * @param smoothing the part a of the uniform distribution, in [0, 1]
     * @param reduction how the losses of the rows become one number
     */
    public LabelSmoothingCrossEntropyLoss(double smoothing, Reduction reduction) {
        this(SoftmaxOptions.of(new SoftmaxFormula(smoothing("smoothing", smoothing), 0, 0, false), SoftmaxOptions.NONE,
                reduction).withClassLast());
    }

    private LabelSmoothingCrossEntropyLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    LabelSmoothingCrossEntropyLoss with(SoftmaxOptions other) {
        return new LabelSmoothingCrossEntropyLoss(other);
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
