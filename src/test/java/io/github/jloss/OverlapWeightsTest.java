// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static io.github.jloss.OverlapTest.requireSame;
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

/** Weights and masks of overlap losses, beyond what properties over small shapes show. */
class OverlapWeightsTest {

    private static final int N = 3;
    private static final int C = 4;

    /** Weights that mask about a third. */
    private static Tensor weights(Memory memory, long... shape) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(shape));
        float[] w = new float[(int) Shapes.size(shape)];
        for (int i = 0; i < w.length; i++) w[i] = random.nextInt(3) == 0 ? 0 : (float) (0.2 + 2 * random.nextDouble());
        return memory.copy(w).reshape(shape);
    }

    /** A loss, what it takes, and the shape of weights. */
    record Call(Loss loss, long[] shape, boolean hasLabels, long... weightShape) {

        private int size() {
            return (int) Shapes.size(shape);
        }

        Target target(Memory memory) {
            if (!hasLabels) return memory.copy(Numbers.targets(size(), 2)).reshape(shape);
            int[] labels = new int[size() / (int) shape[1]];
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < labels.length; i++) labels[i] = random.nextInt((int) shape[1]);
            return Labels.of(labels, new long[] {shape[0], shape[2]});
        }

        Batch batch(Memory memory, Tensor gradient) {
            Tensor x = memory.copy(Numbers.inputs(size(), 1)).reshape(shape);
            return new Batch(List.of(x), target(memory), List.of(gradient), weights(memory, weightShape));
        }

        /** Value, gradient, added gradient, gradient in two phases and in place. */
        List<float[]> everything(Backend backend, Memory memory) {
            Loss there = loss.on(backend);
            Tensor gradient = memory.copy(new float[size()]).reshape(shape);
            Tensor added = memory.copy(Numbers.inputs(size(), 5)).reshape(shape);
            Tensor phases = memory.copy(new float[size()]).reshape(shape);
            Batch batch = batch(memory, gradient);
            double value = there.forwardBackward(batch, Backward.OVERWRITE);
            assertEquals(value, there.forward(batch), "forward");
            there.forwardBackward(new Batch(batch.inputs(), batch.target(), List.of(added), batch.weights()),
                    Backward.ADD.scale(-0.3));
            there.backward(new Batch(batch.inputs(), batch.target(), List.of(phases), batch.weights()),
                    there.totals(batch), Backward.OVERWRITE);
            Tensor x = batch.input(0);
            there.forwardBackward(new Batch(List.of(x), batch.target(), List.of(x), batch.weights()),
                    Backward.OVERWRITE);
            return List.of(new float[] {(float) value, (float) (value - (float) value)}, Memory.floats(gradient),
                    Memory.floats(added), Memory.floats(phases), Memory.floats(x));
        }

        @Override
        public String toString() {
            return loss + " of " + Shapes.text(shape) + (hasLabels ? " and labels" : "") + ", weights "
                    + Shapes.text(weightShape);
        }
    }

    static Stream<Call> calls() {
        return calls(new long[] {N, C, 117}, new long[] {40, C, 1});
    }

    /** Several chunks, and tiles that are not whole. */
    static Stream<Call> largeCalls() {
        return calls(new long[] {2, C, 9001}, new long[] {4100, 3, 1});
    }

    /** Losses that reach every branch, with weights of every kind of shape. */
    static Stream<Call> calls(long[]... shapes) {
        List<Call> calls = new ArrayList<>();
        for (long[] shape : shapes) {
            long n = shape[0];
            long c = shape[1];
            long p = shape[2];
            calls.add(new Call(JaccardLoss.binary(), shape, false, n, c, p));
            calls.add(new Call(DiceLoss.binary(), shape, false, n, 1, p));
            calls.add(new Call(JaccardLoss.binary().withPerImage(true), shape, false, p));
            calls.add(new Call(DiceLoss.multilabel(), shape, false, n, 1, p));
            calls.add(new Call(JaccardLoss.multilabel().withFromLogits(false), shape, false, n, c, p));
            calls.add(new Call(TverskyLoss.multilabel().withGamma(2).withPerImage(true), shape, false, c, 1));
            calls.add(new Call(DiceLoss.multiclass(), shape, true, n, p));
            calls.add(new Call(DiceLoss.multiclass().withIgnoreIndex(2), shape, true, n, 1, p));
            calls.add(new Call(JaccardLoss.multiclass(), shape, true, p));
            calls.add(new Call(SoftJaccardLoss.multiclass(), shape, false, n, c, p));
            calls.add(new Call(JaccardLoss.multiclass().withPerImage(true).withPerClass(true), shape, false, n, 1, 1));
        }
        return calls.stream();
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
        requireSame(one, call.everything(Backend.cpu(3).device("scalar"), Memory.NATIVE), call + " in scalar code");
        requireSame(one, call.everything(Backend.cpu(2), Memory.ARRAY), call + " by two threads");
    }

    /** Weights of 1, in whatever shape, are none. */
    @ParameterizedTest
    @MethodSource("calls")
    void weightsOfOne(Call call) {
        Tensor gradient = Tensor.of(new float[call.size()], call.shape);
        Tensor plain = Tensor.of(new float[call.size()], call.shape);
        Batch batch = call.batch(Memory.ARRAY, gradient);
        for (long i = 0; i < batch.weights().size(); i++) batch.weights().set(i, 1);
        double value = call.loss.forwardBackward(batch, Backward.OVERWRITE);
        assertEquals(call.loss.forwardBackward(batch.input(0), batch.target(), plain), value);
        Outcome.requireSame(Memory.floats(plain), Memory.floats(gradient), call.toString(), "gradient");
    }

    /** What is masked might as well not be there, whatever it is. */
    @Test
    void masksAreAsIfTheyWereNot() {
        int pixels = 5000;
        for (Loss loss : List.of(JaccardLoss.multiclass(), DiceLoss.multiclass(), DiceLoss.multilabel(),
                JaccardLoss.multilabel(), TverskyLoss.multiclass().withGamma(0.5).withGammaPerClass(true))) {
            boolean hasLabels = loss.toString().contains("multiclass");
            boolean[] kept = new boolean[pixels];
            SplittableRandom random = new SplittableRandom(7);
            int count = 0;
            for (int p = 0; p < pixels; p++) {
                kept[p] = random.nextInt(3) > 0;
                count += kept[p] ? 1 : 0;
            }
            float[] x = Numbers.inputs(C * pixels, 1);
            float[] t = Numbers.targets(C * pixels, 2);
            long[] labels = new long[pixels];
            float[] w = new float[pixels];
            float[] fewX = new float[C * count];
            float[] fewT = new float[C * count];
            long[] fewLabels = new long[count];
            int at = 0;
            for (int p = 0; p < pixels; p++) {
                labels[p] = kept[p] ? random.nextInt(C) : random.nextLong();
                w[p] = kept[p] ? 1 : 0;
                for (int c = 0; c < C; c++) {
                    if (kept[p]) {
                        fewX[c * count + at] = x[c * pixels + p];
                        fewT[c * count + at] = t[c * pixels + p];
                    } else {
                        x[c * pixels + p] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
                        t[c * pixels + p] = Float.NaN;
                    }
                }
                if (kept[p]) fewLabels[at++] = labels[p];
            }
            Target target = hasLabels ? Labels.of(labels, new long[] {1, pixels}) : Tensor.of(t, 1, C, pixels);
            Target few = hasLabels ? Labels.of(fewLabels, new long[] {1, count}) : Tensor.of(fewT, 1, C, count);
            float[] gradient = new float[x.length];
            float[] fewGradient = new float[fewX.length];
            double value = loss.forwardBackward(Batch.of(Tensor.of(x, 1, C, pixels), target,
                    Tensor.of(gradient, 1, C, pixels)).withWeights(Tensor.of(w, 1, 1, pixels)), Backward.OVERWRITE);
            double expected = loss.forwardBackward(Tensor.of(fewX, 1, C, count), few,
                    Tensor.of(fewGradient, 1, C, count));
            assertEquals(expected, value, 1e-6, loss::toString);
            at = 0;
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < C; c++) {
                    float g = gradient[c * pixels + p];
                    float right = kept[p] ? fewGradient[c * count + at] : 0;
                    assertEquals(right, g, 1e-6 * Math.abs(right) + 1e-11, loss::toString);
                }
                if (kept[p]) at++;
            }
        }
    }

    @Test
    void everythingMasked() {
        Tensor x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1, 2}, 1, 2, 2);
        Labels labels = Labels.of(new int[] {-5, 1000}, new long[] {1, 2});
        Tensor none = Tensor.of(new float[] {0});
        for (Loss loss : List.of(DiceLoss.multiclass(), JaccardLoss.multiclass().withEmpty(JaccardLoss.Empty.SKIP),
                TverskyLoss.multiclass().withPerImage(true).withLogLoss(true))) {
            Tensor gradient = Tensor.of(new float[] {7, 7, 7, 7}, 1, 2, 2);
            assertEquals(0, loss.forwardBackward(Batch.of(x, labels, gradient).withWeights(none), Backward.OVERWRITE));
            for (float g : Memory.floats(gradient)) assertEquals(0, g + 0f);
            gradient.set(0, 7);
            loss.forwardBackward(Batch.of(x, labels, gradient).withWeights(none), Backward.ADD);
            assertEquals(7, gradient.get(0));
        }
        assertEquals(1, JaccardLoss.multiclass().forward(Batch.of(x, labels).withWeights(none)));
    }

    /** Weights too large or too small for their sums' slopes to be floats change nothing where they are alike. */
    @Test
    void hugeAndTinyWeights() {
        int n = 20_000;
        Tensor x = Tensor.of(Numbers.inputs(3 * n, 1), 1, 3, n);
        Tensor t = Tensor.of(Numbers.targets(3 * n, 2), 1, 3, n);
        for (Loss loss : List.of(JaccardLoss.multiclass().withSmooth(0), JaccardLoss.multilabel().withSmooth(0),
                DiceLoss.multiclass().withEps(1e-45), DiceLoss.multilabel().withEps(1e-45))) {
            float[] plain = new float[3 * n];
            double value = loss.forwardBackward(x, t, Tensor.of(plain, 1, 3, n));
            for (float w : new float[] {0x1p127f, 0x1p100f, 0x1p-110f, 0x1p-126f}) {
                float[] gradient = new float[3 * n];
                Batch batch = Batch.of(x, t, Tensor.of(gradient, 1, 3, n)).withWeights(Tensor.of(new float[] {w}));
                // Products with the smallest weights are no normal floats any more.
                double slack = w == 0x1p-126f ? 1e-4 : 1e-6;
                assertEquals(value, loss.forwardBackward(batch, Backward.OVERWRITE), slack * value, loss::toString);
                for (int i = 0; i < gradient.length; i++) {
                    assertEquals(plain[i], gradient[i], slack * Math.abs(plain[i]) + slack * 1e-6,
                            () -> loss + " by " + w);
                }
            }
        }
    }

    /** A slope that no float holds where the gradient is one. */
    @Test
    void scaledBeyondFloat() {
        Tensor x = Tensor.of(new float[] {40, -40, 40, -40}, 1, 2, 2);
        Tensor t = Tensor.of(new float[] {1, 0, 0, 1}, 1, 2, 2);
        for (Loss loss : List.of(DiceLoss.binary(), JaccardLoss.multiclass(), DiceLoss.multilabel())) {
            Tensor plain = Tensor.zerosLike(x);
            Tensor huge = Tensor.zerosLike(x);
            loss.forwardBackward(x, t, plain);
            loss.forwardBackward(x, t, huge, Backward.OVERWRITE.scale(0x1p140));
            for (int i = 0; i < 4; i++) {
                assertEquals(plain.get(i) * 0x1p140, huge.get(i), 1e-6 * Math.abs(huge.get(i)), loss::toString);
            }
        }
    }

    private static void refused(String message, Loss loss, Tensor x, Target t, Tensor weights) {
        float[] g = new float[(int) x.size()];
        Arrays.fill(g, 7);
        Batch batch = Batch.of(x, t, Tensor.of(g, x.shape())).withWeights(weights);
        for (Runnable call : List.<Runnable>of(() -> loss.forwardBackward(batch, Backward.OVERWRITE),
                () -> loss.forward(batch), () -> loss.totals(batch), () -> loss.requireValid(batch))) {
            String found = assertThrows(IllegalArgumentException.class, call::run).getMessage();
            assertTrue(found.contains(message), found);
        }
        for (float value : g) assertEquals(7, value);
    }

    @Test
    void wrongWeights() {
        Tensor x = Tensor.of(new float[24], 2, 3, 4);
        Labels labels = Labels.of(new int[] {0, 1, 2, 2, 1, 0, 0, 1}, new long[] {2, 4});
        for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Tensor weights = Tensor.of(new float[] {1, 0, 1, wrong}, 4);
            refused("weights: found " + wrong + " at index 3", DiceLoss.multiclass(), x, labels, weights);
        }
        refused("weights: shape (3, 4) does not broadcast to the target's shape (2, 4)", DiceLoss.multiclass(), x,
                labels, Tensor.of(new float[12], 3, 4));
        refused("weights: shape (2, 4) does not broadcast to the input's shape (2, 3, 4)", DiceLoss.multilabel(), x, x,
                Tensor.of(new float[8], 2, 4));
        // Only what is masked in all classes may be any label.
        Labels wrong = Labels.of(new int[] {0, 1, 2, 2, 1, 0, 0, 9}, new long[] {2, 4});
        Tensor masks = Tensor.of(new float[24], 2, 3, 4);
        DiceLoss.multiclass().forward(Batch.of(x, wrong).withWeights(masks));
        masks.set(19, 1);
        refused("target[7]: found 9", DiceLoss.multiclass(), x, wrong, masks);
        Tensor shared = Tensor.of(new float[24], 2, 3, 4);
        String found = assertThrows(IllegalArgumentException.class, () -> DiceLoss.multilabel().forwardBackward(
                Batch.of(x, x, shared).withWeights(shared), Backward.OVERWRITE)).getMessage();
        assertTrue(found.contains("gradient: shares memory with weights"), found);
    }
}
