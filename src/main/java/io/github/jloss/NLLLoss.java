// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Negative log-likelihood of inputs that are log-probabilities: {@code L = -w_y x_y}, with gradient {@code -w_y} at the
 * label y and 0 elsewhere. Of logits, {@link CrossEntropyLoss} is the same, faster and more accurate.
 *
 * <p>As {@code torch.nn.NLLLoss}. Inputs are taken as they are: a -infinity that is no label's, and NaN, do no harm.
 */
public final class NLLLoss extends SoftmaxLoss<NLLLoss> {

    private static final long serialVersionUID = 1;

    /** No weights, ignore index -100, the mean, class axis 1. */
    public NLLLoss() {
        this(new SoftmaxOptions(SoftmaxFormula.LOG_LIKELIHOOD).withIgnoreIndex(-100));
    }

    private NLLLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    NLLLoss with(SoftmaxOptions other) {
        return new NLLLoss(other);
    }

    @Override
    String optionsText() {
        return "";
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
