// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Cross entropy of a softmax with probabilities as targets, {@code L = - sum_c t_c lp_c}, with gradient
 * {@code dL/dx_c = p_c sum_k t_k - t_c}: what Mixup and CutMix are trained with. The class axis is the last one, and
 * the mean divides by the number of rows.
 *
 * <p>As timm's {@code SoftTargetCrossEntropy}, but a class of logit -infinity and probability 0 costs nothing.
 */
public final class SoftTargetCrossEntropyLoss extends SoftmaxLoss<SoftTargetCrossEntropyLoss> {

    private static final long serialVersionUID = 1;

    /** The mean. */
    public SoftTargetCrossEntropyLoss() {
        this(new SoftmaxOptions(SoftmaxFormula.CROSS_ENTROPY).withClassLast());
    }

    private SoftTargetCrossEntropyLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    SoftTargetCrossEntropyLoss with(SoftmaxOptions other) {
        return new SoftTargetCrossEntropyLoss(other);
    }

    @Override
    String optionsText() {
        return "";
    }

    @Override
    boolean takesProbabilities() {
        return true;
    }

    @Override
    boolean takesLabels() {
        return false;
    }
}
