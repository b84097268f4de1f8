// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the softmax family does at its edges; what it does in between is the business of the properties. */
class SoftmaxTest {

    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** Losses of labels, with options that reach every branch of the engine. */
    static List<SoftmaxLoss<?>> labelled(int classes, Reduction reduction) {
        Tensor weight = Tensor.of(Numbers.targets(classes, 3));
        return List.of(
                new CrossEntropyLoss().withReduction(reduction),
                new CrossEntropyLoss().withReduction(reduction).withWeight(weight).withIgnoreIndex(0),
                new CrossEntropyLoss().withReduction(reduction).withWeight(weight).withLabelSmoothing(0.1),
                new NLLLoss().withReduction(reduction),
                new SoftmaxFocalLoss().withGamma(0.5).withReduction(reduction),
                new AsymmetricLossSingleLabel().withGammaPos(1).withGammaNeg(4).withEps(0.1).withReduction(reduction));
    }

    private static Loss soft(Reduction reduction, int classes) {
        return new CrossEntropyLoss().withReduction(reduction).withLabelSmoothing(0.2)
                .withWeight(Tensor.of(Numbers.targets(classes, 3)));
    }

    static Labels labels(int rows, int classes) {
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) labels[i] = (i * 7 + 3) % classes;
        return Labels.of(labels);
    }

    /** Rows of numbers of all kinds in memory of all kinds, with one vector or none and one thread or several. */
    @ParameterizedTest
    @EnumSource(Memory.class)
    void memoryMakesNoDifference(Memory memory) {
        for (int classes : new int[] {1, 5, 16, 63, 64, 1000, 2100}) {
            int rows = classes < 100 ? 37 : 4;
            float[] x = Numbers.wild(rows * classes, classes);
            float[] t = Numbers.targets(rows * classes, 2);
            for (SoftmaxLoss<?> loss : labelled(classes, Reduction.MEAN)) {
                compare(loss, memory, x, t, labels(rows, classes), rows, classes);
            }
            compare(soft(Reduction.MEAN, classes), memory, x, t, null, rows, classes);
        }
    }

    private static void compare(Loss loss, Memory memory, float[] x, float[] t, Labels labels, long... shape) {
        float[][] expected = run(loss.on(Backend.cpu().device("scalar")), Memory.ARRAY, x, t, labels, shape);
        for (Loss other : new Loss[] {loss, loss.on(Backend.cpu(3))}) {
            float[][] found = run(other, memory, x, t, labels, shape);
            for (int i = 0; i < found.length; i++) {
                Outcome.requireSame(expected[i], found[i], loss + " of " + Arrays.toString(shape), "result " + i);
            }
        }
    }

    private static float[][] run(Loss loss, Memory memory, float[] x, float[] t, Labels labels, long... shape) {
        Tensor input = memory.copy(x).reshape(shape);
        Target target = labels != null ? labels : memory.copy(t).reshape(shape);
        Tensor gradient = memory.copy(t).reshape(shape);
        Tensor added = memory.copy(t).reshape(shape);
        float value = (float) loss.forwardBackward(input, target, gradient);
        float part = (float) loss.forwardBackward(input, target, added, Backward.ADD.scale(2).divisor(5));
        loss.forwardBackward(input, target, input);
        return new float[][] {{value, part}, Memory.floats(gradient), Memory.floats(added), Memory.floats(input)};
    }

    /**
     * Pixels: planes large enough to be worked on in place, so small that a tile has many images, and so large that
     * their chunks begin at cache lines.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 49, 255, 256, 300, 1500, 16390})
    void pixels(int pixels) {
        int images = pixels < 100 ? 5 : 2;
        for (int classes : new int[] {1, 4, pixels < 100 ? 70 : 5}) {
            float[] x = Numbers.wild(images * classes * pixels, classes);
            float[] t = Numbers.targets(x.length, 2);
            Labels labels = Labels.of(ints(labels(images * pixels, classes)), new long[] {images, pixels});
            for (Memory memory : new Memory[] {Memory.ARRAY, Memory.PART_OF_ARRAY, Memory.NATIVE}) {
                compare(new CrossEntropyLoss().withIgnoreIndex(1), memory, x, t, labels, images, classes, pixels);
                compare(new CrossEntropyLoss().withLabelSmoothing(0.3).withIgnoreIndex(1), memory, x, t, labels,
                        images, classes, pixels);
                compare(soft(Reduction.SUM, classes), memory, x, t, null, images, classes, pixels);
            }
            requireTransposed(x, labels, images, classes, pixels);
        }
    }

    private static int[] ints(Labels labels) {
        int[] ints = new int[(int) labels.size()];
        for (int i = 0; i < ints.length; i++) ints[i] = (int) labels.get(i);
        return ints;
    }

    /** Where the class axis is makes no difference but to rounding. */
    private static void requireTransposed(float[] x, Labels labels, int images, int classes, int pixels) {
        float[] tame = Numbers.inputs(x.length, 9);
        float[] last = new float[x.length];
        for (int i = 0; i < x.length; i++) last[transposed(i, classes, pixels)] = tame[i];
        float[] g = new float[x.length];
        float[] gLast = new float[x.length];
        CrossEntropyLoss loss = new CrossEntropyLoss().withReduction(Reduction.SUM).withLabelSmoothing(0.1);
        double value = loss.forwardBackward(Tensor.of(tame, images, classes, pixels), labels,
                Tensor.of(g, images, classes, pixels));
        assertEquals(value, loss.withClassAxisLast().forwardBackward(Tensor.of(last, images, pixels, classes), labels,
                Tensor.of(gLast, images, pixels, classes)), 1e-6 * value);
        for (int i = 0; i < x.length; i++) assertEquals(g[i], gLast[transposed(i, classes, pixels)], 1e-6);
    }

    private static int transposed(int i, int classes, int pixels) {
        int image = i / (classes * pixels);
        return (image * pixels + i % pixels) * classes + i / pixels % classes;
    }

    /** One row's infinities and NaNs are that row's alone. */
    @ParameterizedTest
    @ValueSource(ints = {3, 64, 65})
    void otherRowsStayAsTheyAre(int classes) {
        int rows = 20;
        for (float wild : new float[] {Float.NaN, INFINITY}) {
            for (SoftmaxLoss<?> loss : labelled(classes, Reduction.NONE)) {
                if (loss instanceof NLLLoss) continue;
                float[] x = Numbers.inputs(rows * classes, 1);
                float[] losses = new float[rows];
                float[] gradient = gradient(loss, x, losses, rows, classes);
                x[7 * classes + 1] = wild;
                float[] wildLosses = new float[rows];
                float[] wildGradient = gradient(loss, x, wildLosses, rows, classes);
                for (int i = 0; i < rows; i++) {
                    boolean counts = losses[i] != 0;
                    assertEquals(i == 7 && counts ? Float.NaN : losses[i], wildLosses[i], loss + " row " + i);
                    for (int c = 0; c < classes; c++) {
                        assertEquals(i == 7 && counts ? Float.NaN : gradient[i * classes + c],
                                wildGradient[i * classes + c], loss + " row " + i + " class " + c);
                    }
                }
            }
        }
    }

    private static float[] gradient(SoftmaxLoss<?> loss, float[] x, float[] losses, int rows, int classes) {
        float[] gradient = new float[x.length];
        float[] ones = new float[rows];
        Arrays.fill(ones, 1);
        Tensor input = Tensor.of(x, rows, classes);
        loss.forward(input, labels(rows, classes), Tensor.of(losses));
        loss.backward(input, labels(rows, classes), Tensor.of(ones), Tensor.of(gradient, rows, classes),
                Backward.OVERWRITE);
        return gradient;
    }

    private static void row(SoftmaxLoss<?> loss, Target target, float[] x, double expected, float... expectedGradient) {
        // As one of the first classes of a long row, too, the others of which have no probability.
        for (int classes : new int[] {x.length, 70, 3000}) {
            if (classes > x.length && (target instanceof Tensor || loss.toString().contains("moothing"))) break;
            float[] row = Arrays.copyOf(x, classes);
            Arrays.fill(row, x.length, classes, -INFINITY);
            float[] gradient = new float[classes];
            Target t = target instanceof Tensor soft ? soft.reshape(1, classes) : target;
            double value = loss.forwardBackward(Tensor.of(row, 1, classes), t, Tensor.of(gradient, 1, classes));
            assertEquals(expected, value, 1e-6 * Math.abs(expected), loss + " of " + Arrays.toString(row));
            for (int c = 0; c < classes; c++) {
                float e = c < x.length ? expectedGradient[c] : 0;
                assertEquals(e, gradient[c], 1e-6 * Math.abs(e), "class " + c + " of " + Arrays.toString(row));
            }
        }
    }

    @Test
    void minusInfinity() {
        CrossEntropyLoss loss = new CrossEntropyLoss();
        double log2 = Math.log(2);
        row(loss, Labels.of(0), new float[] {1, 1, -INFINITY}, log2, -0.5f, 0.5f, 0);
        row(loss.withLabelSmoothing(0.1), Labels.of(0), new float[] {1, -INFINITY}, INFINITY, 0.05f, -0.05f);
        row(loss, Tensor.of(new float[] {0.5f, 0.5f, 0}), new float[] {3, 3, -INFINITY}, log2, 0, 0, 0);
        for (float x : new float[] {-INFINITY, INFINITY}) {
            float[] gradient = new float[2];
            assertEquals(Double.NaN, loss.forwardBackward(Tensor.of(new float[] {x, x}, 1, 2), Labels.of(0),
                    Tensor.of(gradient, 1, 2)));
            assertArrayEquals(new float[] {Float.NaN, Float.NaN}, gradient);
        }
    }

    @Test
    void minusInfinityOnTheTarget() {
        float[] x = {1, 1, -INFINITY};
        for (SoftmaxLoss<?> loss : List.of(new CrossEntropyLoss(), new SoftmaxFocalLoss(),
                new AsymmetricLossSingleLabel().withGammaPos(1).withGammaNeg(4).withEps(0)
                        .withReduction(Reduction.SUM))) {
            float[] gradient = new float[3];
            assertEquals(INFINITY, loss.forwardBackward(Tensor.of(x, 1, 3), Labels.of(2), Tensor.of(gradient, 1, 3)));
            assertArrayEquals(new float[] {0.5f, 0.5f, -1}, gradient);
        }
        // The terms of other classes are 0 where their probability is.
        float[] gradient = new float[3];
        SoftmaxLoss<?> smooth = new AsymmetricLossSingleLabel().withGammaPos(1).withGammaNeg(4).withEps(0.3)
                .withReduction(Reduction.SUM);
        float[] y = {2, -INFINITY, 2};
        double p = 0.5;
        double others = 0.1 * Math.pow(p, 4) * Math.log(p);
        assertEquals(-(0.8 * 0.5 * Math.log(p) + others),
                smooth.forwardBackward(Tensor.of(y, 1, 3), Labels.of(0), Tensor.of(gradient, 1, 3)), 1e-6);
        assertEquals(0, gradient[1]);
        assertEquals(-gradient[0], gradient[2], 1e-7);
    }

    /** What is nearly certain costs what it costs, to the last digits. */
    @Test
    void confidence() {
        for (float d : new float[] {5, 20, 40, 80}) {
            double u = 1 / (1 + Math.exp(d));
            row(new CrossEntropyLoss(), Labels.of(0), new float[] {d, 0}, Math.log1p(Math.exp(-d)),
                    (float) -u, (float) u);
            row(new CrossEntropyLoss(), Labels.of(1), new float[] {1e4f, 1e4f - d}, d + Math.log1p(Math.exp(-d)),
                    (float) (1 - u), (float) (u - 1));
            row(new CrossEntropyLoss(), Tensor.of(new float[] {1, 0}), new float[] {d, 0}, Math.log1p(Math.exp(-d)),
                    (float) -u, (float) u);
        }
        double u = 1 / (1 + Math.exp(10));
        row(new SoftmaxFocalLoss().withGamma(2), Labels.of(0), new float[] {10, 0}, -u * u * Math.log1p(-u),
                (float) (-u * u * u + 2 * u * u * (1 - u) * Math.log1p(-u)),
                (float) (u * u * u - 2 * u * u * (1 - u) * Math.log1p(-u)));
        row(new SoftmaxFocalLoss().withGamma(0.5), Labels.of(0), new float[] {200, 0}, 0, 0, 0);
    }

    @Test
    void oneClassCostsNothing() {
        for (SoftmaxLoss<?> loss : labelled(1, Reduction.SUM)) {
            if (loss instanceof NLLLoss) continue;
            float[] gradient = {3, 3};
            assertEquals(0, loss.forwardBackward(Tensor.of(new float[] {5, -1e30f}, 2, 1), Labels.of(0, 0),
                    Tensor.of(gradient, 2, 1)), loss.toString());
            assertArrayEquals(new float[2], gradient, loss.toString());
        }
    }

    @Test
    void oneRowWithoutABatch() {
        float[] gradient = new float[3];
        Labels label = Labels.of(new int[] {1}, new long[0]);
        double value = new CrossEntropyLoss().forwardBackward(Tensor.of(new float[] {0, 0, 0}), label,
                Tensor.of(gradient));
        assertEquals(Math.log(3), value, 1e-6);
        assertEquals(-2 / 3f, gradient[1], 1e-6f);
        float[] loss = new float[1];
        new CrossEntropyLoss().withReduction(Reduction.NONE)
                .forward(Tensor.of(new float[3]), label, Tensor.of(loss, new long[0]));
        assertEquals(Math.log(3), loss[0], 1e-6);
    }

    @Test
    void nothingCounts() {
        Tensor x = Tensor.of(Numbers.wild(6, 1), 2, 3);
        float[] gradient = {1, 1, 1, 1, 1, 1};
        Tensor g = Tensor.of(gradient, 2, 3);
        CrossEntropyLoss loss = new CrossEntropyLoss();
        Labels ignored = Labels.of(-100, -100);
        assertEquals(Double.NaN, loss.forwardBackward(x, ignored, g));
        assertArrayEquals(new float[6], gradient);
        assertEquals(0, loss.withEmptyMeanZero().forwardBackward(x, ignored, g));
        assertEquals(0, new CrossEntropyLoss().withReduction(Reduction.SUM).forward(x, ignored));
        Arrays.fill(gradient, 1);
        loss.forwardBackward(x, ignored, g, Backward.ADD);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, gradient);
        // Labels of weight 0, and no rows.
        assertEquals(Double.NaN, loss.withWeight(Tensor.of(new float[3])).forwardBackward(x, Labels.of(0, 1), g));
        assertArrayEquals(new float[6], gradient);
        Tensor none = Tensor.of(new float[0], 0, 3);
        Labels noLabels = Labels.of(new int[0]);
        assertEquals(Double.NaN, loss.forwardBackward(none, noLabels, none));
        assertEquals(0, loss.withEmptyMeanZero().forward(none, noLabels));
        assertEquals(Double.NaN, loss.forward(none, none));
        assertEquals(0, new CrossEntropyLoss().withReduction(Reduction.SUM).forwardBackward(none, noLabels, none));
    }

    @Test
    void divisors() {
        float[] x = Numbers.inputs(12, 1);
        Tensor input = Tensor.of(x, 4, 3);
        CrossEntropyLoss weighted = new CrossEntropyLoss().withWeight(Tensor.of(new float[] {1, 2, 4}));
        Labels labels = Labels.of(0, 2, -100, 2);
        double sum = weighted.forward(input, labels) * 9;
        assertEquals(sum / 3, weighted.withMeanBy(MeanBy.COUNT).forward(input, labels), 1e-6);
        Totals totals = weighted.totals(input, labels);
        assertEquals(9, totals.sums()[1]);
        assertThrows(IllegalArgumentException.class, () -> new CrossEntropyLoss().finish(totals));
        assertEquals(weighted.forward(input, labels), weighted.finish(totals));
    }

    /** There is no label that stands for "nothing is ignored". */
    @Test
    void noLabelIsIgnoredInSecret() {
        Tensor x = Tensor.of(new float[6], 2, 3);
        Tensor g = Tensor.of(new float[6], 2, 3);
        for (SoftmaxLoss<?> loss : List.of(new SoftmaxFocalLoss(), new AsymmetricLossSingleLabel(),
                new LabelSmoothingCrossEntropyLoss(), new CrossEntropyLoss(), new NLLLoss())) {
            fails("target[1]: found " + Long.MIN_VALUE,
                    () -> loss.forwardBackward(x, Labels.of(2, Long.MIN_VALUE), g));
            fails("target[1]: found " + Long.MAX_VALUE, () -> loss.totals(x, Labels.of(2, Long.MAX_VALUE)));
        }
    }

    @Test
    void errors() {
        CrossEntropyLoss loss = new CrossEntropyLoss();
        float[] gradient = {9, 9, 9, 9, 9, 9};
        Tensor g = Tensor.of(gradient, 2, 3);
        Tensor x = Tensor.of(new float[6], 2, 3);
        fails("target[1]: found 3, expected a class from 0 to 2, or -100",
                () -> loss.forwardBackward(x, Labels.of(2, 3), g));
        fails("target[0]: found -1", () -> new SoftmaxFocalLoss().forwardBackward(x, Labels.of(-1, 3), g));
        fails("target: found shape (3)", () -> loss.forwardBackward(x, Labels.of(1, 2, 0), g));
        fails("gradient: found shape (3, 2)", () -> loss.forwardBackward(x, Labels.of(1, 2), g.reshape(3, 2)));
        fails("weight: found shape (2)",
                () -> loss.withWeight(Tensor.of(new float[2])).forwardBackward(x, Labels.of(1, 2), g));
        fails("weight: found shape (1, 3)", () -> loss.withWeight(Tensor.of(new float[3], 1, 3)));
        fails("at least one class on axis 1",
                () -> loss.forward(Tensor.of(new float[0], 2, 0), Labels.of(1, 2)));
        fails("a float for each row, expected Labels or probabilities (2, 3): classes are integers",
                () -> loss.forwardBackward(x, Tensor.of(new float[2]), g));
        fails("expected Labels: classes are integers",
                () -> new NLLLoss().forwardBackward(x, Tensor.of(new float[2]), g));
        fails("ignoreIndex: found 0", () -> loss.withIgnoreIndex(0).forwardBackward(x, x, g));
        fails("target: found Tensor(2, 3)", () -> new NLLLoss().forwardBackward(x, x, g));
        fails("target: found Labels", () -> new SoftTargetCrossEntropyLoss().forwardBackward(x, Labels.of(1, 2), g));
        fails("gradient: shares memory with target", () -> loss.forwardBackward(x, g, g));
        fails("(N, C)", () -> new AsymmetricLossSingleLabel().forward(x.reshape(2, 3, 1), Labels.of(1, 2)));
        fails("scalar", () -> loss.forward(Tensor.of(new float[1], new long[0]), Labels.of(1)));
        fails("labelSmoothing: found 1.5", () -> loss.withLabelSmoothing(1.5));
        fails("gammaNeg: found -1.0", () -> new AsymmetricLossSingleLabel().withGammaPos(1).withGammaNeg(-1).withEps(0)
                .withReduction(Reduction.SUM));
        fails("gamma: found NaN", () -> new SoftmaxFocalLoss().withGamma(Double.NaN).withReduction(Reduction.SUM));
        CrossEntropyLoss rows = new CrossEntropyLoss().withReduction(Reduction.NONE);
        fails("losses: found shape (3)", () -> rows.forward(x, Labels.of(1, 2), Tensor.of(new float[3])));
        fails("upstream: found shape (1)",
                () -> rows.backward(x, Labels.of(1, 2), Tensor.of(new float[1]), g, Backward.OVERWRITE));
        fails("gradient: shares memory with upstream",
                () -> rows.backward(x, Labels.of(1, 2), Tensor.view(gradient, 0, 2), g, Backward.OVERWRITE));
        fails("scale: the factor", () -> loss.forwardBackward(x, Labels.of(1, 2), g, Backward.ADD.scale(1e300)));
        assertThrows(IllegalStateException.class, () -> rows.forward(x, Labels.of(1, 2)));
        assertArrayEquals(new float[] {9, 9, 9, 9, 9, 9}, gradient);
    }

    private static void fails(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void valueSemantics() {
        Tensor w = Tensor.of(new float[3]);
        CrossEntropyLoss loss = new CrossEntropyLoss().withWeight(w).withIgnoreIndex(255).withLabelSmoothing(0.1);
        CrossEntropyLoss same = new CrossEntropyLoss().withLabelSmoothing(0.1).withIgnoreIndex(255).withWeight(w);
        assertEquals(loss, same);
        assertEquals(loss.hashCode(), same.hashCode());
        assertEquals("CrossEntropyLoss[labelSmoothing=0.1, ignoreIndex=255, weight=(3), reduction=mean]",
                loss.toString());
        assertEquals(loss.toString(), loss.on(Backend.cpu(2)).toString());
        assertNotEquals(loss, loss.on(Backend.cpu(2)));
        assertNotEquals(loss, loss.withWeight(Tensor.of(new float[] {0, 0, 1})));
        assertNotEquals(new NLLLoss(), new CrossEntropyLoss());
        for (CrossEntropyLoss other : List.of(loss.withClassAxisLast(), loss.withEmptyMeanZero(), loss
                .withMeanBy(MeanBy.COUNT),
                loss.withIgnoreIndex(1), loss.withLabelSmoothing(0.2))) {
            assertNotEquals(loss, other);
            assertNotEquals(loss.toString(), other.toString());
        }
    }

    static Stream<Runnable> calls() {
        return Stream.of(5, 100).flatMap(classes -> {
            Tensor x = Tensor.of(Numbers.inputs(20 * classes, 1), 20, classes);
            Tensor g = Tensor.of(new float[20 * classes], 20, classes);
            Tensor t = Tensor.of(Numbers.targets(20 * classes, 1), 20, classes);
            Labels labels = labels(20, classes);
            Loss soft = soft(Reduction.MEAN, classes);
            return Stream.concat(Stream.of(() -> soft.forwardBackward(x, t, g)),
                    labelled(classes, Reduction.MEAN).stream().map(l -> (Runnable) () -> {
                        l.forwardBackward(x, labels, g);
                        l.forwardBackward(x, labels, g, Backward.ADD);
                        l.forward(x, labels);
                    }));
        });
    }

    @ParameterizedTest
    @MethodSource("calls")
    void allocatesNothing(Runnable call) {
        requireNoGarbage(call);
    }

    static void requireNoGarbage(Runnable call) {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long least = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (least >= 500 && System.nanoTime() - start < 20_000_000_000L) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) call.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 500, least / 500.0 + " bytes a call");
    }
}
