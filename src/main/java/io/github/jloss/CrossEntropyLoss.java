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
public final class CrossEntropyLoss extends SoftmaxLoss {

    private static final long serialVersionUID = 1;

    private static final SoftmaxOptions DEFAULTS = SoftmaxOptions.of(new SoftmaxFormula(0, 0, 0, false), -100,
            Reduction.MEAN);

    /** No weights, ignore index -100, no smoothing, the mean, class axis 1. */
    public CrossEntropyLoss() {
        this(DEFAULTS);
    }

    /**
     * With a reduction, and defaults otherwise.
     *
     * @param reduction how the losses of the rows become one number
     */
    public CrossEntropyLoss(Reduction reduction) {
        this(DEFAULTS.withReduction(reduction));
    }

    private CrossEntropyLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    CrossEntropyLoss with(SoftmaxOptions other) {
        return new CrossEntropyLoss(other);
    }

    /**
     * With another reduction.
     *
     * @param reduction how the losses of the rows become one number
     * @return a new loss
     */
    public CrossEntropyLoss withReduction(Reduction reduction) {
        return with(options().withReduction(reduction));
    }

    /**
     * With weights for the classes.
     *
     * @param weight one for each class, (C), or null for none
     * @return a new loss
     */
    public CrossEntropyLoss withWeight(Tensor weight) {
        return with(options().withWeight(weight));
    }

    /**
     * With another label for rows that do not count.
     *
     * @param label any; -100 by default
     * @return a new loss
     */
    public CrossEntropyLoss withIgnoreIndex(long label) {
        return with(options().withIgnoreIndex(label));
    }

    /**
     * With targets mixed with a uniform distribution.
     *
     * @param smoothing the part of the uniform distribution, in [0, 1]
     * @return a new loss
     */
    public CrossEntropyLoss withLabelSmoothing(double smoothing) {
        return with(options().withFormula(new SoftmaxFormula(smoothing("labelSmoothing", smoothing), 0, 0, false)));
    }

    /**
     * For inputs whose class axis is the last one, (..., C), and not axis 1.
     *
     * @return a new loss
     */
    public CrossEntropyLoss withClassAxisLast() {
        return with(options().withClassLast());
    }

    /**
     * With a mean that divides by the number of rows that are not ignored, whatever their weights.
     *
     * @return a new loss
     */
    public CrossEntropyLoss withMeanOfRows() {
        return with(options().withMeanOfRows());
    }

    /**
     * With 0, and not NaN, for the mean over nothing: all rows ignored, or none there.
     *
     * @return a new loss
     */
    public CrossEntropyLoss withEmptyMeanZero() {
        return with(options().withEmptyZero());
    }

    @Override
    String optionsText() {
        double smoothing = options().formula().smoothing();
        return ignoreText() + (smoothing == 0 ? "" : "labelSmoothing=" + smoothing + ", ");
    }

    @Override
    boolean takesProbabilities() {
        return true;
    }
}
