// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What properties over small shapes do not show of the overlap losses: several chunks, memory, edges, errors. */
class OverlapTest {

    /** A loss, and what it takes. */
    record Call(Loss loss, long[] shape, boolean hasLabels) {

        int size() {
            return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }

        float[] input() {
            float[] x = Numbers.inputs(size(), 1);
            if (loss.toString().contains("fromLogits=false")) {
                for (int i = 0; i < x.length; i++) x[i] = (float) (1 / (1 + Math.exp(-x[i])));
            }
            return x;
        }

        float[] floats() {
            return Numbers.targets(size(), 2);
        }

        /** Labels, each thirteenth of them ignored where the loss ignores any. */
        Labels labels() {
            boolean binary = loss.toString().contains("mode=binary");
            int classes = binary ? 2 : (int) shape[1];
            int[] labels = new int[binary ? size() : size() / classes];
            SplittableRandom random = new SplittableRandom(3);
            boolean ignores = loss.toString().contains("ignoreIndex=255");
            for (int i = 0; i < labels.length; i++) {
                labels[i] = ignores && i % 13 == 0 ? 255 : random.nextInt(classes);
            }
            long[] labelShape = shape.clone();
            if (!binary) {
                labelShape = new long[shape.length - 1];
                for (int i = 0; i < labelShape.length; i++) labelShape[i] = shape[i == 0 ? 0 : i + 1];
            }
            return Labels.of(labels, labelShape);
        }

        Target target(Memory memory) {
            return hasLabels ? labels() : memory.copy(floats()).reshape(shape);
        }

        /** Value, gradient, added gradient, gradient in place, of the loss elsewhere or with another memory. */
        List<float[]> everything(Backend backend, Memory memory) {
            Loss there = loss.on(backend);
            Tensor x = memory.copy(input()).reshape(shape);
            Tensor gradient = memory.copy(new float[size()]).reshape(shape);
            Tensor added = memory.copy(input()).reshape(shape);
            Target t = target(memory);
            double value = there.forwardBackward(x, t, gradient);
            assertEquals(value, there.forward(x, t), "forward");
            double part = there.forwardBackward(x, t, added, Backward.ADD.scale(-0.3).divisor(7));
            Tensor phases = memory.copy(new float[size()]).reshape(shape);
            there.backward(x, t, there.totals(x, t), phases, Backward.OVERWRITE);
            there.forwardBackward(x, t, x);
            return List.of(new float[] {(float) value, (float) (value - (float) value), (float) part},
                    Memory.floats(gradient), Memory.floats(added), Memory.floats(phases), Memory.floats(x));
        }

        @Override
        public String toString() {
            return loss + " of " + Shapes.text(shape) + (hasLabels ? " and labels" : "");
        }
    }

    /** Inputs of odd sizes, and of one pixel each. */
    static Stream<Call> calls() {
        return calls(new long[][] {{2, 3, 9, 13}, {40, 5, 1}, {1, 1, 5}});
    }

    /** Inputs of several chunks, and stretches that do not fit into a buffer. */
    static Stream<Call> largeCalls() {
        long[] mask = {3, 1, 33, 337};
        long[] classes = {3, 5, 29, 73};
        long[] columns = {2100, 16, 1};
        return Stream.of(new Call(JaccardLoss.binary(), mask, false), new Call(DiceLoss.binary(), mask, true),
                new Call(JaccardLoss.binary().withPerImage(true), mask, false),
                new Call(DiceLoss.multiclass(), classes, true), new Call(JaccardLoss.multiclass(), classes, false),
                new Call(DiceLoss.multilabel(), classes, false), new Call(DiceLoss.multilabel(), columns, false),
                new Call(DiceLoss.multiclass(), columns, true));
    }

