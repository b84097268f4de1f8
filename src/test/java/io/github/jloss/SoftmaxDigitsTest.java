// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many classes, classes alike, weights at the ends of float's range: the softmax family keeps its digits. */
class SoftmaxDigitsTest {

    /** A few ulps: of an exponential, the sum, a quotient and a product. */
    private static final double ULPS = 4e-7;

    /** How the classes of two rows lie: one after the other, or apart. */
    private record Layout(int classes, boolean apart) {

        long[] shape() {
            return apart ? new long[] {1, classes, 2} : new long[] {2, classes};
        }

        long[] rowShape() {
            return apart ? new long[] {1, 2} : new long[] {2};
        }

        int index(int row, int c) {
            return apart ? 2 * c + row : row * classes + c;
        }

        /** Both rows the same. */
        Tensor tensor(float[] row) {
            float[] all = new float[2 * classes];
            for (int c = 0; c < classes; c++) {
                all[index(0, c)] = row[c];
                all[index(1, c)] = row[c];
            }
            return Tensor.of(all, shape());
        }

        Labels labels(int label) {
            return Labels.of(new int[] {label, label}, rowShape());
        }
    }

    /** {@code T}, the targets with weights and smoothing, against {@code p sum T - T} in double. */
    private static void judge(CrossEntropyLoss loss, Layout layout, float[] x, Target target, double[] targets) {
        Tensor gradient = Tensor.zeros(layout.shape());
        double value = loss.withReduction(Reduction.SUM).forwardBackward(layout.tensor(x), target, gradient) / 2;
        double sum = Arrays.stream(targets).sum();
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : x) max = Math.max(max, logit);
        double all = 0;
        for (float logit : x) all += Math.exp(logit - max);
        double expected = 0;
        for (int c = 0; c < x.length; c++) {
            double p = Math.exp(x[c] - max) / all;
            expected -= targets[c] * (x[c] - max - Math.log(all));
            double g = p * sum - targets[c];
            double size = Math.max(p * sum, targets[c]);
            int at = c;
            for (int row = 0; row < 2; row++) {
                assertEquals(g, gradient.get(layout.index(row, c)), ULPS * size,
                        () -> loss + " class " + at + " of " + layout);
            }
        }
        assertEquals(expected, value, ULPS * expected, loss + " of " + layout);
    }

    private static float[] nearlyAlike(int classes) {
        Random random = new Random(classes);
        float[] x = new float[classes];
        for (int c = 0; c < classes; c++) x[c] = -1e-3f * random.nextFloat();
        x[classes / 3] = 1e-3f;
        return x;
    }

    @ParameterizedTest
    @CsvSource({"128256, 11.6617844", "1000000, 13.7155107"})
    void sumsOverManyClassesApart(int classes, double expected) {
        float[] x = new float[2 * classes];
        Arrays.fill(x, -0.1f);
        x[0] = 0;
        Tensor gradient = Tensor.zeros(1, classes, 2);
        Tensor losses = Tensor.zeros(1, 2);
        Labels labels = Labels.of(new int[2], new long[] {1, 2});
        CrossEntropyLoss loss = new CrossEntropyLoss().withReduction(Reduction.NONE);
        loss.forward(Tensor.of(x, 1, classes, 2), labels, losses);
        // The nearest float.
        assertEquals((float) expected, losses.get(0));
        assertEquals(Math.log(classes), losses.get(1), 5e-7);
        loss.backward(Tensor.of(x, 1, classes, 2), labels, Tensor.of(new float[] {1, 1}, 1, 2), gradient,
                Backward.OVERWRITE);
        double e = Math.exp(-0.1f);
        double first = 1 + (classes - 1) * e;
        assertEquals(e / first, gradient.get(2), ULPS * e / first);
        assertEquals(1.0 / classes, gradient.get(3), ULPS / classes);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 31, 63, 64, 2049, 32_000, 1_000_000})
    void softTargetsOfClassesAlike(int classes) {
        for (boolean apart : new boolean[] {false, true}) {
            Layout layout = new Layout(classes, apart);
            float[] x = nearlyAlike(classes);
            double[] t = new double[classes];
            float[] floats = new float[classes];
            Random random = new Random(1);
            for (int c = 0; c < classes; c += 7) {
                floats[c] = 0x1p-10f * random.nextInt(1024) / classes;
                t[c] = floats[c];
            }
            judge(new CrossEntropyLoss(), layout, x, layout.tensor(floats), t);
            float[] weight = new float[classes];
            for (int c = 0; c < classes; c++) {
                weight[c] = 0x1p-10f * (1 + random.nextInt(1024));
                t[c] = weight[c] * (0.75 * floats[c] + 0.25 / classes);
            }
            judge(new CrossEntropyLoss().withLabelSmoothing(0.25).withWeight(Tensor.of(weight)), layout, x,
                    layout.tensor(floats), t);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 31, 63, 64, 2049, 32_000, 1_000_000})
    void smoothedLabelsOfClassesAlike(int classes) {
        for (boolean apart : new boolean[] {false, true}) {
            Layout layout = new Layout(classes, apart);
            float[] x = nearlyAlike(classes);
            for (int label : new int[] {classes / 3, classes - 1}) {
                double[] t = new double[classes];
                Arrays.fill(t, 1.0 / classes);
                judge(new CrossEntropyLoss().withLabelSmoothing(1), layout, x, layout.labels(label), t);
                Arrays.fill(t, 0.25 / classes);
                float[] weight = new float[classes];
                Arrays.fill(weight, 1);
                weight[label] = 0;
                t[label] = 0;
                judge(new CrossEntropyLoss().withLabelSmoothing(0.25).withWeight(Tensor.of(weight)), layout, x,
                        layout.labels(label), t);
                weight[label] = 1;
                t[label] = 0.75 + 0.25 / classes;
                judge(new CrossEntropyLoss().withLabelSmoothing(0.25), layout, x, layout.labels(label), t);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {1e38f, 3e38f, 1e-38f, 1e-44f})
    void classWeightsAtTheEndsOfFloat(float w) {
        int rows = 10_000;
        for (int classes : new int[] {3, 70}) {
            float[] x = Numbers.inputs(rows * classes, 1);
            float[] weights = new float[classes];
            Arrays.fill(weights, w);
            Labels labels = SoftmaxTest.labels(rows, classes);
            for (SoftmaxLoss<?> plain : new SoftmaxLoss<?>[] {new CrossEntropyLoss(), new NLLLoss(),
                    new SoftmaxFocalLoss(),
                new CrossEntropyLoss().withLabelSmoothing(0.1)}) {
                Tensor weight = Tensor.of(weights);
                SoftmaxLoss<?> loss = plain instanceof CrossEntropyLoss ce ? ce.withWeight(weight)
                        : plain instanceof NLLLoss nll ? nll.withWeight(weight)
                        : ((SoftmaxFocalLoss) plain).withWeight(weight);
                float[] expected = new float[x.length];
                float[] gradient = new float[x.length];
                double value = plain.forwardBackward(Tensor.of(x, rows, classes), labels,
                        Tensor.of(expected, rows, classes));
                assertEquals(value, loss.forwardBackward(Tensor.of(x, rows, classes), labels,
                        Tensor.of(gradient, rows, classes)), 1e-6 * Math.abs(value), loss.toString());
                for (int i = 0; i < x.length; i++) {
                    int at = i;
                    assertEquals(expected[i], gradient[i], 1e-6 * Math.abs(expected[i]) + 2e-7 / rows,
                            () -> loss + " at " + at);
                }
            }
        }
    }

    /** No class has a target: the row costs nothing, whatever it holds. 0 times NaN is NaN elsewhere. */
    @Test
    void rowsOfNaN() {
        for (int classes : new int[] {3, 63, 64, 70}) {
            for (boolean apart : new boolean[] {false, true}) {
                Layout layout = new Layout(classes, apart);
                float[] x = Numbers.inputs(classes, 1);
                x[1] = Float.NaN;
                float[] nan = new float[2 * classes];
                Arrays.fill(nan, Float.NaN);
                Tensor gradient = Tensor.zeros(layout.shape());
                CrossEntropyLoss soft = new CrossEntropyLoss().withReduction(Reduction.SUM);
                assertEquals(0, soft.forwardBackward(layout.tensor(x), layout.tensor(new float[classes]), gradient));
                assertArrayEquals(new float[2 * classes], Memory.floats(gradient));
                for (CrossEntropyLoss loss : new CrossEntropyLoss[] {soft, soft.withLabelSmoothing(0.1)}) {
                    for (Target target : new Target[] {layout.labels(0), layout.tensor(x.clone())}) {
                        loss.withReduction(Reduction.NONE).backward(layout.tensor(x), target,
                                Tensor.zeros(layout.rowShape()), gradient, Backward.OVERWRITE);
                        assertArrayEquals(nan, Memory.floats(gradient), loss + " of " + layout);
                    }
                }
            }
        }
    }

    /** A pass whose loop is made for one variant of a formula is that variant's when the vectors take over. */
    @Test
    void theSameBitsColdAndWarm() {
        int rows = 4096;
        Tensor x = Tensor.of(Numbers.inputs(rows * 16, 1), rows, 16);
        Tensor gradient = Tensor.zeros(rows, 16);
        Labels labels = SoftmaxTest.labels(rows, 16);
        Loss loss = new CrossEntropyLoss().withLabelSmoothing(0.1).on(Backend.cpu(1));
        double value = loss.on(Backend.cpu().device("scalar")).forward(x, labels);
        long start = System.nanoTime();
        while (System.nanoTime() - start < 3_000_000_000L) {
            assertEquals(value, loss.forwardBackward(x, labels, gradient));
        }
    }
}
