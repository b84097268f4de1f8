// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;

/** Every built-in loss, with options that reach every branch of its formula. */
final class ManyLosses {

    private ManyLosses() {}

    /** All losses over elements, for inputs of shape (n) and with weights for them. */
    static List<PointwiseLoss<?>> pointwise(int n, Reduction reduction) {
        Tensor one = Tensor.of(new float[] {1.5f}, 1);
        Tensor weights = Tensor.of(Numbers.targets(n, 5));
        Tensor posWeights = Tensor.of(Numbers.targets(n, 6));
        return List.of(
                new MSELoss().withReduction(reduction),
                new L1Loss().withReduction(reduction),
                new SmoothL1Loss().withReduction(reduction),
                new SmoothL1Loss().withBeta(0).withReduction(reduction),
                new HuberLoss().withDelta(0.4).withReduction(reduction),
                new BCEWithLogitsLoss().withReduction(reduction),
                new BCEWithLogitsLoss().withWeight(one).withReduction(reduction),
                new BCEWithLogitsLoss().withPosWeight(posWeights).withReduction(reduction),
                new BCEWithLogitsLoss().withWeight(weights).withPosWeight(posWeights).withReduction(reduction),
                new WeightedBCEWithLogitsLoss().withWP(2).withWN(0.5).withReduction(reduction),
                new WeightedBCEWithLogitsLoss().withWP(0).withReduction(reduction),
                new AsymmetricLossMultiLabel(),
                new AsymmetricLossMultiLabel().withDisableGradFocal(true).withReduction(reduction),
                new AsymmetricLossMultiLabel().withGammaNeg(2.5).withGammaPos(0.5).withClip(0).withEps(0)
                        .withReduction(reduction),
                new AsymmetricLossMultiLabel().withGammaNeg(0).withGammaPos(0).withClip(0.2).withEps(1e-4)
                        .withReduction(reduction),
                new AsymmetricLossMultiLabel().withGammaNeg(0.5).withReduction(Reduction.MEAN));
    }

    /** All losses that give one number, for inputs of shape (n). */
    static List<Loss> reduced(int n) {
        List<Loss> all = new ArrayList<>(pointwise(n, Reduction.MEAN));
        all.add(FocalLoss.binary());
        all.add(FocalLoss.binary().withGamma(0.5).withAlpha(0.25).withReducedThreshold(0.4)
                .withReduction(Reduction.SUM));
        all.add(new RMSELoss());
        all.add(new RMSELoss().withEps(0));
        all.add(CombinedLoss.of(0.5, new BCEWithLogitsLoss(), -2, new HuberLoss()).plus(0.25, new RMSELoss()));
        return all;
    }
}