    /** Losses that reach every branch. */
    static Stream<Call> calls(long[]... shapes) {
        List<Call> calls = new ArrayList<>();
        for (long[] shape : shapes) {
            for (boolean hasLabels : new boolean[] {false, true}) {
                calls.add(new Call(JaccardLoss.binary(), shape, hasLabels));
                calls.add(new Call(JaccardLoss.binary().withPerImage(true).withFromLogits(false), shape, hasLabels));
                calls.add(new Call(DiceLoss.binary().withIgnoreIndex(255), shape, hasLabels));
                calls.add(new Call(JaccardLoss.multiclass(), shape, hasLabels));
                calls.add(new Call(JaccardLoss.multiclass().withPerClass(true).withPerImage(true), shape, hasLabels));
                calls.add(new Call(SoftJaccardLoss.multiclass(), shape, hasLabels));
                calls.add(new Call(DiceLoss.multiclass().withFromLogits(false), shape, hasLabels));
            }
            calls.add(new Call(DiceLoss.multiclass().withIgnoreIndex(255), shape, true));
            calls.add(new Call(JaccardLoss.multilabel(), shape, false));
            calls.add(new Call(TverskyLoss.multilabel().withAlpha(0.3).withBeta(0.7).withGamma(0.75), shape, false));
            calls.add(new Call(DiceLoss.multilabel().withFromLogits(false).withIgnoreIndex(1), shape, false));
        }
        return calls.stream();
    }

    /** Results in the order that calls of overlap losses, weighted or not, give them in. */
    static void requireSame(List<float[]> expected, List<float[]> found, String what) {
        for (int i = 0; i < expected.size(); i++) {
            Outcome.requireSame(expected.get(i), found.get(i), what, List.of("value", "gradient", "added gradient",
                    "gradient in two phases", "gradient in place").get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void sameBitsInAnyMemory(Call call) {
        List<float[]> one = call.everything(Backend.cpu(1), Memory.ARRAY);
        Outcome.requireSame(one.get(1), one.get(4), call.toString(), "gradient in place");
        requireSame(one, call.everything(Backend.cpu(1).device("scalar"), Memory.ARRAY), call + " in scalar code");
        for (Memory memory : Memory.values()) {
            requireSame(one, call.everything(Backend.cpu(2), memory), call + " in " + memory);
        }
    }

    @ParameterizedTest
    @MethodSource("largeCalls")
    void sameBitsFromAnyThreads(Call call) {
        List<float[]> one = call.everything(Backend.cpu(1), Memory.ARRAY);
        requireSame(one, call.everything(Backend.cpu(3).device("scalar"), Memory.ARRAY), call + " in scalar code");
        requireSame(one, call.everything(Backend.cpu(2), Memory.NATIVE), call + " by two threads");
        requireSame(one, call.everything(Backend.cpu(3), Memory.ARRAY), call + " by three threads");
    }

    /** Every element of the gradient has its digits, wherever the logit is: 1 - s(x) is never a subtraction. */
    @Test
    void gradientOfConfidentElements() {
        float[] x = new float[2001];
        float[] t = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 1000) * 0.08f;
            t[i] = i % 3 == 0 ? 1 : 0;
        }
        for (Loss loss : List.of(JaccardLoss.binary(), SoftJaccardLoss.binary())) {
            float[] gradient = new float[x.length];
            loss.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(gradient));
            double i = 0;
            double union = 1e-7;
            for (int k = 0; k < x.length; k++) {
                double o = 1 / (1 + Math.exp(-(double) x[k]));
                i += o * t[k];
                union += o + t[k] - o * t[k];
            }
            for (int k = 0; k < x.length; k++) {
                double slope = 1 / (1 + Math.exp(x[k])) / (1 + Math.exp(-(double) x[k]));
                double expected = (t[k] == 1 ? -1 / union : i / union / union) * slope;
                assertEquals(expected, gradient[k], 8e-7 * Math.abs(expected) + 1e-44, "x = " + x[k]);
            }
        }
    }

