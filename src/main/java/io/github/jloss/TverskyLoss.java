// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.OverlapOptions.Mode;

/**
 * Tversky loss, as smp's {@code TverskyLoss}. S. Salehi et al., <i>Tversky loss function for image segmentation</i>,
 * 2017.
 *
 * <p>{@code alpha} weighs false positives, {@code beta} false negatives; both are 1/2 by default, which is
 * {@link DiceLoss}.
 *
 * <p>With {@code gamma} it is a focal Tversky loss, of which there are two. smp raises the mean over classes to that
 * power, {@code L = (mean of l)^gamma}: the default. The paper (Abraham and Khan, <i>A novel focal Tversky loss
 * function</i>, 2019) has the mean of the powers, {@code L = mean of l^gamma}: {@link #withGammaPerClass}; its exponent
 * is written 1/gamma, so its 4/3 is 0.75 here. Below 1 regions that are nearly right go on learning, above 1 they rest.
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
     * @param alpha the weight of false positives, at least 0; 1/2 by default
     * @return a loss with this option
     */
    public TverskyLoss withAlpha(double alpha) {
        return with(regionOptions().withAlpha(alpha));
    }

    /**
     * This loss with another beta.
     *
     * @param beta the weight of false negatives, at least 0; 1/2 by default
     * @return a loss with this option
     */
    public TverskyLoss withBeta(double beta) {
        return with(regionOptions().withBeta(beta));
    }

    /**
     * This loss with another gamma.
     *
     * @param gamma the exponent of the loss, above 0; 1 by default
     * @return a loss with this option
     */
    public TverskyLoss withGamma(double gamma) {
        return with(regionOptions().withGamma(gamma));
    }

    /**
     * This loss with gamma as the exponent of each region, or of their mean.
     *
     * @param apart true for the mean of {@code (1 - score)^gamma}, as in the paper; false, the default, for
     *        {@code (mean of 1 - score)^gamma}, as in smp. Of one region the two are the same
     * @return a loss with this option
     */
    public TverskyLoss withGammaPerClass(boolean apart) {
        return with(regionOptions().withGammaPerClass(apart));
    }
}
