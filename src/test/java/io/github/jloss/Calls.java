// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;

/** A call that is right, of a loss of every class: for what holds for all of them. */
final class Calls {

    private static final int N = 6;
    private static final int C = 4;

    private Calls() {}

    /** A criterion and what it takes, the gradients poisoned. */
    record Call(Criterion criterion, Batch batch) {

        /** The gradients of a criterion of the same batch. */
        float[][] gradients(Criterion other) {
            other.forwardBackward(batch, Backward.OVERWRITE);
            return batch.gradients().stream().map(Memory::floats).toArray(float[][]::new);
        }

        @Override
        public String toString() {
            return criterion.toString();
        }
    }

    private static Tensor floats(int seed, long... shape) {
        return Tensor.of(Numbers.inputs((int) Shapes.size(shape), seed), shape);
    }

    private static Batch batch(Target target, Tensor... inputs) {
        return new Batch(List.of(inputs), target, List.of(inputs).stream().map(Tensor::zerosLike).toList());
    }

    /** One of each class, some with options that are tensors or other losses. */
    static List<Call> all() {
        Tensor x = floats(1, N, C);
        Tensor t = Tensor.of(Numbers.targets(N * C, 2), N, C);
        Labels classes = Labels.of(0, 3, 1, 2, 2, 0);
        List<Call> all = new ArrayList<>();
        BCEWithLogitsLoss weighted = new BCEWithLogitsLoss().withWeight(floats(3, C))
                .withPosWeight(Tensor.of(new float[] {2}));
        for (Loss loss : List.of(new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(), new RMSELoss(),
                new BCEWithLogitsLoss(), weighted, new WeightedBCEWithLogitsLoss().withWN(2),
                        new AsymmetricLossMultiLabel(),
                FocalLoss.binary(), FocalLoss.binary().withNormalized(), JaccardLoss.binary(), JaccardLoss.multilabel(),
                DiceLoss.multilabel(), SoftJaccardLoss.binary(), TverskyLoss.binary(),
                CombinedLoss.of(0.5, weighted, 2, JaccardLoss.binary()), new SoftTargetCrossEntropyLoss())) {
            all.add(new Call(loss, batch(t, x)));
        }
        for (Loss loss : List.of(new CrossEntropyLoss(), new CrossEntropyLoss().withWeight(Tensor.of(new float[C])),
                new NLLLoss(), new AsymmetricLossSingleLabel(), new SoftmaxFocalLoss(),
                new LabelSmoothingCrossEntropyLoss(), FocalLoss.multiclass(), JaccardLoss.multiclass(),
                DiceLoss.multiclass().withIgnoreIndex(3))) {
            all.add(new Call(loss, batch(classes, x)));
        }
        Tensor x2 = floats(4, N, C);
        all.add(new Call(new ContrastiveLoss(), batch(Labels.of(0, 1, 1, 0, 1, 0), x, x2)));
        all.add(new Call(new ContrastiveLoss(1, Distance.norm(3, 0), Reduction.SUM),
                batch(Labels.of(0, 1, 1, 0, 1, 0), x, x2)));
        all.add(new Call(new CosineEmbeddingLoss(), batch(Labels.of(1, -1, 1, -1, 1, 1), x, x2)));
        all.add(new Call(new TripletMarginLoss(), batch(null, x, x2, floats(5, N, C))));
        all.add(new Call(AngularPenaltySMLoss.arcface(), batch(classes, x, floats(6, 5, C))));
        all.add(new Call(AngularPenaltySMLoss.cosface(), batch(classes, x, floats(6, 5, C))));
        return all;
    }
}
