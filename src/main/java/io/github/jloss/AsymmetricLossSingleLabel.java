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
public final class AsymmetricLossSingleLabel extends SoftmaxLoss {

    private static final long serialVersionUID = 1;

    /** gammaPos 1, gammaNeg 4, eps 0.1, the mean: timm's defaults. */
    public AsymmetricLossSingleLabel() {
        this(1, 4, 0.1, Reduction.MEAN);
    }

    /**
     * With options.
     *
     * @param gammaPos how much a label that is predicted well is discounted, at least 0
     * @param gammaNeg how much the other classes' terms are discounted where they are improbable, at least 0
     * @param eps label smoothing, in [0, 1]
     * @param reduction how the losses of the rows become one number
     */
    public AsymmetricLossSingleLabel(double gammaPos, double gammaNeg, double eps, Reduction reduction) {
        this(SoftmaxOptions.of(new SoftmaxFormula(smoothing("eps", eps), exponent("gammaPos", gammaPos),
                exponent("gammaNeg", gammaNeg), false), SoftmaxOptions.NONE, reduction));
    }

    private AsymmetricLossSingleLabel(SoftmaxOptions options) {
        super(options);
    }

    @Override
    AsymmetricLossSingleLabel with(SoftmaxOptions other) {
        return new AsymmetricLossSingleLabel(other);
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
