// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.SoftmaxFormula;

/**
 * Asymmetric loss of a softmax, with smoothed labels: of a label y,
 * {@code L = -T_y (1-p_y)^gammaPos lp_y - sum_{j≠y} T_j p_j^gammaNeg lp_j}, where {@code T_y = 1 - eps + eps/C} and
 * {@code T_j = eps/C}. With G_j = dL/dlp_j, {@code dL/dx_j = G_j - p_j sum G}, where
 * {@code G_y = -T_y ((1-p_y)^gammaPos - gammaPos p_y (1-p_y)^(gammaPos-1) lp_y)} and
 * {@code G_j = -T_j p_j^gammaNeg (1 + gammaNeg lp_j)}.
 *
 * <p>Ridnik et al., <i>Asymmetric Loss For Multi-Label Classification</i>, 2021; as timm's
 * {@code AsymmetricLossSingleLabel}, but for a reduction sum, which timm takes for none. {@code 1-p_y} is summed up
 * from the other classes, and where {@code p_j} is 0 its term is 0, the limit, where timm's is NaN.
 *
 * <p>The input is (N, C); the mean divides by N.
 */
public final class AsymmetricLossSingleLabel extends SoftmaxLoss<AsymmetricLossSingleLabel> {

    private static final long serialVersionUID = 1;

    /** gammaPos 1, gammaNeg 4, eps 0.1, the mean: timm's defaults. */
    public AsymmetricLossSingleLabel() {
        this(new SoftmaxOptions(SoftmaxFormula.CROSS_ENTROPY.withSmoothing(0.1).withGammas(1, 4)));
    }

    private AsymmetricLossSingleLabel(SoftmaxOptions options) {
        super(options);
    }

    @Override
    AsymmetricLossSingleLabel with(SoftmaxOptions other) {
        return new AsymmetricLossSingleLabel(other);
    }

    /**
     * With another discount of labels.
     *
     * @param gammaPos how much a label that is predicted well is discounted, at least 0
     * @return a new loss
     */
    public AsymmetricLossSingleLabel withGammaPos(double gammaPos) {
        SoftmaxFormula f = options().formula();
        return with(options().withFormula(f.withGammas(exponent("gammaPos", gammaPos), f.gammaOthers())));
    }

    /**
     * With another discount of the other classes.
     *
     * @param gammaNeg how much their terms are discounted where they are improbable, at least 0
     * @return a new loss
     */
    public AsymmetricLossSingleLabel withGammaNeg(double gammaNeg) {
        SoftmaxFormula f = options().formula();
        return with(options().withFormula(f.withGammas(f.gamma(), exponent("gammaNeg", gammaNeg))));
    }

    /**
     * With another label smoothing.
     *
     * @param eps in [0, 1]
     * @return a new loss
     */
    public AsymmetricLossSingleLabel withEps(double eps) {
        return with(options().withFormula(options().formula().withSmoothing(smoothing("eps", eps))));
    }

    @Override
    void requireInput(Tensor input) {
        if (input.rank() != 2) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected (N, C)");
        }
    }

    @Override
    String optionsText() {
        SoftmaxFormula f = options().formula();
        return "gammaPos=" + f.gamma() + ", gammaNeg=" + f.gammaOthers() + ", eps=" + f.smoothing() + ", ";
    }

    @Override
    boolean takesProbabilities() {
        return false;
    }
}
