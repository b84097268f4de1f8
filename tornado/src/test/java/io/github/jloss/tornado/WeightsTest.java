// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.Distance;
import io.github.jloss.FocalLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.MeanBy;
import io.github.jloss.NLLLoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.TripletMarginLoss;
import io.github.jloss.TverskyLoss;
import io.github.jloss.internal.kernel.Broadcast;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights and masks on the device, as on the CPU: behind a mask there are NaN, infinities and labels of no class. */
class WeightsTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    /** How far a gradient may be off, of the largest one: sums are taken in another order. */
    private static final double TOLERANCE = 1e-6;

    private static final float[] RUBBISH = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    /**
     * A loss and what it is given.
     *
     * @param masks for each input, which elements are masked
     * @param losses for each of the losses, whether it is masked; empty for a loss that has but one
     */
    record Problem(Criterion loss, List<Tensor> inputs, Target target, Tensor weights, List<boolean[]> masks,
            boolean[] losses) {

        Batch batch(List<Tensor> gradients) {
            return new Batch(inputs, target, gradients, weights);
        }

        @Override
        public String toString() {
            return loss + " of " + Arrays.toString(inputs.getFirst().shape()) + ", weights "
                    + Arrays.toString(weights.shape());
        }
    }

    private static int size(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static float[] numbers(int n, int seed) {
        Random random = new Random(seed);
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) numbers[i] = (float) (2 * random.nextGaussian());
        return numbers;
    }

    private static float[] probabilities(int n, int seed) {
        Random random = new Random(seed);
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) numbers[i] = random.nextFloat();
        return numbers;
    }

    /** About a third of them 0, and the first, unless it is the only one. */
    private static Tensor weights(long... shape) {
        float[] w = probabilities(size(shape), 5);
        for (int i = 0; i < w.length; i++) w[i] = w.length > 1 && (i == 0 || w[i] < 0.3f) ? 0 : 3 * w[i];
        return Tensor.of(w, shape);
    }

    /** Which of n things are masked, each by the weight of a number. */
    private static boolean[] masked(int n, Tensor weights, IntUnaryOperator number) {
        boolean[] masked = new boolean[n];
        for (int i = 0; i < n; i++) masked[i] = weights.get(number.applyAsInt(i)) == 0;
        return masked;
    }

    private static float[] spoilt(float[] numbers, boolean[] masked) {
        for (int i = 0; i < numbers.length; i++) {
            if (masked[i]) numbers[i] = RUBBISH[i % RUBBISH.length];
        }
        return numbers;
    }

    private static Labels labels(int classes, boolean[] masked, long... shape) {
        long[] labels = new long[masked.length];
        Random random = new Random(3);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = !masked[i] ? random.nextInt(classes) : i % 2 == 0 ? 1L << 40 : -7;
        }
        return Labels.of(labels, shape);
    }

    private static boolean none(Criterion loss) {
        return loss.reduction() == Reduction.NONE;
    }

    private static Problem elements(Loss loss, Tensor weights, long... shape) {
        Tensor like = Tensor.of(new float[size(shape)], shape);
        boolean[] masked = masked(size(shape), weights, i -> (int) Broadcast.index(weights, like, i));
        Tensor x = Tensor.of(spoilt(numbers(masked.length, 1), masked), shape);
        Tensor t = Tensor.of(spoilt(probabilities(masked.length, 2), masked), shape);
        return new Problem(loss, List.of(x), t, weights, List.of(masked), none(loss) ? masked : null);
    }

    static Stream<Problem> elements() {
        long[] shape = {5, 7, 11};
        List<Problem> problems = new ArrayList<>();
        for (long[] of : new long[][] {shape, {7, 1}, {5, 1, 11}, {11}, {1}, {}}) {
            problems.add(elements(new MSELoss(), weights(of), shape));
            problems.add(elements(new BCEWithLogitsLoss().withPosWeight(Tensor.of(probabilities(11, 9)))
                    .withMeanBy(MeanBy.COUNT), weights(of), shape));
            problems.add(elements(new BCEWithLogitsLoss().withReduction(Reduction.NONE), weights(of), shape));
        }
        problems.add(elements(new RMSELoss(), weights(shape), shape));
        problems.add(elements(FocalLoss.binary(), weights(shape), shape));
        problems.add(elements(new L1Loss().withReduction(Reduction.SUM), weights(300_007), 300_007));
        return problems.stream();
    }

    private static Problem rows(Loss loss, boolean soft, Tensor weights, int outer, int classes, int inner) {
        long[] shape = inner == 1 ? new long[] {outer, classes} : new long[] {outer, classes, inner};
        long[] rowShape = inner == 1 ? new long[] {outer} : new long[] {outer, inner};
        Tensor like = Tensor.of(new float[outer * inner], rowShape);
        boolean[] rows = masked(outer * inner, weights, i -> (int) Broadcast.index(weights, like, i));
        boolean[] elements = new boolean[outer * inner * classes];
        for (int i = 0; i < elements.length; i++) elements[i] = rows[i / inner / classes * inner + i % inner];
        Tensor x = Tensor.of(spoilt(numbers(elements.length, 1), elements), shape);
        Target t = soft ? Tensor.of(spoilt(probabilities(elements.length, 2), elements), shape)
                : labels(classes, rows, rowShape);
        return new Problem(loss, List.of(x), t, weights, List.of(elements), none(loss) ? rows : null);
    }

    static Stream<Problem> rows() {
        List<Problem> problems = new ArrayList<>();
        for (int[] s : new int[][] {{23, 4, 1}, {5, 4, 3}, {9, 70, 1}, {2, 64, 20}, {7, 2100, 1}}) {
            Tensor classWeights = Tensor.of(probabilities(s[1], 8));
            for (Reduction reduction : Reduction.values()) {
                Tensor weights = s[2] == 1 ? weights(s[0]) : reduction == Reduction.SUM ? weights(s[2])
                        : reduction == Reduction.NONE ? weights(s[0], 1) : weights(s[0], s[2]);
                problems.add(rows(new CrossEntropyLoss().withReduction(reduction).withWeight(classWeights)
                        .withIgnoreIndex(1), false, weights, s[0], s[1], s[2]));
                problems.add(rows(new CrossEntropyLoss().withReduction(reduction).withLabelSmoothing(0.1)
                        .withMeanBy(MeanBy.COUNT), false, weights, s[0], s[1], s[2]));
                problems.add(rows(new CrossEntropyLoss().withReduction(reduction), true, weights, s[0], s[1], s[2]));
                problems.add(rows(new NLLLoss().withReduction(reduction).withWeight(classWeights), false, weights,
                        s[0], s[1], s[2]));
            }
            problems.add(rows(new SoftmaxFocalLoss(), false, s[2] == 1 ? weights(1) : weights(s[0], s[2]),
                    s[0], s[1], s[2]));
            if (s[2] == 1) {
                problems.add(rows(new AsymmetricLossSingleLabel(), false, weights(s[0]), s[0], s[1], s[2]));
            }
        }
        return problems.stream();
    }

    /** Where classes have weights of their own a softmax's logits count everywhere. */
    private static Problem regions(Loss loss, boolean hasLabels, Tensor weights, long... shape) {
        int classes = (int) shape[1];
        long[] pixelShape = {shape[0], shape[2]};
        boolean ofPixels = hasLabels && weights.rank() <= 2;
        Tensor like = Tensor.of(new float[size(shape)], shape);
        Tensor pixels = Tensor.of(new float[size(pixelShape)], pixelShape);
        int inner = (int) shape[2];
        boolean[] elements = masked(size(shape), weights, i -> (int) (ofPixels
                ? Broadcast.index(weights, pixels, i / inner / classes * inner + i % inner)
                : Broadcast.index(weights, like, i)));
        boolean[] pixel = new boolean[size(pixelShape)];
        for (int i = 0; i < pixel.length; i++) pixel[i] = elements[i / inner * classes * inner + i % inner];
        boolean coupled = loss.toString().contains("multiclass") && !ofPixels && weights.rank() == 3
                && weights.dim(1) > 1;
        float[] x = loss.toString().contains("fromLogits=false") ? probabilities(size(shape), 1)
                : numbers(size(shape), 1);
        boolean[] masks = coupled ? new boolean[elements.length] : elements;
        Target t = hasLabels ? labels(classes, pixel, pixelShape)
                : Tensor.of(spoilt(probabilities(size(shape), 2), elements), shape);
        return new Problem(loss, List.of(Tensor.of(spoilt(x, masks), shape)), t, weights, List.of(masks), null);
    }

    static Stream<Problem> regions() {
        List<Problem> problems = new ArrayList<>();
        for (long[] shape : new long[][] {{3, 4, 117}, {40, 4, 1}}) {
            long n = shape[0];
            long c = shape[1];
            long p = shape[2];
            problems.add(regions(JaccardLoss.binary(), false, weights(shape), shape));
            problems.add(regions(DiceLoss.binary(), false, weights(n, 1, p), shape));
            problems.add(regions(JaccardLoss.multilabel().withFromLogits(false), false, weights(shape), shape));
            problems.add(regions(TverskyLoss.multilabel().withGamma(2).withPerImage(true), false, weights(c, 1),
                    shape));
            problems.add(regions(DiceLoss.multiclass(), true, weights(n, p), shape));
            problems.add(regions(DiceLoss.multiclass().withIgnoreIndex(2), true, weights(n, 1, p), shape));
            problems.add(regions(JaccardLoss.multiclass(), true, weights(p), shape));
            problems.add(regions(SoftJaccardLoss.multiclass(), false, weights(shape), shape));
            problems.add(regions(JaccardLoss.multiclass().withPerImage(true).withPerClass(true), false,
                    weights(n, 1, 1), shape));
        }
        return problems.stream();
    }

    private static Problem pairs(Criterion loss, int count, Target target, Tensor weights, int n, int d) {
        boolean[] rows = masked(n, weights, i -> weights.size() == 1 ? 0 : i);
        boolean[] elements = new boolean[n * d];
        for (int i = 0; i < elements.length; i++) elements[i] = rows[i / d];
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < count; i++) inputs.add(Tensor.of(spoilt(numbers(n * d, 10 + i), elements), n, d));
        return new Problem(loss, inputs, target, weights, List.of(elements, elements, elements),
                none(loss) ? rows : null);
    }

    static Stream<Problem> pairs() {
        int n = 37;
        int d = 19;
        List<Problem> problems = new ArrayList<>();
        for (Tensor weights : List.of(weights(n), weights(1))) {
            boolean[] rows = masked(n, weights, i -> weights.size() == 1 ? 0 : i);
            for (Reduction reduction : Reduction.values()) {
                Tensor t = Tensor.of(spoilt(probabilities(n, 4), rows));
                problems.add(pairs(new ContrastiveLoss().withReduction(reduction), 2, t, weights, n, d));
                problems.add(pairs(new ContrastiveLoss().withDistance(Distance.cosine()).withReduction(reduction), 2,
                        labels(2, rows, n), weights, n, d));
                problems.add(pairs(new TripletMarginLoss().withSwap(true).withReduction(reduction), 3, null, weights,
                        n, d));
            }
            long[] signs = new long[n];
            for (int i = 0; i < n; i++) signs[i] = rows[i] ? 5 : i % 2 == 0 ? 1 : -1;
            problems.add(pairs(new CosineEmbeddingLoss().withMeanBy(MeanBy.COUNT), 2, Labels.of(signs), weights, n, d));
        }
        return problems.stream();
    }

    static Stream<Problem> margins() {
        int n = 37;
        int d = 19;
        int c = 130;
        List<Problem> problems = new ArrayList<>();
        for (AngularPenaltySMLoss loss : List.of(AngularPenaltySMLoss.arcface().withS(8),
                AngularPenaltySMLoss.sphereface().withS(3).withNormalizeWeight(false).withMeanBy(MeanBy.COUNT),
                AngularPenaltySMLoss.cosface().withReduction(Reduction.NONE))) {
            for (Tensor weights : List.of(weights(n), weights(1))) {
                Problem p = pairs(loss, 1, null, weights, n, d);
                boolean[] rows = masked(n, weights, i -> weights.size() == 1 ? 0 : i);
                problems.add(new Problem(loss, List.of(p.inputs.getFirst(), Tensor.of(numbers(c * d, 7), c, d)),
                        labels(c, rows, n), weights, List.of(p.masks.getFirst(), new boolean[c * d]), p.losses));
            }
        }
        return problems.stream();
    }

    static Stream<Problem> problems() {
        return Stream.of(elements(), rows(), regions(), pairs(), margins()).flatMap(s -> s);
    }

    private static float[] floats(Tensor tensor) {
        float[] floats = new float[(int) tensor.size()];
        for (int i = 0; i < floats.length; i++) floats[i] = tensor.get(i);
        return floats;
    }

    private static List<Tensor> filled(Problem p, float value) {
        List<Tensor> all = new ArrayList<>();
        for (Tensor input : p.inputs) {
            float[] floats = new float[(int) input.size()];
            Arrays.fill(floats, value);
            all.add(Tensor.of(floats, input.shape()));
        }
        return all;
    }

    /** What the device found, where nothing is masked as on the CPU, and elsewhere exactly what is said. */
    private static void near(String what, Tensor expected, Tensor found, boolean[] masked, float behind, double most) {
        for (int i = 0; i < masked.length; i++) {
            float want = expected.get(i);
            float got = found.get(i);
            assertTrue(Float.isFinite(want), what);
            if (masked[i]) {
                assertEquals(behind, got, what + ", masked " + i);
                assertEquals(behind, want, what + ", masked " + i);
            } else {
                assertEquals(want, got, TOLERANCE * most, what + " at " + i);
            }
        }
    }

    private static double largest(Tensor tensor) {
        double most = 1e-30;
        for (float f : floats(tensor)) most = Math.max(most, Math.abs(f));
        return most;
    }

    private static void nearGradients(Problem p, List<Tensor> expected, List<Tensor> found, float behind) {
        for (int i = 0; i < p.inputs.size(); i++) {
            near("gradient " + i, expected.get(i), found.get(i), p.masks.get(i), behind, largest(expected.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void areThoseOfTheCpu(Problem p) {
        Criterion there = p.loss.on(DEVICE);
        List<Tensor> expected = filled(p, Float.NaN);
        List<Tensor> found = filled(p, Float.NaN);
        List<Tensor> expectedSum = filled(p, 0.5f);
        List<Tensor> foundSum = filled(p, 0.5f);
        if (p.losses == null) {
            double value = p.loss.forwardBackward(p.batch(expected), Backward.OVERWRITE);
            assertTrue(Double.isFinite(value), "value");
            assertEquals(value, there.forwardBackward(p.batch(found), Backward.OVERWRITE), 1e-6 * Math.abs(value));
            assertEquals(value, there.forward(p.batch(found)), 1e-6 * Math.abs(value));
            p.loss.forwardBackward(p.batch(expectedSum), Backward.ADD.scale(-0.3));
            there.forwardBackward(p.batch(foundSum), Backward.ADD.scale(-0.3));
        } else {
            long[] shape = p.loss.lossesShape(p.batch(expected));
            Tensor losses = Tensor.of(new float[p.losses.length], shape);
            Tensor foundLosses = Tensor.of(new float[p.losses.length], shape);
            p.loss.losses(p.batch(expected), losses);
            there.losses(p.batch(found), foundLosses);
            near("losses", losses, foundLosses, p.losses, 0, Math.max(largest(losses), 1));
            Tensor upstream = Tensor.of(spoilt(numbers(p.losses.length, 6), p.losses), shape);
            p.loss.backward(p.batch(expected), upstream, Backward.OVERWRITE);
            there.backward(p.batch(found), upstream, Backward.OVERWRITE);
            p.loss.backward(p.batch(expectedSum), upstream, Backward.ADD.scale(-0.3));
            there.backward(p.batch(foundSum), upstream, Backward.ADD.scale(-0.3));
        }
        nearGradients(p, expected, found, 0);
        nearGradients(p, expectedSum, foundSum, 0.5f);
    }

    /** Nothing counts: nothing is read. */
    @ParameterizedTest
    @MethodSource("problems")
    void allMasked(Problem p) {
        Tensor zeros = Tensor.of(new float[(int) p.weights.size()], p.weights.shape());
        Criterion there = p.loss.on(DEVICE);
        List<Tensor> overwritten = filled(p, Float.NaN);
        List<Tensor> added = filled(p, 0.5f);
        if (p.losses == null) {
            double value = p.loss.forward(new Batch(p.inputs, p.target, filled(p, 0), zeros));
            assertEquals(value, there.forwardBackward(new Batch(p.inputs, p.target, overwritten, zeros),
                    Backward.OVERWRITE));
            there.forwardBackward(new Batch(p.inputs, p.target, added, zeros), Backward.ADD);
        } else {
            Tensor nothing = Tensor.of(new float[p.losses.length], p.loss.lossesShape(p.batch(overwritten)));
            there.backward(new Batch(p.inputs, p.target, overwritten, zeros), nothing, Backward.OVERWRITE);
            there.backward(new Batch(p.inputs, p.target, added, zeros), nothing, Backward.ADD);
        }
        for (int i = 0; i < p.inputs.size(); i++) {
            for (float f : floats(overwritten.get(i))) assertEquals(0, f);
            for (float f : floats(added.get(i))) assertEquals(0.5f, f);
        }
    }

    /** The quotient of 1 by their sum is beyond float; the sum on the device has the digits of subnormal numbers. */
    @Test
    void tinyWeights() {
        Tensor weights = Tensor.of(new float[] {1e-40f});
        for (Problem p : List.of(elements(new MSELoss(), weights, 10),
                rows(new CrossEntropyLoss(), false, weights, 10, 5, 1),
                pairs(new TripletMarginLoss(), 3, null, weights, 10, 5))) {
            List<Tensor> expected = filled(p, 0);
            List<Tensor> found = filled(p, 0);
            double value = p.loss.forwardBackward(p.batch(expected), Backward.OVERWRITE);
            assertEquals(value, p.loss.on(DEVICE).forwardBackward(p.batch(found), Backward.OVERWRITE), 1e-4 * value);
            nearGradients(p, expected, found, 0);
        }
        // An overlap's gradient is made of such sums, and its slopes are beyond float.
        for (JaccardLoss loss : List.of(JaccardLoss.binary().withSmooth(0), JaccardLoss.multiclass().withSmooth(0))) {
            Problem p = regions(loss, false, weights, 2, 3, 5);
            List<Tensor> expected = filled(p, 0);
            List<Tensor> found = filled(p, 0);
            loss.forwardBackward(p.batch(expected), Backward.OVERWRITE);
            loss.on(DEVICE).forwardBackward(p.batch(found), Backward.OVERWRITE);
            for (int i = 0; i < 30; i++) {
                assertEquals(expected.getFirst().get(i), found.getFirst().get(i),
                        1e-4 * largest(expected.getFirst()), loss + " at " + i);
            }
        }
    }

    /** A compiler that may reorder sums must not take the choice from a mask. */
    @Test
    void masksHoldInFastArithmetic() {
        Stream.of(elements().limit(1), rows().limit(8), regions().limit(7), pairs().limit(3), margins().limit(1))
                .flatMap(s -> s).filter(p -> p.losses == null).forEach(p -> {
                    List<Tensor> found = filled(p, Float.NaN);
                    p.loss.on(DEVICE.fast()).forwardBackward(p.batch(found), Backward.OVERWRITE);
                    for (int i = 0; i < found.size(); i++) {
                        for (int k = 0; k < p.masks.get(i).length; k++) {
                            float g = found.get(i).get(k);
                            assertTrue(p.masks.get(i)[k] ? g == 0 : Float.isFinite(g), p + " at " + k + ": " + g);
                        }
                    }
                });
    }

    @Test
    void stayOnTheDevice() {
        int n = 1009;
        Problem p = elements(new BCEWithLogitsLoss(), weights(n), n);
        List<Tensor> expected = filled(p, 0);
        double value = p.loss.forwardBackward(p.batch(expected), Backward.OVERWRITE);
        try (DeviceTensor x = DEVICE.upload(p.inputs.getFirst());
                DeviceTensor t = DEVICE.upload((Tensor) p.target);
                DeviceTensor w = DEVICE.upload(p.weights);
                DeviceTensor g = DEVICE.allocate(n)) {
            Batch batch = new Batch(List.of(x.tensor()), t.tensor(), List.of(g.tensor()), w.tensor());
            assertEquals(value, p.loss.on(DEVICE).forwardBackward(batch, Backward.OVERWRITE), 1e-6 * value);
            List<Tensor> found = filled(p, Float.NaN);
            g.read(found.getFirst());
            nearGradients(p, expected, found, 0);
        }
    }
}
