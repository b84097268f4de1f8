// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/**
 * Tversky loss, as smp's {@code TverskyLoss}. S. Salehi et al., <i>Tversky loss function for image segmentation</i>,
 * 2017.
 *
 * <p>{@code alpha} weighs false positives, {@code beta} false negatives; both are 1/2 by default, which is
 * {@link DiceLoss}. With {@code gamma} it is the focal Tversky loss (N. Abraham, N. Khan, 2019).
 */
public final class TverskyLoss extends RegionLoss<TverskyLoss> {

    private static final long serialVersionUID = 1;

    private TverskyLoss(Mode mode) {
        super(mode, 0.5, 0.5);
    }

    /**
     * One region; the activation is a sigmoid.
     *
     * @return smp's {@code TverskyLoss(mode="binary")}
     */
    public static TverskyLoss binary() {
        return new TverskyLoss(Mode.BINARY);
    }

    /**
     * Inputs (N, C, ...) with a softmax over the classes; a region for each class.
     *
     * @return smp's {@code TverskyLoss(mode="multiclass")}
     */
    public static TverskyLoss multiclass() {
        return new TverskyLoss(Mode.MULTICLASS);
    }

    /**
     * Inputs (N, C, ...) with a sigmoid; a region for each class.
     *
     * @return smp's {@code TverskyLoss(mode="multilabel")}
     */
    public static TverskyLoss multilabel() {
        return new TverskyLoss(Mode.MULTILABEL);
    }

    /**
     * This loss with another alpha.
     *
     * @param alpha the weight of false positives, at least 0
     * @return a loss with this option
     */
    public TverskyLoss withAlpha(double alpha) {
        Checks.notNegative("alpha", alpha);
        return tversky(alpha, beta(), gamma());
    }

    /**
     * This loss with another beta.
     *
     * @param beta the weight of false negatives, at least 0
     * @return a loss with this option
     */
    public TverskyLoss withBeta(double beta) {
        Checks.notNegative("beta", beta);
        return tversky(alpha(), beta, gamma());
    }

    /**
     * This loss with another gamma.
     *
     * @param gamma the exponent of the loss, above 0; 1 by default
     * @return a loss with this option
     */
    public TverskyLoss withGamma(double gamma) {
        Checks.positive("gamma", gamma);
        return tversky(alpha(), beta(), gamma);
    }

    @Override
    String tverskyOptions() {
        return "alpha=" + alpha() + ", beta=" + beta() + ", gamma=" + gamma() + ", ";
    }
}
