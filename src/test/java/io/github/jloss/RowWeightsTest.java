// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights and masks of pairs, triplets and rows of a margin softmax. */
class RowWeightsTest {

    private static final int N = 40;
    private static final int D = 11;
    private static final int C = 130;
    private static final Backward PART = Backward.ADD.scale(-0.3).divisor(7);

    /** A loss, and the numbers of its inputs. */
    record Problem(RowLoss<?, ?> loss, float[][] x, float[] floats, long[] labels) {

        boolean isMargin() {
            return loss instanceof AngularPenaltySMLoss;
        }

        long[] shape(int input, int rows) {
            return new long[] {isMargin() && input == 1 ? C : rows, D};
        }

        Target target(Memory memory, int rows) {
            return labels != null ? Labels.of(Arrays.copyOf(labels, rows)) : floats == null ? null
                    : memory.copy(Arrays.copyOf(floats, rows));
        }

        Batch batch(Memory memory, List<Tensor> gradients, float[] weights) {
            List<Tensor> inputs = new ArrayList<>();
            int rows = x[0].length / D;
            for (int i = 0; i < x.length; i++) inputs.add(memory.copy(x[i]).reshape(shape(i, rows)));
            return new Batch(inputs, target(memory, rows), gradients, weights == null ? null : memory.copy(weights));
        }

        List<Tensor> gradients(Memory memory) {
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < x.length; i++) {
                gradients.add(memory.copy(Numbers.inputs(x[i].length, 9 + i)).reshape(shape(i, x[0].length / D)));
            }
            return gradients;
        }

        Problem with(RowLoss<?, ?> other) {
            return new Problem(other, x, floats, labels);
        }

        /** The rows that are not masked. */
        Problem withoutMasked(float[] weights) {
            float[][] some = new float[x.length][];
            for (int i = 0; i < x.length; i++) some[i] = isMargin() && i == 1 ? x[i] : kept(x[i], D, weights);
            long[] someLabels = labels == null ? null : new long[kept(weights, 1, weights).length];
            for (int i = 0, k = 0; labels != null && i < labels.length; i++) {
                if (weights[i] > 0) someLabels[k++] = labels[i];
            }
            return new Problem(loss, some, floats == null ? null : kept(floats, 1, weights), someLabels);
        }

        /** Nonsense where rows are masked. */
        Problem poisoned(float[] weights) {
            float[][] bad = new float[x.length][];
            for (int i = 0; i < x.length; i++) {
                bad[i] = x[i].clone();
                for (int k = 0; k < bad[i].length && !(isMargin() && i == 1); k++) {
                    if (weights[k / D] == 0) bad[i][k] = k % 3 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
                }
            }
            float[] badFloats = floats == null ? null : floats.clone();
            long[] badLabels = labels == null ? null : labels.clone();
            for (int i = 0; i < weights.length; i++) {
                if (weights[i] == 0 && floats != null) badFloats[i] = i % 2 == 0 ? Float.NaN : 17;
                if (weights[i] == 0 && labels != null) badLabels[i] = i % 2 == 0 ? Long.MIN_VALUE : 1L << 40;
            }
            return new Problem(loss, bad, badFloats, badLabels);
        }