    /** The same of a softmax that is sure of one class, right or wrong. */
    @Test
    void gradientOfConfidentPixels() {
        int n = 64;
        float[] x = new float[3 * n];
        int[] labels = new int[n];
        for (int p = 0; p < n; p++) {
            x[p] = p * 0.7f;
            x[n + p] = -1;
            x[2 * n + p] = 0.5f;
            labels[p] = p % 3;
        }
        float[] gradient = new float[x.length];
        Loss loss = SoftJaccardLoss.multiclass();
        loss.forwardBackward(Tensor.of(x, 1, 3, n), Labels.of(labels, new long[] {1, n}), Tensor.of(gradient, 1, 3, n));
        double[][] e = new double[3][n];
        double[] overlap = new double[3];
        double[] union = new double[3];
        double[] sum = new double[n];
        for (int p = 0; p < n; p++) {
            for (int c = 0; c < 3; c++) sum[p] += e[c][p] = Math.exp(x[c * n + p] - (double) x[p]);
            for (int c = 0; c < 3; c++) {
                double o = e[c][p] / sum[p];
                overlap[c] += labels[p] == c ? o : 0;
                union[c] += labels[p] == c ? 1 : o;
            }
        }
        for (int p = 0; p < n; p++) {
            double[] slope = new double[3];
            for (int c = 0; c < 3; c++) {
                slope[c] = (labels[p] == c ? -1 / union[c] : overlap[c] / union[c] / union[c]) / 3;
            }
            for (int c = 0; c < 3; c++) {
                double expected = 0;
                double size = 0;
                for (int j = 0; j < 3; j++) {
                    double term = e[c][p] * e[j][p] / sum[p] / sum[p] * (slope[c] - slope[j]);
                    expected += term;
                    size += Math.abs(term);
                }
                assertEquals(expected, gradient[c * n + p], 2e-6 * size + 1e-44, "pixel " + p + ", class " + c);
            }
        }
    }

    /**
     * Pixels that are almost sure of their class. Sums of {@code 1 - p} would lose what the loss is made of: it is the
     * sum of the other classes' probabilities.
     */
    @ParameterizedTest
    @ValueSource(doubles = {3, 15, 17, 20, 40, 80})
    void almostPerfectPixels(double gap) {
        Tensor x = Tensor.of(new float[] {(float) gap, 0, 0, (float) gap}, 1, 2, 2);
        double q = 1 / (1 + Math.exp(gap));
        for (Target t : List.of(Labels.of(new int[] {0, 1}, new long[] {1, 2}),
                Tensor.of(new float[] {1, 0, 0, 1}, 1, 2, 2))) {
            almost(q, DiceLoss.multiclass(), x, t);
            almost(2 * q / (1 + q), SoftJaccardLoss.multiclass(), x, t);
            almost(2 * q / (1 + q), JaccardLoss.multiclass().withSmooth(0), x, t);
            almost(2 * q / (1 + q), JaccardLoss.multiclass().withSmooth(0).withPerClass(true), x, t);
            almost(-Math.log1p(-q), DiceLoss.multiclass().withLogLoss(true), x, t);
            almost(Math.sqrt(q), TverskyLoss.multiclass().withGamma(0.5), x, t);
            // Moving both logits on the diagonal is moving the gap.
            float[] gradient = new float[4];
            TverskyLoss.multiclass().withGamma(0.5).forwardBackward(x, t, Tensor.of(gradient, 1, 2, 2));
            double expected = -0.25 * Math.sqrt(q) * (1 - q);
            for (int i = 0; i < 4; i++) {
                assertEquals(i % 3 == 0 ? expected : -expected, gradient[i], 1e-6 * -expected, "gradient at " + gap);
            }
        }
    }

    private static void almost(double expected, Loss loss, Tensor x, Target t) {
        assertEquals(expected, loss.forward(x, t), 1e-6 * expected, () -> loss + " of " + x);
    }

