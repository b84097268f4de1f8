// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of pairs and triplets: bits, memory, threads, delivery, edges, errors. */
class EmbeddingLossTest {

    private static final Backend SCALAR = Backend.cpu().device("scalar");
    private static final Backward PART = Backward.ADD.scale(-0.3).divisor(7);

    /** Twice the Manhattan distance, as a caller might write it. */
    private record Own() implements Distance {
        @Override
        public double between(float[] x1, int from1, float[] x2, int from2, int n) {
            double sum = 0;
            for (int i = 0; i < n; i++) sum += Math.abs(x1[from1 + i] - x2[from2 + i]);
            return 2 * sum;
        }

        @Override
        public void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance, float[] gradient1,
                float[] gradient2) {
            for (int i = 0; i < n; i++) {
                gradient1[i] = 2 * Math.signum(x1[from1 + i] - x2[from2 + i]);
                gradient2[i] = -gradient1[i];
            }
        }
    }

    /** Every class with options that reach every branch. */
    static List<EmbeddingLoss<?>> means() {
        ContrastiveLoss contrastive = new ContrastiveLoss();
        TripletMarginLoss triplet = new TripletMarginLoss().withMargin(3);
        return List.of(
                contrastive,
                contrastive.withMargin(50),
                contrastive.withMargin(5).withDistance(Distance.euclidean(0)),
                contrastive.withMargin(30).withDistance(Distance.squaredEuclidean()),
                contrastive.withMargin(1).withDistance(Distance.cosine()),
                contrastive.withMargin(40).withDistance(Distance.manhattan()),
                contrastive.withMargin(9).withDistance(Distance.norm(3, 1e-6)),
                contrastive.withMargin(9).withDistance(new Own()).withLabelTransform(y -> 1 - y),
                new CosineEmbeddingLoss().withMargin(-0.1),
                triplet,
                triplet.withSwap(true),
                triplet.withP(1).withEps(0).withSwap(true),
                triplet.withP(2.5).withSwap(true));
    }

    private static Target target(EmbeddingLoss<?> loss, int rows, Memory memory) {
        if (loss instanceof TripletMarginLoss) return null;
        float[] t = Numbers.targets(rows, 7);
        if (loss instanceof CosineEmbeddingLoss) {
            for (int i = 0; i < rows; i++) t[i] = i % 3 == 0 ? 1 : -1;
        }
        return memory.copy(t);
    }

    /** Everything there is to ask for: value twice, gradients, added ones, losses, those with upstream, totals. */
    private static float[][] outcome(EmbeddingLoss<?> loss, Memory memory, float[][] data, int rows, int length) {
        int k = loss.inputNames().size();
        long[] shape = {rows, length};
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> fresh = new ArrayList<>();
        List<Tensor> added = new ArrayList<>();
        List<Tensor> passed = new ArrayList<>();
        for (int i = 0; i < k; i++) {
            inputs.add(memory.copy(data[i]).reshape(shape));
            fresh.add(memory.copy(data[2 - i]).reshape(shape));
            added.add(memory.copy(data[2 - i]).reshape(shape));
            passed.add(memory.copy(data[2 - i]).reshape(shape));
        }
        Target target = target(loss, rows, memory);
        Batch batch = new Batch(inputs, target, fresh);
        double value = loss.forwardBackward(batch, Backward.OVERWRITE);
        assertEquals(value, loss.forward(batch));
        assertEquals(value, loss.finish(loss.totals(batch)));
        double part = loss.forwardBackward(new Batch(inputs, target, added), PART);
        Tensor losses = memory.copy(new float[rows]);
        loss.losses(batch, losses);
        Tensor upstream = memory.copy(Numbers.inputs(rows, 3));
        loss.backward(new Batch(inputs, target, passed), upstream, PART);
        List<float[]> all = new ArrayList<>(List.of(new float[] {(float) value, (float) part}, Memory.floats(losses)));
        for (List<Tensor> gradients : List.of(fresh, added, passed)) {
            gradients.forEach(g -> all.add(Memory.floats(g)));
        }
        return all.toArray(float[][]::new);
    }

    private static void compare(float[][] a, float[][] b, String what) {
        for (int i = 0; i < a.length; i++) Outcome.requireSame(a[i], b[i], what, "part " + i);
    }

    private static float[][] data(int n, boolean wild) {
        return new float[][] {wild ? Numbers.wild(n, 1) : Numbers.inputs(n, 1), Numbers.inputs(n, 2),
            Numbers.inputs(n, 3)};
    }

    @ParameterizedTest
    @MethodSource("means")
    void simdIsScalarInEveryMemory(EmbeddingLoss<?> loss) {
        for (int length : new int[] {0, 1, 2, 5, 8, 9, 15, 16, 17, 33, 511, 513, 3000}) {
            int rows = length > 1000 ? 3 : length > 1 && length < 17 ? 300 : 13;
            for (boolean wild : new boolean[] {false, true}) {
                float[][] data = data(rows * length, wild);
                float[][] expected = outcome(loss.on(SCALAR), Memory.ARRAY, data, rows, length);
                for (Memory memory : Memory.values()) {
                    compare(expected, outcome(loss, memory, data, rows, length),
                            loss + " in " + memory + ", " + length);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("means")
    void threadsLeaveNoTrace(EmbeddingLoss<?> loss) {
        for (int length : new int[] {0, 20, 33_000}) {
            int rows = length == 0 ? 70_000 : length == 20 ? 5_000 : 5;
            float[][] data = data(rows * length, false);
            float[][] expected = outcome(loss.on(Backend.cpu(1)), Memory.ARRAY, data, rows, length);
            for (int threads : new int[] {2, 7}) {
                compare(expected, outcome(loss.on(Backend.cpu(threads)), Memory.ARRAY, data, rows, length), "" + loss);
            }
            compare(expected, outcome(loss, Memory.CONFINED, data, rows, length), "" + loss);
        }
    }

    /** A gradient may be any of the inputs. */
    @ParameterizedTest
    @MethodSource("means")
    void gradientsOverInputs(EmbeddingLoss<?> loss) {
        int k = loss.inputNames().size();
        long[] shape = {40, 30};
        float[][] data = data(1200, false);
        Target target = target(loss, 40, Memory.ARRAY);
        for (Backward how : List.of(Backward.OVERWRITE, PART)) {
            for (int shift = 0; shift < k; shift++) {
                for (Memory memory : Memory.values()) {
                    List<Tensor> inputs = new ArrayList<>();
                    List<Tensor> apart = new ArrayList<>();
                    for (int i = 0; i < k; i++) {
                        inputs.add(memory.copy(data[i]).reshape(shape));
                        apart.add(memory.copy(data[(i + shift) % k]).reshape(shape));
                    }
                    loss.forwardBackward(new Batch(inputs, target, apart), how);
                    List<Tensor> over = new ArrayList<>();
                    for (int i = 0; i < k; i++) over.add(inputs.get((i + shift) % k));
                    loss.forwardBackward(new Batch(inputs, target, over), how);
                    for (int i = 0; i < k; i++) {
                        assertArrayEquals(Memory.floats(apart.get(i)), Memory.floats(over.get(i)), loss + " " + memory);
                    }
                }
            }
        }
    }

    /** A gradient that is not wanted changes nothing in the others. */
    @ParameterizedTest
    @MethodSource("means")
    void onlySomeGradients(EmbeddingLoss<?> loss) {
        int k = loss.inputNames().size();
        long[] shape = {9, 21};
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < k; i++) {
            inputs.add(Tensor.of(data(189, false)[i], shape));
            all.add(Tensor.of(new float[189], shape));
        }
        Target target = target(loss, 9, Memory.ARRAY);
        double value = loss.forwardBackward(new Batch(inputs, target, all), Backward.OVERWRITE);
        for (int i = 0; i < k; i++) {
            Tensor[] one = new Tensor[k];
            one[i] = Tensor.of(new float[189], shape);
            Batch batch = new Batch(inputs, target, Arrays.asList(one));
            loss.requireValid(batch);
            assertEquals(value, loss.forwardBackward(batch, Backward.OVERWRITE));
            assertArrayEquals(Memory.floats(all.get(i)), Memory.floats(one[i]));
        }
        String message = assertThrows(IllegalArgumentException.class, () -> loss.forwardBackward(
                new Batch(inputs, target, List.of()), Backward.OVERWRITE)).getMessage();
        assertTrue(message.contains("gradients: found none"), message);
    }

    @ParameterizedTest
    @MethodSource("means")
    void emptyBatches(EmbeddingLoss<?> loss) {
        Tensor none = Tensor.of(new float[0], 0, 5);
        List<Tensor> inputs = loss.inputNames().stream().map(n -> none).toList();
        Batch batch = new Batch(inputs, target(loss, 0, Memory.ARRAY), inputs);
        assertEquals(Double.NaN, loss.forwardBackward(batch, Backward.OVERWRITE));
        assertArrayEquals(new double[2], loss.totals(batch).sums());
        assertEquals(Double.NaN, loss.finish(loss.totals(batch)));
    }

    /** Rows of no elements: at once, however many. */
    @Test
    void emptyRows() {
        long n = 1L << 40;
        Tensor none = Tensor.of(new float[0], n, 0);
        TripletMarginLoss mean = new TripletMarginLoss().withMargin(3);
        TripletMarginLoss sum = mean.withReduction(Reduction.SUM);
        Batch batch = new Batch(List.of(none, none, none), null, List.of(none, none, none));
        assertEquals(3, mean.forwardBackward(batch, Backward.OVERWRITE));
        assertEquals(3.0 * n, sum.forward(none, none, none));
        assertEquals(1.5 * n, sum.forward(batch.withWeights(Tensor.of(new float[] {0.5f}))));
        assertEquals(3, mean.forward(batch.withWeights(Tensor.of(new float[] {0.5f}))));
        assertEquals(3, mean.finish(mean.totals(batch).merge(mean.totals(batch))));
        Tensor few = none.slice(0, 70_000);
        assertEquals(3, mean.forward(few, few, few));
        assertEquals(2, new ContrastiveLoss().forward(few, few, Tensor.of(new float[70_000])) / 2);
        Tensor losses = Tensor.of(new float[70_000]);
        mean.losses(few, few, few, losses);
        assertEquals(3, losses.get(69_999));
        Tensor nowhere = Tensor.of(new float[0], 0, Integer.MAX_VALUE - 8);
        assertEquals(0, sum.forward(nowhere, nowhere, nowhere));
        refused(() -> sum.forward(none.reshape(0, n), none.reshape(0, n), none.reshape(0, n)), "anchor: found shape");
    }

    static Stream<Named<Runnable>> calls() {
        List<Named<Runnable>> calls = new ArrayList<>();
        Tensor[] x = new Tensor[3];
        Tensor[] g = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            x[i] = Tensor.of(Numbers.inputs(60, i), 3, 20);
            g[i] = Tensor.of(new float[60], 3, 20);
        }
        Tensor rows = Tensor.of(new float[3]);
        Tensor upstream = Tensor.of(new float[] {1, 2, 3});
        for (EmbeddingLoss<?> loss : means()) {
            if (loss instanceof PairLoss<?> pairs) {
                Target t = target(loss, 3, Memory.ARRAY);
                calls.add(Named.of(loss + " forward", () -> pairs.forward(x[0], x[1], t)));
                calls.add(Named.of(loss + " both", () -> pairs.forwardBackward(x[0], x[1], t, g[0], g[1])));
                calls.add(Named.of(loss + " added", () -> pairs.forwardBackward(x[0], x[1], t, g[0], null, PART)));
                calls.add(Named.of(loss + " losses", () -> pairs.losses(x[0], x[1], t, rows)));
                calls.add(Named.of(loss + " upstream",
                        () -> pairs.backward(x[0], x[1], t, upstream, g[0], g[1], PART)));
            } else if (loss instanceof TripletMarginLoss triplets) {
                calls.add(Named.of(loss + " forward", () -> triplets.forward(x[0], x[1], x[2])));
                calls.add(Named.of(loss + " all",
                        () -> triplets.forwardBackward(x[0], x[1], x[2], g[0], g[1], g[2])));
                calls.add(Named.of(loss + " losses", () -> triplets.losses(x[0], x[1], x[2], rows)));
                calls.add(Named.of(loss + " upstream", () -> triplets.backward(x[0], x[1], x[2], upstream, g[0], g[1],
                        g[2], PART)));
            }
        }
        return calls.stream();
    }

    /** As in {@link AllocationTest}. */
    @ParameterizedTest
    @MethodSource("calls")
    void allocatesNothing(Runnable call) {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long least = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (least >= 1000 && System.nanoTime() - start < 20_000_000_000L) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) call.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 1000, least / 1000.0 + " bytes a call");
    }

    private static double[] row(PairLoss<?> loss, float label, float[] x1, float[] x2) {
        int n = x1.length;
        Tensor g1 = Tensor.of(new float[n], 1, n);
        Tensor g2 = Tensor.of(new float[n], 1, n);
        double value = loss.forwardBackward(Tensor.of(x1, 1, n), Tensor.of(x2, 1, n), Tensor.of(new float[] {label}),
                g1, g2);
        double[] all = new double[1 + 2 * n];
        all[0] = value;
        for (int i = 0; i < n; i++) {
            all[1 + i] = g1.get(i);
            all[1 + n + i] = g2.get(i);
        }
        return all;
    }

    @Test
    void identicalPairs() {
        PairLoss<?> plain = new ContrastiveLoss().withDistance(Distance.euclidean(0)).withReduction(Reduction.SUM);
        float[] x = {3, -4};
        assertArrayEquals(new double[5], row(plain, 1, x, x), 1e-300);
        assertArrayEquals(new double[] {4, 0, 0, 0, 0}, row(plain, 0, x, x), 1e-300, "no direction, no gradient");
        double[] eps = row(new ContrastiveLoss(), 0, x, x);
        double apart = 1e-6 * Math.sqrt(2);
        assertArrayEquals(new double[] {(2 - apart) * (2 - apart), -Math.sqrt(8), -Math.sqrt(8), Math.sqrt(8),
            Math.sqrt(8)}, eps, 1e-5);
    }

    @Test
    void atTheMarginAndBeyond() {
        PairLoss<?> plain = new ContrastiveLoss().withMargin(5).withDistance(Distance.euclidean(0));
        assertArrayEquals(new double[5], row(plain, 0, new float[] {3, 4}, new float[2]));
        assertArrayEquals(new double[] {25, 6, 8, -6, -8}, row(plain, 1, new float[] {3, 4}, new float[2]));
        assertArrayEquals(new double[5], row(plain, 0, new float[] {3, 40}, new float[2]));
        PairLoss<?> none = new ContrastiveLoss().withMargin(-1).withReduction(Reduction.SUM);
        assertArrayEquals(new double[5], row(none, 0, new float[2], new float[2]));
    }

    /** Squares that float cannot hold, large and small. */
    @Test
    void rangeOfTheNorm() {
        for (double size : new double[] {1e-44, 1e-38, 1e-30, 1e-10, 1e10, 1e25, 1e37}) {
            float three = (float) (3 * size);
            float four = (float) (4 * size);
            double d = Math.hypot(three, four);
            for (double p : new double[] {2, 2.5}) {
                double norm = p == 2 ? d : Math.pow(Math.pow(three, p) + Math.pow(four, p), 1 / p);
                // Powers of the smallest numbers underflow in double as well.
                if (p != 2 && size < 1e-38) continue;
                TripletMarginLoss loss = new TripletMarginLoss().withMargin(0).withP(p).withEps(0);
                Tensor x = Tensor.of(new float[] {three, four}, 1, 2);
                Tensor zero = Tensor.of(new float[2], 1, 2);
                Tensor g = Tensor.of(new float[2], 1, 2);
                assertEquals(norm, loss.forwardBackward(x, zero, x, g, null, null), 1e-6 * norm);
                assertEquals(Math.pow(three / norm, p - 1), g.get(0), 1e-6);
                assertEquals(Math.pow(four / norm, p - 1), g.get(1), 1e-6);
            }
        }
    }

    @Test
    void rangeOfTheCosine() {
        for (double size : new double[] {1e-5, 1, 1e10, 1e18, 1e25, 1e37}) {
            float[] x = {(float) (3 * size), (float) (4 * size)};
            for (float other : new float[] {1, 1e30f}) {
                float[] y = {4 * other, 3 * other};
                double e = 1e-12f;
                double a = Math.hypot(x[0], x[1]);
                double shrunk = 1 / Math.sqrt(1 + e / a / a);
                double c = 24.0 / 25 * shrunk;
                double[] found = row(new CosineEmbeddingLoss().withReduction(Reduction.SUM), 1, x, y);
                assertEquals(1 - c, found[0], 1e-8);
                assertEquals(-(0.8 - c * 0.6 * shrunk) * shrunk, found[1] * a, 2e-6, "at " + size);
                assertEquals(-(0.6 - c * 0.8 * shrunk) * shrunk, found[2] * a, 2e-6, "at " + size);
            }
        }
    }

    /** Nearly parallel vectors: 1 - c keeps its digits. */
    @Test
    void smallAngles() {
        for (double angle : new double[] {1e-1, 1e-2, 1e-3, 1e-4, 1e-5}) {
            float[] x = {1, 0, 2};
            float[] y = {1, (float) (angle * Math.sqrt(5)), 2};
            double tangent = y[1] / Math.sqrt(5);
            double expected = 1 - 1 / Math.sqrt(1 + tangent * tangent);
            if (angle < 1e-3) expected = tangent * tangent / 2;
            double found = row(new CosineEmbeddingLoss().withReduction(Reduction.SUM), 1, x, y)[0];
            assertEquals(expected, found, 2e-6 * expected + 1e-12);
        }
    }

    @Test
    void zeroVectors() {
        double[] found = row(new CosineEmbeddingLoss(), -1, new float[2], new float[] {3, 4});
        assertArrayEquals(new double[] {0, 0.6e6, 0.8e6, 0, 0}, found, 1);
        assertEquals(0, Math.abs(found[3]));
        assertArrayEquals(new double[5], row(new CosineEmbeddingLoss().withMargin(0.1), -1, new float[2],
                new float[] {3, 4}));
    }

    @Test
    void infinitiesAndNaN() {
        float inf = Float.POSITIVE_INFINITY;
        PairLoss<?> loss = new ContrastiveLoss().withReduction(Reduction.SUM);
        assertArrayEquals(new double[5], row(loss, 0, new float[] {inf, 0}, new float[] {0, 1}));
        double[] same = row(loss, 1, new float[] {inf, 0}, new float[] {0, 1});
        assertEquals(Double.POSITIVE_INFINITY, same[0]);
        for (int i = 1; i < same.length; i++) assertEquals(Double.NaN, same[i]);
        for (PairLoss<?> each : List.of(loss, new ContrastiveLoss().withDistance(Distance.norm(3, 0)),
                new ContrastiveLoss().withDistance(Distance.manhattan()), new CosineEmbeddingLoss(),
                new ContrastiveLoss().withDistance(Distance.squaredEuclidean()))) {
            for (float label : each instanceof CosineEmbeddingLoss ? new float[] {1, -1} : new float[] {0, 0.5f, 1}) {
                for (float[] x : new float[][] {{Float.NaN, 0}, {0, Float.NaN}, {Float.NaN, Float.NaN}}) {
                    double[] found = row(each, label, x, new float[] {1, 2});
                    assertEquals(Double.NaN, found[0], each + " " + label);
                    for (int i = 0; i < 4; i++) assertEquals(Double.NaN, found[i + 1], each + " " + label);
                }
            }
        }
    }

    /** One bad row leaves the others alone. */
    @Test
    void rowsAreIndependent() {
        PairLoss<?> loss = new ContrastiveLoss().withReduction(Reduction.NONE);
        float[] x = Numbers.inputs(40, 1);
        float[] bad = x.clone();
        bad[13] = Float.NaN;
        Tensor y = Tensor.of(Numbers.inputs(40, 2), 4, 10);
        Tensor label = Tensor.of(new float[] {1, 0.5f, 0.5f, 0});
        Tensor clean = Tensor.of(new float[4]);
        Tensor dirty = Tensor.of(new float[4]);
        loss.losses(Tensor.of(x, 4, 10), y, label, clean);
        loss.losses(Tensor.of(bad, 4, 10), y, label, dirty);
        for (int i = 0; i < 4; i++) assertEquals(i == 1 ? Float.NaN : clean.get(i), dirty.get(i));
    }

    @Test
    void labels() {
        Tensor x = Tensor.of(Numbers.inputs(12, 1), 3, 4);
        Tensor y = Tensor.of(Numbers.inputs(12, 2), 3, 4);
        double expected = new ContrastiveLoss().forward(x, y, Tensor.of(new float[] {1, 0, 1}));
        assertEquals(expected, new ContrastiveLoss().forward(x, y, Labels.of(1, 0, 1)));
        assertEquals(expected, new ContrastiveLoss().withLabelTransform(t -> t == 7 ? 1 : 0)
                .forward(x, y, Labels.of(7L, 8L, 7L)));
        assertEquals(new CosineEmbeddingLoss().forward(x, y, Tensor.of(new float[] {1, -1, -1})),
                new CosineEmbeddingLoss().forward(x, y, Labels.of(1, -1, -1)));
    }

    /** The distances by themselves, as part of a caller's own. */
    @Test
    void distancesAlone() {
        float[] a = {9, 1, 2, 3};
        float[] b = {4, 6, 5};
        float[] ga = new float[2];
        float[] gb = new float[2];
        Distance d = Distance.euclidean(0);
        assertEquals(5, d.between(a, 1, b, 0, 2));
        d.gradient(a, 1, b, 0, 2, 5, ga, gb);
        assertArrayEquals(new float[] {-0.6f, -0.8f}, ga);
        assertArrayEquals(new float[] {0.6f, 0.8f}, gb);
        assertEquals(25, Distance.squaredEuclidean().between(a, 1, b, 0, 2));
        assertEquals(7, Distance.manhattan().between(a, 1, b, 0, 2));
        assertEquals(Math.cbrt(91), Distance.norm(3, 0).between(a, 1, b, 0, 2), 1e-6);
        assertEquals(1 - 16 / Math.sqrt(5 * 52), Distance.cosine().between(a, 1, b, 0, 2), 1e-7);
        assertEquals(Distance.euclidean(), Distance.norm(2, 1e-6));
        assertEquals(Distance.manhattan(), Distance.norm(1, 0));
    }

    @Test
    void valueSemantics() {
        for (int i = 0; i < means().size(); i++) {
            EmbeddingLoss<?> loss = means().get(i);
            if (!loss.toString().contains("labelTransform")) {
                assertEquals(loss, means().get(i));
                assertEquals(loss.hashCode(), means().get(i).hashCode());
                assertEquals(loss.toString(), means().get(i).toString());
            }
            assertEquals(loss, loss.on(Backend.cpu()));
            assertNotEquals(loss, loss.on(Backend.cpu(3)));
            for (int j = 0; j < i; j++) assertNotEquals(loss, means().get(j));
            assertNotEquals(loss, loss.withReduction(Reduction.SUM));
            assertNotEquals(loss, loss.withMeanBy(MeanBy.COUNT));
        }
        assertEquals("ContrastiveLoss[margin=2.0, distance=EuclideanDistance[eps=1.0E-6], reduction=mean]",
                new ContrastiveLoss().toString());
    }

    private static void refused(Executable call, String... expected) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String part : expected) assertTrue(message.contains(part), "\"" + message + "\" has no " + part);
    }

    @Test
    void wrongOptions() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(() -> new ContrastiveLoss().withMargin(bad), "margin: found " + bad, "finite");
            refused(() -> new CosineEmbeddingLoss().withMargin(bad), "margin: found " + bad);
            refused(() -> new TripletMarginLoss().withMargin(bad).withEps(0), "margin: found " + bad);
            refused(() -> new TripletMarginLoss().withP(bad).withEps(0), "p: found " + bad, "at least 1");
            refused(() -> new TripletMarginLoss().withEps(bad), "eps: found " + bad);
        }
        refused(() -> Distance.norm(0.5, 0), "p: found 0.5");
        refused(() -> Distance.norm(1e39, 0), "p: found 1.0E39");
        refused(() -> Distance.euclidean(-1), "eps: found -1.0", "at least 0");
        assertThrows(NullPointerException.class, () -> new ContrastiveLoss().withMargin(1).withDistance(null));
        assertThrows(NullPointerException.class, () -> new ContrastiveLoss().withMargin(1).withReduction(null));
    }

    @Test
    void wrongArguments() {
        float[] poisoned = Numbers.inputs(12, 5);
        float[] before = poisoned.clone();
        Tensor x = Tensor.of(Numbers.inputs(12, 1), 3, 4);
        Tensor y = Tensor.of(Numbers.inputs(12, 2), 3, 4);
        Tensor g = Tensor.of(poisoned, 3, 4);
        Tensor t = Tensor.of(new float[] {1, -1, 1});
        for (PairLoss<?> loss : List.of(new ContrastiveLoss(), new CosineEmbeddingLoss())) {
            String name = loss instanceof ContrastiveLoss ? "label" : "target";
            refused(() -> loss.forwardBackward(x.reshape(12), y, t, g, null), "x1: found shape (12)", "(N, D)");
            refused(() -> loss.forwardBackward(x, y.reshape(4, 3), t, g, null), "x2: found shape (4, 3)", "(3, 4)");
            refused(() -> loss.forwardBackward(x, y, t.reshape(3, 1), g, null), name + ": found shape (3, 1)",
                    "expected (3)", "nothing is broadcast");
            refused(() -> loss.forwardBackward(x, y, Labels.of(1, 1), g, null), name + ": found shape (2)", "(3)");
            refused(() -> loss.forwardBackward(x, y, t, g.reshape(4, 3), null), "gradient of x1: found shape (4, 3)");
            refused(() -> loss.forwardBackward(x, y, t, null, g.reshape(12)), "gradient of x2: found shape (12)");
            refused(() -> loss.forwardBackward(x, y, t, g, g), "gradient of x1", "gradient of x2", "both are written");
            refused(() -> loss.forwardBackward(x, y, t, null, null), "gradients: found none");
            refused(() -> loss.backward(x, y, t, Tensor.of(new float[12], 3, 4), g, null, PART), "upstream: found");
            refused(() -> loss.losses(x, y, t, Tensor.of(new float[4])), "losses: found shape (4)", "(3)");
            refused(() -> loss.losses(x, y, t, Tensor.view((float[]) x.storage(), 2, 3)), "losses", "x1");
            refused(() -> loss.finish(new MSELoss().totals(x, y)), "totals", "MSELoss", loss.toString());
            refused(() -> loss.forward(Batch.of(x, t)), "x1, x2");
            Tensor shifted = Tensor.view(new float[13], 1, 3, 4);
            Tensor start = Tensor.view((float[]) shifted.storage(), 0, 3, 4);
            refused(() -> loss.forwardBackward(start, y, t, shifted, null), "gradient of x1", "overlaps x1");
            refused(() -> loss.forwardBackward(x, start, t, null, shifted), "gradient of x2", "overlaps x2");
            Tensor inGradient = Tensor.view(poisoned, 2, 3);
            refused(() -> loss.backward(x, y, t, inGradient, g, null, PART), "gradient of x1", "upstream");
            assertThrows(NullPointerException.class, () -> loss.forward(x, y, null));
            assertThrows(NullPointerException.class, () -> loss.forward(x, null, t));
            assertThrows(NullPointerException.class, () -> loss.forwardBackward(x, y, t, g, null, null));
        }
        refused(() -> new ContrastiveLoss().forwardBackward(x, y, Tensor.view(poisoned, 0, 3), g, null), "label");
        refused(() -> new ContrastiveLoss().forwardBackward(x, y, Labels.of(1, 0, 2), g, null), "label: found 2",
                "index 2", "expected 1 (same) or 0 (different)");
        refused(() -> new CosineEmbeddingLoss().forwardBackward(x, y, Labels.of(1, 0, -1), g, null),
                "target: found 0", "index 1", "1 (alike) or -1 (unlike)");
        refused(() -> new CosineEmbeddingLoss().forwardBackward(x, y, Tensor.of(new float[] {1, 1, Float.NaN}), g,
                null), "target: found NaN at index 2");
        TripletMarginLoss triplets = new TripletMarginLoss();
        refused(() -> triplets.forwardBackward(x, y, x.reshape(4, 3), g, null, null), "negative: found shape (4, 3)");
        refused(() -> triplets.forwardBackward(x, y, x, g, null, g), "gradient of anchor", "gradient of negative");
        refused(() -> triplets.forward(new Batch(List.of(x, y, x), t, List.of())), "target", "takes none");
        for (Executable call : List.<Executable>of(
                () -> new ContrastiveLoss().withMargin(1).withReduction(Reduction.NONE).forward(x, y, t),
                () -> new TripletMarginLoss().withReduction(Reduction.NONE).forwardBackward(x, y, x, g, null, null))) {
            String message = assertThrows(IllegalStateException.class, call).getMessage();
            assertTrue(message.contains("NONE"), message);
        }
        assertArrayEquals(before, poisoned, "something was written");
    }
}
