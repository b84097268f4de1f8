// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Focal loss of a softmax: {@code L = -(1-p_y)^gamma log p_y}, cross entropy that counts rows less the better they are
 * predicted. With {@code u = 1-p_y} and {@code G = u^gamma (1 - gamma p_y log(p_y) / u)} the gradient is
 * {@code dL/dx_c = G (p_c - 1[c = y])}.
 *
 * <p>Lin et al., <i>Focal Loss for Dense Object Detection</i>, 2017, over classes; as
 * {@code softmax_focal_loss_with_logits} of segmentation_models.pytorch, with class weights and a label to ignore.
 * {@code u} is summed up from the other classes, so that confident rows keep their digits, and the gradient has its
 * limit 0 where the reference's is NaN, at u = 0 and gamma below 1.
 */
public final class SoftmaxFocalLoss extends SoftmaxLoss<SoftmaxFocalLoss> {

    private static final long serialVersionUID = 1;

    /** gamma 2, no threshold, not normalized, no label ignored, the mean, class axis 1. */
    public SoftmaxFocalLoss() {
        this(new SoftmaxOptions(SoftmaxFormula.CROSS_ENTROPY.withGammas(2, 0)));
    }

    private SoftmaxFocalLoss(SoftmaxOptions options) {
        super(options);
    }

    @Override
    SoftmaxFocalLoss with(SoftmaxOptions other) {
        return new SoftmaxFocalLoss(other);
    }

    /**
     * With another focusing exponent.
     *
     * @param gamma how much well predicted rows are discounted, at least 0; 0 is cross entropy
     * @return a new loss
     */
    public SoftmaxFocalLoss withGamma(double gamma) {
        return withFormula(options().formula().withGammas(exponent("gamma", gamma), 0));
    }

    /**
     * With a focusing factor that is 1 up to a certain probability, and {@code (u/threshold)^gamma} from there on.
     *
     * @param threshold where p_y is below it nothing is discounted; in (0, 1)
     * @return a new loss
     */
    public SoftmaxFocalLoss withReducedThreshold(double threshold) {
        Checks.require((float) threshold > 0 && (float) threshold < 1, "reducedThreshold", threshold,
                "a number in (0, 1)");
        return withFormula(options().formula().withThreshold(threshold));
    }

    private SoftmaxFocalLoss withFormula(SoftmaxFormula formula) {
        if (formula.threshold() != 0) {
            Checks.asFloat("reducedThreshold to the power -gamma",
                    Math.min(Math.pow(formula.threshold(), -formula.gamma()), Double.MAX_VALUE));
        }
        return with(options().withFormula(formula));
    }

    /**
     * With losses that are also divided by the sum of the focusing factors: by {@code Z = max(sum w F, 1e-6)}, F those
     * of all rows that count and w the weights of the rows, not those of the classes. Gradients flow through Z. There
     * are no losses of single rows then, and {@link #totals} have the sum in Z besides.
     *
     * @return a new loss
     */
    public SoftmaxFocalLoss withNormalized() {
        return with(options().withNormalized());
    }

    @Override
    String optionsText() {
        SoftmaxFormula f = options().formula();
        return "gamma=" + f.gamma() + ", " + (f.threshold() == 0 ? "" : "reducedThreshold=" + f.threshold() + ", ")
                + (options().normalized() ? "normalized, " : "");
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
