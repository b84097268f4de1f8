// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Focal loss of a softmax: {@code L = -(1-p_y)^gamma log p_y}, cross entropy that counts rows less the better they are
 * predicted. With {@code u = 1-p_y} and {@code G = u^gamma (1 - gamma p_y log(p_y) / u)} the gradient is
 * {@code dL/dx_c = G (p_c - 1[c = y])}.
 *
 * <p>Lin et al., <i>Focal Loss for Dense Object Detection</i>, 2017, over classes; as
 * {@code softmax_focal_loss_with_logits} of segmentation_models.pytorch, without its thresholds and its normalization.
 * {@code u} is summed up from the other classes, so that confident rows keep their digits, and the gradient has its
 * limit 0 where the reference's is NaN, at u = 0 and gamma below 1.
 */
public final class SoftmaxFocalLoss extends SoftmaxLoss {

    private static final long serialVersionUID = 1;

    /** gamma 2, no label ignored, the mean, class axis 1. */
    public SoftmaxFocalLoss() {
        this(2, Reduction.MEAN);
    }

    /**
     * With options.
     *
     * @param gamma how much well predicted rows are discounted, at least 0; 0 is cross entropy
     * @param reduction how the losses of the rows become one number
     */
    public SoftmaxFocalLoss(double gamma, Reduction reduction) {
        this(SoftmaxOptions.of(new SoftmaxFormula(0, exponent("gamma", gamma), 0, false), SoftmaxOptions.NONE,
                reduction));
    }

    private SoftmaxFocalLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    SoftmaxFocalLoss with(SoftmaxOptions other) {
        return new SoftmaxFocalLoss(other);
    }

    /**
     * With weights for the classes, which multiply their rows' losses and make up the divisor of the mean.
     *
     * @param weight one for each class, (C), or null for none
     * @return a new loss
     */
    public SoftmaxFocalLoss withWeight(Tensor weight) {
        return with(options().withWeight(weight));
    }

    /**
     * With a label for rows that do not count.
     *
     * @param label any
     * @return a new loss
     */
    public SoftmaxFocalLoss withIgnoreIndex(long label) {
        return with(options().withIgnoreIndex(label));
    }

    /**
     * For inputs whose class axis is the last one, (..., C), and not axis 1.
     *
     * @return a new loss
     */
    public SoftmaxFocalLoss withClassAxisLast() {
        return with(options().withClassLast());
    }

    @Override
    String optionsText() {
        return "gamma=" + options().formula().gamma() + ", " + ignoreText();
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