    /** However many classes share what the likeliest leaves; and two that are equally likely are counted twice. */
    @Test
    void likeliestClassAnywhereAndTwice() {
        int classes = 21;
        float[] x = new float[classes];
        for (int likeliest = 0; likeliest < classes; likeliest++) {
            double others = 0;
            for (int c = 0; c < classes; c++) {
                x[c] = c == likeliest ? 7 : -7 - c * 0.1f;
                others += c == likeliest ? 0 : Math.exp(x[c] - 7.0);
            }
            Loss missed = TverskyLoss.multiclass().withAlpha(0).withBeta(1).withClasses(likeliest);
            Labels label = Labels.of(new int[] {likeliest}, new long[] {1, 1});
            almost(others / (1 + others), missed, Tensor.of(x, 1, classes, 1), label);
            x[0] = 7;
            x[classes - 1] = 7;
            double sum = 0;
            for (float v : x) sum += Math.exp(v - 7.0);
            almost((sum - Math.exp(x[likeliest] - 7.0)) / sum, missed, Tensor.of(x, 1, classes, 1), label);
        }
    }

    // ---- edges

    private static final float[] NOTHING = {-1e4f, Float.NEGATIVE_INFINITY, -200, -1e30f};
    private static final float[] ALL = {1e4f, Float.POSITIVE_INFINITY, 200, 1e30f};