        @Override
        public String toString() {
            return loss + (labels == null ? "" : " of labels");
        }
    }

    private static float[] kept(float[] data, int length, float[] weights) {
        float[] some = new float[data.length];
        int k = 0;
        for (int i = 0; i < data.length; i++) {
            if (weights[i / length] > 0) some[k++] = data[i];
        }
        return Arrays.copyOf(some, k);
    }

    /** Halves from 0 on: products with them are exact. */
    private static float[] weights(boolean mask) {
        float[] weights = new float[N];
        for (int i = 0; i < N; i++) weights[i] = i % 5 == 1 || i / 7 == 2 ? 0 : mask ? 1 : 0.5f + i % 4;
        return weights;
    }

    static Stream<Problem> problems() {
        List<Problem> all = new ArrayList<>();
        float[][] x = {Numbers.inputs(N * D, 1), Numbers.inputs(N * D, 2), Numbers.inputs(N * D, 3)};
        float[][] pair = {x[0], x[1]};
        float[] signs = new float[N];
        long[] binary = new long[N];
        long[] signLabels = new long[N];
        long[] classes = new long[N];
        for (int i = 0; i < N; i++) {
            binary[i] = i % 3 == 0 ? 1 : 0;
            signLabels[i] = 2 * binary[i] - 1;
            signs[i] = signLabels[i];
            classes[i] = i * 13 % C;
        }
        for (EmbeddingLoss<?> loss : EmbeddingLossTest.means()) {
            float[] targets = loss instanceof CosineEmbeddingLoss ? signs : Numbers.targets(N, 4);
            all.add(loss instanceof TripletMarginLoss ? new Problem(loss, x, null, null)
                    : new Problem(loss, pair, targets, null));
        }
        all.add(new Problem(new ContrastiveLoss(), pair, null, binary));
        all.add(new Problem(new CosineEmbeddingLoss(), pair, null, signLabels));
        float[][] margin = {x[0], Numbers.inputs(C * D, 5)};
        all.add(new Problem(AngularPenaltySMLoss.arcface().withS(8), margin, null, classes));
        all.add(new Problem(AngularPenaltySMLoss.sphereface().withS(3).withNormalizeWeight(false), margin, null,
                classes));
        return all.stream();
    }

    /** Value, gradients, added ones, losses, those with upstream. */
    private static float[][] outcome(Problem p, Memory memory, float[] weights, float[] upstream) {
        List<Tensor> fresh = p.gradients(memory);
        List<Tensor> added = p.gradients(memory);
        List<Tensor> passed = p.gradients(memory);
        Batch batch = p.batch(memory, fresh, weights);
        double value = p.loss.forwardBackward(batch, Backward.OVERWRITE);
        assertEquals(value, p.loss.forward(batch));
        assertEquals(value, p.loss.finish(p.loss.totals(batch)));
        double part = p.loss.forwardBackward(p.batch(memory, added, weights), PART);
        Tensor losses = memory.copy(new float[N]);
        p.loss.losses(batch, losses);
        p.loss.backward(p.batch(memory, passed, weights), memory.copy(upstream), PART);
        List<float[]> all = new ArrayList<>(List.of(new float[] {(float) value, (float) part}, Memory.floats(losses)));
        for (List<Tensor> gradients : List.of(fresh, added, passed)) {
            gradients.forEach(g -> all.add(Memory.floats(g)));
        }
        return all.toArray(float[][]::new);
    }

    private static void same(float[][] a, float[][] b, String what) {
        for (int i = 0; i < a.length; i++) Outcome.requireSame(a[i], b[i], what, "part " + i);
    }

    @ParameterizedTest
    @MethodSource("problems")
    void memoryThreadsAndEnginesLeaveNoTrace(Problem p) {
        float[] upstream = Numbers.inputs(N, 6);
        float[][] expected = outcome(p, Memory.ARRAY, weights(false), upstream);
        for (Backend where : List.of(Backend.cpu(1), Backend.cpu(3), Backend.cpu().device("scalar"))) {
            same(expected, outcome(p.with(p.loss.on(where)), Memory.ARRAY, weights(false), upstream), "" + where);
        }
        for (Memory memory : Memory.values()) {
            same(expected, outcome(p, memory, weights(false), upstream), "" + memory);
        }
        float[] ones = new float[N];
        Arrays.fill(ones, 1);
        same(outcome(p, Memory.ARRAY, null, upstream), outcome(p, Memory.ARRAY, ones, upstream), "weights of 1");
        same(outcome(p, Memory.ARRAY, null, upstream), outcome(p, Memory.ARRAY, new float[] {1}, upstream), "one");
    }

    /** What is masked is never read into a result: not into the value, not into others' gradients, nor its own. */
    @ParameterizedTest
    @MethodSource("problems")
    void maskedRowsAreAsGoodAsAbsent(Problem p) {
        float[] mask = weights(true);
        for (MeanBy by : MeanBy.values()) {
            for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
                Problem masked = p.poisoned(mask).with(p.loss.withReduction(reduction).withMeanBy(by));
                Problem kept = p.with(masked.loss).withoutMasked(mask);
                List<Tensor> gradients = masked.gradients(Memory.ARRAY);
                List<Tensor> expected = kept.gradients(Memory.ARRAY);
                double value = masked.loss.forwardBackward(masked.batch(Memory.ARRAY, gradients, mask),
                        Backward.OVERWRITE);
                double want = kept.loss.forwardBackward(kept.batch(Memory.ARRAY, expected, null), Backward.OVERWRITE);
                assertEquals(want, value, 1e-14 * Math.abs(want));
                for (int i = 0; i < gradients.size(); i++) {
                    float[] all = Memory.floats(gradients.get(i));
                    boolean shared = p.isMargin() && i == 1;
                    assertArrayEquals(Memory.floats(expected.get(i)), shared ? all : kept(all, D, mask), "" + i);
                    for (int k = 0; k < all.length && !shared; k++) {
                        if (mask[k / D] == 0) assertEquals(0, all[k]);
                    }
                }
            }
        }
        // Losses of 0, an upstream gradient that is not read, and a gradient that stays as it was.
        Problem masked = p.poisoned(mask);
        float[] losses = new float[N];
        masked.loss.losses(masked.batch(Memory.ARRAY, List.of(), mask), Tensor.of(losses));
        float[] upstream = Numbers.inputs(N, 6);
        for (int i = 0; i < N; i++) {
            assertFalse(Float.isNaN(losses[i]));
            if (mask[i] == 0) {
                assertEquals(0, losses[i]);
                upstream[i] = Float.NaN;
            }
        }
        List<Tensor> added = masked.gradients(Memory.ARRAY);
        masked.loss.backward(masked.batch(Memory.ARRAY, added, mask), Tensor.of(upstream), Backward.ADD);
        for (int i = 0; i < added.size(); i++) {
            float[] before = Memory.floats(masked.gradients(Memory.ARRAY).get(i));
            float[] after = Memory.floats(added.get(i));
            for (int k = 0; k < after.length; k++) {
                assertFalse(Float.isNaN(after[k]));
                if (!(p.isMargin() && i == 1) && mask[k / D] == 0) assertEquals(before[k], after[k]);
            }
        }
    }

    /** Weights multiply losses and gradients as an upstream gradient does, and a mean divides by them. */
    @ParameterizedTest
    @MethodSource("problems")
    void weightsAreFactors(Problem p) {
        float[] weights = weights(false);
        float[] plain = new float[N];
        float[] weighted = new float[N];
        p.loss.losses(p.batch(Memory.ARRAY, List.of(), null), Tensor.of(plain));
        p.loss.losses(p.batch(Memory.ARRAY, List.of(), weights), Tensor.of(weighted));
        double sum = 0;
        double divisor = 0;
        int count = 0;
        for (int i = 0; i < N; i++) {
            assertEquals(weights[i] * plain[i], weighted[i], 1.2e-7 * Math.abs(weighted[i]));
            sum += (double) weights[i] * plain[i];
            divisor += weights[i];
            count += weights[i] > 0 ? 1 : 0;
        }
        Batch batch = p.batch(Memory.ARRAY, List.of(), weights);
        assertEquals(sum / divisor, p.loss.forward(batch), 1e-6 * Math.abs(sum / divisor));
        assertEquals(sum / count, p.loss.withMeanBy(MeanBy.COUNT).forward(batch), 1e-6 * Math.abs(sum / count));
        assertEquals(sum, p.loss.withReduction(Reduction.SUM).forward(batch), 1e-6 * Math.abs(sum));
        List<Tensor> found = p.gradients(Memory.ARRAY);
        List<Tensor> counted = p.gradients(Memory.ARRAY);
        p.loss.forwardBackward(p.batch(Memory.ARRAY, found, weights), Backward.OVERWRITE);
        p.loss.withMeanBy(MeanBy.COUNT).forwardBackward(p.batch(Memory.ARRAY, counted, weights), Backward.OVERWRITE);
        for (double d : new double[] {divisor, count}) {
            List<Tensor> expected = p.gradients(Memory.ARRAY);
            p.loss.backward(p.batch(Memory.ARRAY, expected, null), Tensor.of(weights), Backward.OVERWRITE.divisor(d));
            for (int i = 0; i < expected.size(); i++) {
                float[] want = Memory.floats(expected.get(i));
                float[] got = Memory.floats((d == divisor ? found : counted).get(i));
                for (int k = 0; k < want.length; k++) {
                    assertEquals(want[k], got[k], 1e-6f * (1e-2f + Math.abs(want[k])));
                }
            }
        }
    }

    /** Also with pieces without weights, and with one weight for all. */
    @ParameterizedTest
    @MethodSource("problems")
    void piecesMerge(Problem p) {
        float[] weights = weights(false);
        Arrays.fill(weights, 20, N, 1);
        int cut = 20;
        for (MeanBy by : MeanBy.values()) {
            RowLoss<?, ?> loss = p.loss.withMeanBy(by);
            List<Tensor> expected = p.gradients(Memory.ARRAY);
            double value = loss.forwardBackward(p.batch(Memory.ARRAY, expected, weights), Backward.OVERWRITE);
            List<Tensor> found = p.gradients(Memory.ARRAY);
            Batch whole = p.batch(Memory.ARRAY, found, null);
            Batch left = piece(p, whole, 0, cut).withWeights(Tensor.of(Arrays.copyOf(weights, cut)));
            float[] one = {1};
            for (Tensor ones : new Tensor[] {null, Tensor.of(one, new long[0]), Tensor.of(one)}) {
                Batch right = piece(p, whole, cut, N).withWeights(ones);
                Totals totals = loss.totals(left).merge(loss.totals(right));
                assertEquals(value, loss.finish(totals), 1e-14 * Math.abs(value));
                loss.backward(left, totals, Backward.OVERWRITE);
                Tensor shared = p.isMargin() ? Tensor.of(Memory.floats(found.get(1)), C, D) : null;
                loss.backward(right, totals, Backward.OVERWRITE);
                for (int i = 0; i < expected.size(); i++) {
                    float[] want = Memory.floats(expected.get(i));
                    float[] got = Memory.floats(found.get(i));
                    if (p.isMargin() && i == 1) {
                        for (int k = 0; k < got.length; k++) {
                            assertEquals(want[k], got[k] + shared.get(k), 1e-6f * (1 + Math.abs(want[k])));
                        }
                    } else {
                        assertArrayEquals(want, got);
                    }
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> p.loss.totals(p.batch(Memory.ARRAY, List.of(), weights))
                .merge(p.loss.withMeanBy(MeanBy.COUNT).totals(p.batch(Memory.ARRAY, List.of(), weights))));
    }

    private static Batch piece(Problem p, Batch whole, int from, int to) {
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < whole.inputs().size(); i++) {
            boolean shared = p.isMargin() && i == 1;
            inputs.add(shared ? whole.input(i) : whole.input(i).slice(from, to));
            gradients.add(shared ? whole.gradient(i) : whole.gradient(i).slice(from, to));
        }
        Target target = whole.target() instanceof Tensor t ? t.slice(from, to)
                : p.labels == null ? null : Labels.of(Arrays.copyOfRange(p.labels, from, to));
        return new Batch(inputs, target, gradients);
    }

    /** The sum is 0, the mean that of nothing, gradients 0, whatever the inputs hold, the layer's weight included. */
    @ParameterizedTest
    @MethodSource("problems")
    void everythingMasked(Problem p) {
        Problem bad = p.poisoned(new float[N]);
        if (p.isMargin()) Arrays.fill(bad.x[1], Float.NaN);
        for (float[] none : new float[][] {new float[N], new float[1]}) {
            for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
                RowLoss<?, ?> loss = p.loss.withReduction(reduction);
                List<Tensor> gradients = bad.gradients(Memory.ARRAY);
                double value = loss.forwardBackward(bad.batch(Memory.ARRAY, gradients, none), Backward.OVERWRITE);
                assertEquals(reduction == Reduction.MEAN ? Double.NaN : 0, value);
                for (Tensor g : gradients) assertArrayEquals(new float[(int) g.size()], Memory.floats(g));
                List<Tensor> added = bad.gradients(Memory.ARRAY);
                loss.forwardBackward(bad.batch(Memory.ARRAY, added, none), Backward.ADD);
                for (int i = 0; i < added.size(); i++) {
                    assertArrayEquals(Memory.floats(bad.gradients(Memory.ARRAY).get(i)), Memory.floats(added.get(i)));
                }
            }
        }
    }

    /** A class that is infinitely far away costs the others nothing, and a masked row makes no NaN of it. */
    @Test
    void maskedRowsAndInfiniteWeights() {
        int n = 3;
        float[] w = Numbers.inputs(C * 2, 5);
        w[2 * 7] = Float.NEGATIVE_INFINITY;
        float[] x = {3, 1, Float.NaN, 7, 2, -1};
        Tensor gx = Tensor.of(new float[2 * n], n, 2);
        Tensor gw = Tensor.of(new float[C * 2], C, 2);
        RowLoss<?, ?> loss = AngularPenaltySMLoss.cosface().withNormalizeWeight(false);
        loss.forwardBackward(new Batch(List.of(Tensor.of(x, n, 2), Tensor.of(w, C, 2)), Labels.of(1, -1, 3),
                List.of(gx, gw), Tensor.of(new float[] {1, 0, 1})), Backward.OVERWRITE);
        Tensor keptW = Tensor.of(new float[C * 2], C, 2);
        loss.forwardBackward(new Batch(List.of(Tensor.of(new float[] {3, 1, 2, -1}, 2, 2), Tensor.of(w, C, 2)),
                Labels.of(1, 3), List.of(Tensor.of(new float[4], 2, 2), keptW)), Backward.OVERWRITE);
        assertArrayEquals(Memory.floats(keptW), Memory.floats(gw));
        for (int i = 0; i < C * 2; i++) assertTrue(i == 2 * 7 || Float.isFinite(gw.get(i)), "" + i);
    }

    /** A whole group of rows masked, in front and in the middle of others. */
    @Test
    void maskedGroups() {
        int n = 2000;
        float[] x = Numbers.inputs(n * 3, 1);
        float[] w = Numbers.inputs(12, 2);
        int[] y = new int[n];
        for (int i = 0; i < n; i++) y[i] = i % 4;
        for (int[] range : new int[][] {{0, 600}, {500, 1600}, {1024, 2000}}) {
            float[] mask = new float[n];
            float[] bad = x.clone();
            for (int i = 0; i < n; i++) {
                mask[i] = i < range[0] || i >= range[1] ? 1 : 0;
                if (mask[i] == 0) Arrays.fill(bad, 3 * i, 3 * i + 3, Float.NaN);
            }
            RowLoss<?, ?> loss = AngularPenaltySMLoss.arcface().withS(4);
            List<Tensor> expected = List.of(Tensor.of(new float[3 * n], n, 3), Tensor.of(w.clone(), 4, 3));
            List<Tensor> found = List.of(Tensor.of(new float[3 * n], n, 3), Tensor.of(w.clone(), 4, 3));
            loss.backward(new Batch(List.of(Tensor.of(x, n, 3), Tensor.of(w, 4, 3)), Labels.of(y), expected),
                    Tensor.of(mask), Backward.OVERWRITE.divisor(n));
            loss.forwardBackward(new Batch(List.of(Tensor.of(bad, n, 3), Tensor.of(w, 4, 3)), Labels.of(y), found,
                    Tensor.of(mask)), Backward.OVERWRITE.divisor(n));
            for (int i = 0; i < 2; i++) {
                float[] want = Memory.floats(expected.get(i));
                float[] got = Memory.floats(found.get(i));
                for (int k = 0; k < want.length; k++) assertEquals(want[k], got[k], 1e-7f);
            }
        }
    }

    /** A mean over weights that no float can add up: the quotient of both is an ordinary number. */
    @ParameterizedTest
    @MethodSource("problems")
    void weightsOfAnySize(Problem p) {
        List<Tensor> expected = p.gradients(Memory.ARRAY);
        double value = p.loss.forwardBackward(p.batch(Memory.ARRAY, expected, null), Backward.OVERWRITE);
        for (float size : new float[] {1e38f, 1e-30f, 1e-38f, 1e-42f}) {
            float[] weights = new float[N];
            Arrays.fill(weights, size);
            List<Tensor> found = p.gradients(Memory.ARRAY);
            double got = p.loss.forwardBackward(p.batch(Memory.ARRAY, found, weights), Backward.OVERWRITE);
            assertEquals(value, got, 1e-6 * Math.abs(value), "" + size);
            for (int i = 0; i < expected.size(); i++) {
                for (long k = 0; k < found.get(i).size(); k++) {
                    float want = expected.get(i).get(k);
                    assertEquals(want, found.get(i).get(k), 1e-6f * (1e-2f + Math.abs(want)), "" + size);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void refused(Problem p) {
        float[] poisoned = Numbers.inputs(3 * C * D, 7);
        float[] before = poisoned.clone();
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < p.x.length; i++) gradients.add(Tensor.view(poisoned, i * C * D, p.shape(i, N)));
        Batch batch = p.batch(Memory.ARRAY, gradients, null);
        for (float bad : new float[] {-1, -1e-45f, Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] weights = weights(false);
            weights[3] = bad;
            for (Executable call : List.<Executable>of(
                    () -> p.loss.forwardBackward(batch.withWeights(Tensor.of(weights)), Backward.OVERWRITE),
                    () -> p.loss.withReduction(Reduction.SUM).forward(batch.withWeights(Tensor.of(weights))),
                    () -> p.loss.requireValid(batch.withWeights(Tensor.of(weights))),
                    () -> p.loss.losses(batch.withWeights(Tensor.of(weights)), Tensor.view(poisoned, 0, N)))) {
                refused(call, "weights: found " + bad, "index 3");
            }
        }
        refused(() -> p.loss.forward(batch.withWeights(Tensor.of(new float[3]))), "weights: found shape (3)", "(40)");
        refused(() -> p.loss.forward(batch.withWeights(Tensor.of(new float[N], N, 1))), "found shape (40, 1)");
        refused(() -> p.loss.forwardBackward(batch.withWeights(Tensor.view(before, 0, N).reshape(N)),
                Backward.OVERWRITE), "weights: found", "at index");
        float[] memory = new float[N];
        Tensor one = Tensor.view(memory, 0, N);
        refused(() -> p.loss.losses(batch.withWeights(one), Tensor.view(memory, 0, N)), "losses", "weights");
        Tensor inGradient = Tensor.view(poisoned, 0, 1);
        poisoned[0] = 1;
        refused(() -> p.loss.forwardBackward(batch.withWeights(inGradient), Backward.OVERWRITE), "weights", "memory");
        poisoned[0] = before[0];
        assertArrayEquals(before, poisoned);
    }

    private static void refused(Executable call, String... expected) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String part : expected) assertTrue(message.contains(part), "\"" + message + "\" has no " + part);
    }

    /** As in {@link AllocationTest}. */
    @ParameterizedTest
    @MethodSource("problems")
    void allocatesNothing(Problem p) {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        Batch batch = p.batch(Memory.ARRAY, p.gradients(Memory.ARRAY), weights(false));
        Tensor upstream = Tensor.of(Numbers.inputs(N, 6));
        Tensor losses = Tensor.of(new float[N]);
        for (Runnable call : List.<Runnable>of(() -> p.loss.forwardBackward(batch, Backward.OVERWRITE),
                () -> p.loss.losses(batch, losses),
                () -> p.loss.backward(batch, upstream, PART))) {
            long least = Long.MAX_VALUE;
            for (long start = System.nanoTime(); least >= 200 && System.nanoTime() - start < 30e9;) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) call.run();
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < 200, least / 200.0 + " bytes a call");
        }
    }
}
