// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Negative log-likelihood of inputs that are log-probabilities: {@code L = -w_y x_y}, with gradient {@code -w_y} at the
 * label y and 0 elsewhere. Of logits, {@link CrossEntropyLoss} is the same, faster and more accurate.
 *
 * <p>As {@code torch.nn.NLLLoss}. Inputs are taken as they are: a -infinity that is no label's, and NaN, do no harm.
 */
public final class NLLLoss extends SoftmaxLoss {

    private static final long serialVersionUID = 1;

    private static final SoftmaxOptions DEFAULTS = SoftmaxOptions.of(new SoftmaxFormula(0, 0, 0, true), -100,
            Reduction.MEAN);

    /** No weights, ignore index -100, the mean, class axis 1. */
    public NLLLoss() {
        this(DEFAULTS);
    }

    /**
     * With a reduction, and defaults otherwise.
     *
     * @param reduction how the losses of the rows become one number
     */
    public NLLLoss(Reduction reduction) {
        this(DEFAULTS.withReduction(reduction));
    }

    private NLLLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    NLLLoss with(SoftmaxOptions other) {
        return new NLLLoss(other);
    }

    /**
     * With weights for the classes.
     *
     * @param weight one for each class, (C), or null for none
     * @return a new loss
     */
    public NLLLoss withWeight(Tensor weight) {
        return with(options().withWeight(weight));
    }

    /**
     * With another label for rows that do not count.
     *
     * @param label any; -100 by default
     * @return a new loss
     */
    public NLLLoss withIgnoreIndex(long label) {
        return with(options().withIgnoreIndex(label));
    }

    /**
     * For inputs whose class axis is the last one, (..., C), and not axis 1.
     *
     * @return a new loss
     */
    public NLLLoss withClassAxisLast() {
        return with(options().withClassLast());
    }

    /**
     * With a mean that divides by the number of rows that are not ignored, whatever their weights.
     *
     * @return a new loss
     */
    public NLLLoss withMeanOfRows() {
        return with(options().withMeanOfRows());
    }

    /**
     * With 0, and not NaN, for the mean over nothing: all rows ignored, or none there.
     *
     * @return a new loss
     */
    public NLLLoss withEmptyMeanZero() {
        return with(options().withEmptyZero());
    }

    @Override
    String optionsText() {
        return ignoreText();
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
