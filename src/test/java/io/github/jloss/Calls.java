// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.ArrayList;
import java.util.List;

/** Calls that are right, of a loss of every class: for what holds for all of them. */
final class Calls {

    /** Which memory they use. */
    interface Place {

        Tensor floats(float[] data, long... shape);

        Labels labels(int[] data, long... shape);
    }

    static final Place ARRAYS = new Place() {
        @Override
        public Tensor floats(float[] data, long... shape) {
            return Tensor.of(data, shape);
        }

        @Override
        public Labels labels(int[] data, long... shape) {
            return Labels.of(data, shape);
        }
    };

    /** A criterion and what it takes. */
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

    private final Place place;
    private final List<Call> calls = new ArrayList<>();
    private final int n;
    private final int c;

    private Calls(int n, int c, Place place) {
        this.n = n;
        this.c = c;
        this.place = place;
    }

    /** One of each class, some with options that are tensors or other losses. */
    static List<Call> all() {
        return rows(6, 4, ARRAYS);
    }

    /** The same for n rows of c numbers, two at least, all memory in a place. */
    static List<Call> rows(int n, int c, Place place) {
        Calls calls = new Calls(n, c, place);
        calls.elements();
        calls.classes();
        calls.embeddings();
        return calls.calls;
    }

    /** Losses of n images of c classes and so many pixels. */
    static List<Call> images(int n, int c, int pixels, Place place) {
        Calls calls = new Calls(n, c, place);
        long[] shape = {n, c, pixels};
        Tensor x = calls.floats(1, shape);
        Labels labels = calls.labels(c, n, pixels);
        for (Loss loss : List.of(new CrossEntropyLoss(), new NLLLoss(), new SoftmaxFocalLoss(), FocalLoss.multiclass(),
                JaccardLoss.multiclass(), DiceLoss.multiclass(), TverskyLoss.multiclass())) {
            calls.add(loss, labels, x);
        }
        Tensor t = place.floats(Numbers.targets(n * c * pixels, 2), shape);
        for (Loss loss : List.of(new CrossEntropyLoss(), JaccardLoss.multilabel(), DiceLoss.multilabel(),
                new BCEWithLogitsLoss().withWeight(calls.floats(3, c, 1)).withPosWeight(calls.floats(4, pixels)))) {
            calls.add(loss, t, x);
        }
        return calls.calls;
    }

    private Tensor floats(int seed, long... shape) {
        return place.floats(Numbers.inputs((int) Shapes.size(shape), seed), shape);
    }

    private Labels labels(int below, long... shape) {
        int[] labels = new int[(int) Shapes.size(shape)];
        for (int i = 0; i < labels.length; i++) labels[i] = (i * 7 + 3) % below;
        return place.labels(labels, shape);
    }

    private void add(Criterion criterion, Target target, Tensor... inputs) {
        List<Tensor> gradients = new ArrayList<>();
        for (Tensor input : inputs) gradients.add(place.floats(new float[(int) input.size()], input.shape()));
        calls.add(new Call(criterion, new Batch(List.of(inputs), target, gradients)));
    }

    private void elements() {
        Tensor x = floats(1, n, c);
        Tensor t = place.floats(Numbers.targets(n * c, 2), n, c);
        BCEWithLogitsLoss weighted = new BCEWithLogitsLoss().withWeight(floats(3, c))
                .withPosWeight(place.floats(new float[] {2}, 1));
        for (Loss loss : List.of(new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(), new RMSELoss(),
                new BCEWithLogitsLoss(), weighted, new WeightedBCEWithLogitsLoss().withWN(2),
                new AsymmetricLossMultiLabel(),
                FocalLoss.binary(), FocalLoss.binary().withNormalized(), JaccardLoss.binary(), JaccardLoss.multilabel(),
                DiceLoss.multilabel(), SoftJaccardLoss.binary(), TverskyLoss.binary(),
                CombinedLoss.of(0.5, weighted, 2, JaccardLoss.binary()), new SoftTargetCrossEntropyLoss())) {
            add(loss, t, x);
        }
    }

    private void classes() {
        Tensor x = floats(1, n, c);
        Labels classes = labels(c, n);
        for (Loss loss : List.of(new CrossEntropyLoss(), new CrossEntropyLoss().withWeight(floats(3, c)),
                new NLLLoss(), new AsymmetricLossSingleLabel(), new SoftmaxFocalLoss(),
                new LabelSmoothingCrossEntropyLoss(), FocalLoss.multiclass(), JaccardLoss.multiclass(),
                DiceLoss.multiclass().withIgnoreIndex(3))) {
            add(loss, classes, x);
        }
    }

    private void embeddings() {
        Tensor x = floats(1, n, c);
        Tensor x2 = floats(4, n, c);
        Labels same = labels(2, n);
        Tensor alike = place.floats(signs(), n);
        add(new ContrastiveLoss(), same, x, x2);
        add(new ContrastiveLoss().withMargin(1).withDistance(Distance.norm(3, 0)).withReduction(Reduction.SUM), same, x,
                x2);
        add(new CosineEmbeddingLoss(), alike, x, x2);
        add(new TripletMarginLoss(), null, x, x2, floats(5, n, c));
        add(AngularPenaltySMLoss.arcface(), labels(5, n), x, floats(6, 5, c));
        add(AngularPenaltySMLoss.cosface(), labels(5, n), x, floats(6, 5, c));
    }

    private float[] signs() {
        float[] signs = new float[n];
        for (int i = 0; i < n; i++) signs[i] = i % 2 * 2 - 1;
        return signs;
    }
}
