// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Cross entropy of a softmax. With lp the log-softmax of a row, p its softmax, w the weights of the classes and a the
 * label smoothing, {@code L = - sum_c T_c lp_c} and {@code dL/dx_c = p_c sum_k T_k - T_c}, where
 *
 * <ul>
 * <li>of a label y, {@code T_c = (1-a) w_y 1[c = y] + a/C w_c}, and 0 for a row to ignore,
 * <li>of probabilities t, {@code T_c = w_c ((1-a) t_c + a/C)}. They need not add up to 1.
 * </ul>
 *
 * <pre>{@code
 * var loss = new CrossEntropyLoss();                                            // torch's defaults
 * var segmentation = new CrossEntropyLoss().withIgnoreIndex(255).withWeight(classWeights);
 * double value = loss.forwardBackward(logits, Labels.of(labels), gradient);
 * }</pre>
 *
 * <p>As {@code torch.nn.CrossEntropyLoss}, options and divisors alike: with weights, labels and probabilities that say
 * the same have different means. Unlike torch's, a class of logit -infinity and target probability 0 costs nothing, and
 * the gradient is 0 where all labels have weight 0.
 */
public final class CrossEntropyLoss extends SoftmaxLoss<CrossEntropyLoss> {

    private static final long serialVersionUID = 1;

    /** No weights, ignore index -100, no smoothing, the mean, class axis 1. */
    public CrossEntropyLoss() {
        this(new SoftmaxOptions(SoftmaxFormula.CROSS_ENTROPY).withIgnoreIndex(-100));
    }

    private CrossEntropyLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    CrossEntropyLoss with(SoftmaxOptions other) {
        return new CrossEntropyLoss(other);
    }

    /**
     * With targets mixed with a uniform distribution.
     *
     * @param smoothing the part of the uniform distribution, in [0, 1]
     * @return a new loss
     */
    public CrossEntropyLoss withLabelSmoothing(double smoothing) {
        return with(options().withFormula(options().formula().withSmoothing(smoothing("labelSmoothing", smoothing))));
    }

    @Override
    String optionsText() {
        double smoothing = options().formula().smoothing();
        return smoothing == 0 ? "" : "labelSmoothing=" + smoothing + ", ";
    }

    @Override
    boolean takesProbabilities() {
        return true;
    }
}