    private static void expect(double value, Loss loss, float[] x, float... t) {
        float[] gradient = new float[x.length];
        double found = loss.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(gradient));
        assertEquals(value, found, 1e-9, loss::toString);
        for (float g : gradient) assertEquals(0, g + 0f, loss::toString);
    }

    @Test
    void saturatedLogits() {
        expect(1, JaccardLoss.binary(), NOTHING, 0, 0, 0, 0);
        expect(0, JaccardLoss.binary().withEmpty(JaccardLoss.Empty.SMOOTHED), NOTHING, 0, 0, 0, 0);
        expect(0, JaccardLoss.binary().withEmpty(JaccardLoss.Empty.SKIP), NOTHING, 0, 0, 0, 0);
        expect(1, JaccardLoss.binary(), NOTHING, 1, 1, 1, 1);
        expect(1, JaccardLoss.binary(), ALL, 0, 0, 0, 0);
        expect(2.5e-8, JaccardLoss.binary(), ALL, 1, 1, 1, 1);
        expect(0.5, JaccardLoss.binary().withSmooth(0), ALL, 1, 1, 0, 0);
        expect(1, JaccardLoss.binary().withSmooth(0), NOTHING, 0, 0, 0, 0);
        expect(0, JaccardLoss.binary().withSmooth(0).withEmpty(JaccardLoss.Empty.SMOOTHED), NOTHING, 0, 0, 0, 0);
        expect(0, DiceLoss.binary(), NOTHING, 0, 0, 0, 0);
        expect(0, DiceLoss.binary(), ALL, 0, 0, 0, 0);
        expect(0, DiceLoss.binary(), ALL, 1, 1, 1, 1);
        expect(1, DiceLoss.binary(), NOTHING, 1, 1, 1, 1);
        expect(-Math.log(1e-7), DiceLoss.binary().withLogLoss(true), NOTHING, 1, 1, 1, 1);
        expect(1 / 3.0, DiceLoss.binary(), ALL, 1, 1, 0, 0);
        expect(0, TverskyLoss.binary().withGamma(0.5), ALL, 1, 1, 1, 1);
        expect(0, TverskyLoss.binary().withAlpha(0).withBeta(0).withGamma(0.5), ALL, 1, 1, 0, 0);
        expect(0, DiceLoss.binary().withIgnoreIndex(9), ALL, 9, 9, 9, 9);
        expect(1, JaccardLoss.binary().withIgnoreIndex(9), ALL, 9, 9, 9, 9);
        // A slope beyond float's range belongs to targets that are all 0.
        expect(1, JaccardLoss.binary().withSmooth(0), new float[] {-100, -101}, 0, 0);
    }

    @Test
    void nanIsSeen() {
        float[] x = {1, Float.NaN, -1};
        for (Loss loss : List.of(JaccardLoss.binary(), DiceLoss.binary(), JaccardLoss.binary().withPerImage(true))) {
            assertEquals(Double.NaN, loss.forward(Tensor.of(x), Tensor.of(new float[] {1, 0, 1})), loss::toString);
        }
        // But not where it is ignored.
        expect(1, JaccardLoss.binary().withIgnoreIndex(7), new float[] {Float.NaN, ALL[0]}, 7, 0);
    }

    @Test
    void emptyBatches() {
        Tensor none = Tensor.of(new float[0], 0, 3, 4);
        Labels noLabels = Labels.of(new int[0], new long[] {0, 4});
        assertEquals(1, JaccardLoss.binary().forwardBackward(none, none, none));
        assertEquals(1, JaccardLoss.multiclass().forwardBackward(none, noLabels, none));
        assertEquals(1, JaccardLoss.multilabel().forwardBackward(none, none, none));
        assertEquals(0, JaccardLoss.multilabel().withPerImage(true).forwardBackward(none, none, none));
        assertEquals(0, JaccardLoss.binary().withEmpty(JaccardLoss.Empty.SKIP).forwardBackward(none, none, none));
        assertEquals(0, DiceLoss.multiclass().forwardBackward(none, noLabels, none));
        assertEquals(0, DiceLoss.binary().forwardBackward(none, none, none));
    }

    /** However many regions of nothing there are, it takes no time and no memory to say what they cost. */
    @Test
    void emptyBatchesOfAnyShape() {
        for (long[] shape : new long[][] {{1L << 32, 1, 0}, {800_000_000, 0}, {0, 1L << 40}}) {
            Tensor none = Tensor.of(new float[0], shape);
            boolean images = shape[0] > 0;
            Loss jaccard = JaccardLoss.binary().withPerImage(true);
            assertEquals(images ? 1 : 0, jaccard.forwardBackward(none, none, none));
            assertEquals(images ? 1 : 0, jaccard.finish(jaccard.totals(none, none)));
            jaccard.backward(none, none, jaccard.totals(none, none), none, Backward.ADD);
            assertEquals(0, DiceLoss.binary().withPerImage(true).forwardBackward(none, none, none));
            assertEquals(1, JaccardLoss.binary().forwardBackward(none, none, none));
        }
        Tensor classes = Tensor.of(new float[0], 7, 2_000_000_000, 0);
        Labels labels = Labels.of(new int[0], new long[] {7, 0});
        for (Loss loss : List.of(JaccardLoss.multiclass(), JaccardLoss.multiclass().withPerClass(true),
                JaccardLoss.multilabel(), JaccardLoss.multilabel().withPerImage(true))) {
            assertEquals(1, loss.forwardBackward(classes, classes, classes), loss::toString);
        }
        assertEquals(0, DiceLoss.multilabel().withClasses(3, 3).forwardBackward(classes, classes, classes));
        assertThrows(IllegalArgumentException.class, () -> JaccardLoss.multilabel().totals(classes, classes));
        Tensor pixels = Tensor.of(new float[0], 7, 3, 0);
        assertEquals(0, DiceLoss.multiclass().withClassWeights(1, 2, 3).forwardBackward(pixels, labels, pixels));
        assertEquals(1, JaccardLoss.multiclass().withPerClass(true).forwardBackward(pixels, labels, pixels));
        assertEquals(0, JaccardLoss.multiclass().withEmpty(JaccardLoss.Empty.SKIP).forward(pixels, labels));
    }

    /** The executor, or a back end of the user's, may itself ask for a loss of the family. */
    @Test
    void callsWithinCalls() {
        int n = 70_000;
        Tensor x = Tensor.of(Numbers.inputs(n, 1));
        Tensor t = Tensor.of(Numbers.targets(n, 2));
        double expected = JaccardLoss.binary().forward(x, t);
        Tensor small = Tensor.of(new float[] {1, -2, 3});
        double inner = DiceLoss.binary().forward(small, small);
        Loss outer = JaccardLoss.binary().on(Backend.cpu(helper -> {
            assertEquals(inner, DiceLoss.binary().forward(small, small));
            helper.run();
        }, 3));
        Tensor gradient = Tensor.of(new float[n]);
        assertEquals(expected, outer.forwardBackward(x, t, gradient));
    }

    /** The mean of images' losses; an image without true pixels costs 0 and counts, as a class does. */
    @Test
    void regionsPerImage() {
        Tensor x = Tensor.of(Numbers.inputs(60, 1), 5, 3, 4);
        int[] labels = new int[20];
        for (int i = 4; i < 20; i++) labels[i] = i * 7 % 3;
        Labels t = Labels.of(labels, new long[] {5, 4});
        for (boolean logLoss : new boolean[] {false, true}) {
            DiceLoss dice = DiceLoss.multiclass().withClassWeights(1, 2, 0.5).withLogLoss(logLoss);
            double mean = 0;
            for (int i = 0; i < 5; i++) mean += dice.forward(x.slice(i, i + 1), t.slice(i, i + 1)) / 5;
            assertEquals(mean, dice.withPerImage(true).forward(x, t), 1e-12);
        }
        TverskyLoss tversky = TverskyLoss.multiclass().withGamma(0.75).withPerImage(true);
        double powers = 0;
        double mean = 0;
        for (int i = 0; i < 5; i++) {
            for (int c = 0; c < 3; c++) {
                double l = DiceLoss.multiclass().withClasses(c).forward(x.slice(i, i + 1), t.slice(i, i + 1));
                powers += Math.pow(l, 0.75) / 15;
                mean += l / 15;
            }
        }
        assertEquals(Math.pow(mean, 0.75), tversky.forward(x, t), 1e-12);
        assertEquals(powers, tversky.withGammaPerClass(true).forward(x, t), 1e-12);
    }

    @Test
    void oneClassAndNoWeights() {
        Tensor x = Tensor.of(new float[] {3, -2, 0}, 1, 1, 3);
        float[] g = {7, 7, 7};
        Tensor gradient = Tensor.of(g, 1, 1, 3);
        assertEquals(0, DiceLoss.multiclass().forwardBackward(x, Labels.of(new int[3], new long[] {1, 3}), gradient));
        for (float value : g) assertEquals(0, value + 0f);
        Arrays.fill(g, 7);
        assertEquals(0, DiceLoss.multilabel().withClassWeights(0).forwardBackward(x, x, gradient));
        for (float value : g) assertEquals(0, value + 0f);
    }

    @Test
    void masksWithoutTheChannelAxis() {
        Tensor x = Tensor.of(Numbers.inputs(12, 1), 2, 1, 2, 3);
        float[] t = Numbers.targets(12, 2);
        for (int i = 0; i < t.length; i++) t[i] = Math.round(t[i]);
        int[] labels = new int[12];
        for (int i = 0; i < 12; i++) labels[i] = (int) t[i];
        for (Loss loss : List.of(JaccardLoss.binary(), DiceLoss.binary())) {
            double expected = loss.forward(x, Tensor.of(t, 2, 1, 2, 3));
            assertEquals(expected, loss.forward(x, Tensor.of(t, 2, 2, 3)), 1e-7);
            assertEquals(expected, loss.forward(x, Labels.of(labels, new long[] {2, 2, 3})), 1e-7);
            assertEquals(expected, loss.forward(x, Labels.of(labels, new long[] {2, 1, 2, 3})), 1e-7);
        }
    }

    /** As the README has it: a gradient of both, from one call. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void combined(int threads) {
        int n = 70_000;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        Loss bce = new BCEWithLogitsLoss().on(Backend.cpu(threads));
        Loss jaccard = JaccardLoss.binary().on(Backend.cpu(threads));
        float[] both = new float[n];
        float[] apart = new float[n];
        double value = CombinedLoss.of(0.5, bce, 0.25, jaccard)
                .forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(both));
        double first = bce.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(apart),
                Backward.OVERWRITE.scale(0.5));
        double second = jaccard.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(apart),
                Backward.ADD.scale(0.25));
        assertEquals(0.5 * first + 0.25 * second, value);
        Outcome.requireSame(apart, both, "combined", "gradient");
    }

    // ---- errors

    private static void refused(String message, Loss loss, Tensor x, Target t) {
        float[] g = new float[(int) x.size()];
        Arrays.fill(g, 7);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> loss.forwardBackward(x, t, Tensor.of(g, x.shape())));
        assertTrue(e.getMessage().contains(message), e::getMessage);
        for (float value : g) assertEquals(7, value);
        assertThrows(IllegalArgumentException.class, () -> loss.forward(x, t));
        assertThrows(IllegalArgumentException.class, () -> loss.totals(x, t));
    }

    @Test
    void wrongTargets() {
        Tensor x = Tensor.of(new float[24], 2, 3, 4);
        Tensor mask = Tensor.of(new float[8], 2, 4);
        Labels labels = Labels.of(new int[] {0, 1, 2, 2, 1, 0, 3, 1}, new long[] {2, 4});
        refused("target[6]: found 3, expected a class from 0 to 2", DiceLoss.multiclass(), x, labels);
        refused("target[6]: found 3, expected a class from 0 to 2, or 9, which is ignored",
                DiceLoss.multiclass().withIgnoreIndex(9), x, labels);
        refused("target[2]: found 2, expected a class from 0 to 1", JaccardLoss.binary(),
                Tensor.of(new float[8], 2, 1, 4), labels);
        refused("target: found shape (2, 4)", JaccardLoss.binary(), x, mask);
        refused("target: found shape (2, 4)", JaccardLoss.multilabel(), x, mask);
        refused("target: found shape (2, 4)", JaccardLoss.multiclass(), x, mask);
        refused("Labels: classes are integers", DiceLoss.multiclass(), x, mask);
        refused("target[1]: found " + Long.MIN_VALUE, DiceLoss.multiclass(), x.reshape(8, 3),
                Labels.of(new long[] {0, Long.MIN_VALUE, 0, 0, 0, 0, 0, 0}));
        refused("target: found shape (8)", JaccardLoss.multiclass(), x, Labels.of(new int[8]));
        refused("expected a Tensor", JaccardLoss.multilabel(), x, labels);
        refused("expected Labels", DiceLoss.multiclass().withIgnoreIndex(1), x, x);
        refused("expected (N, C, ...)", DiceLoss.multiclass(), Tensor.of(new float[3]), labels);
        refused("found 3 classes", DiceLoss.multiclass().withClassWeights(1, 2), x, labels);
        refused("found 3 classes", DiceLoss.multiclass().withClasses(0, 3), x, labels);
    }

    @Test
    void wrongOptions() {
        for (Runnable wrong : List.<Runnable>of(() -> DiceLoss.binary().withClasses(0),
                () -> DiceLoss.binary().withClassWeights(1), () -> DiceLoss.multiclass().withClasses(),
                () -> DiceLoss.multiclass().withClasses(-1), () -> DiceLoss.multiclass().withClassWeights(-1),
                () -> DiceLoss.multiclass().withClassWeights(Double.NaN),
                () -> DiceLoss.multiclass().withClassWeights(1e308, 1e308), () -> DiceLoss.multiclass().withEps(0),
                () -> DiceLoss.multiclass().withSmooth(-1), () -> TverskyLoss.binary().withAlpha(-1),
                () -> TverskyLoss.binary().withBeta(Double.POSITIVE_INFINITY), () -> TverskyLoss.binary().withGamma(0),
                () -> JaccardLoss.binary().withPerClass(true), () -> JaccardLoss.binary().withSmooth(Double.NaN))) {
            assertThrows(IllegalArgumentException.class, wrong::run);
        }
    }

    @Test
    void wrongTotals() {
        Tensor x = Tensor.of(new float[] {1, 2});
        Totals totals = JaccardLoss.binary().totals(x, x);
        assertThrows(IllegalArgumentException.class, () -> DiceLoss.binary().finish(totals));
        assertThrows(IllegalArgumentException.class, () -> JaccardLoss.binary().withSmooth(1).finish(totals));
        assertThrows(IllegalStateException.class, () -> JaccardLoss.binary().losses(Batch.of(x, x), x));
    }
}
