// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;

/** Every built-in loss, with options that reach every branch of its formula. */
final class Losses {

    private Losses() {}

    /** All losses over elements, for inputs of shape (n) and with weights for them. */
    static List<PointwiseLoss> pointwise(int n, Reduction reduction) {
        Tensor one = Tensor.of(new float[] {1.5f}, 1);
        Tensor weights = Tensor.of(Numbers.targets(n, 5));
        Tensor posWeights = Tensor.of(Numbers.targets(n, 6));
        return List.of(
                new MSELoss(reduction),
                new L1Loss(reduction),
                new SmoothL1Loss(1, reduction),
                new SmoothL1Loss(0, reduction),
                new HuberLoss(0.4, reduction),
                new BCEWithLogitsLoss(reduction),
                new BCEWithLogitsLoss(one, null, reduction),
                new BCEWithLogitsLoss(null, posWeights, reduction),
                new BCEWithLogitsLoss(weights, posWeights, reduction),
                new WeightedBCEWithLogitsLoss(2, 0.5, reduction),
                new WeightedBCEWithLogitsLoss(0, 1, reduction),
                new AsymmetricLossMultiLabel(),
                new AsymmetricLossMultiLabel(4, 1, 0.05, 1e-8, true, reduction),
                new AsymmetricLossMultiLabel(2.5, 0.5, 0, 0, false, reduction),
                new AsymmetricLossMultiLabel(0, 0, 0.2, 1e-4, false, reduction),
                new AsymmetricLossMultiLabel(0.5, 1, 0.05, 1e-8, false, Reduction.MEAN));
    }

    /** All losses that give one number, for inputs of shape (n). */
    static List<Loss> reduced(int n) {
        List<Loss> all = new ArrayList<>(pointwise(n, Reduction.MEAN));
        all.add(FocalLoss.binary());
        all.add(FocalLoss.binary().withGamma(0.5).withAlpha(0.25).withReducedThreshold(0.4)
                .withReduction(Reduction.SUM));
        all.add(new RMSELoss());
        all.add(new RMSELoss(0));
        all.add(CombinedLoss.of(0.5, new BCEWithLogitsLoss(), -2, new HuberLoss()).plus(0.25, new RMSELoss()));
        return all;
    }
}
