// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.jloss.AngularPenaltySMLoss.Type;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The margin losses beyond their golden cases. */
class AngularPenaltySMLossTest {

    private static final int N = 7;
    private static final int D = 5;
    private static final int C = 9;

    /** The options a loss was made with, and its definition in double precision. */
    private record Definition(Type type, double s, double m, double eps, boolean normalize, boolean monotone) {

        AngularPenaltySMLoss loss(Reduction reduction) {
            return AngularPenaltySMLoss.of(type).withS(s).withM(m).withEps(eps).withNormalizeWeight(normalize)
                    .withMonotone(monotone).withReduction(reduction);
        }

        /** The loss of one row. */
        double row(double[] x, double[] w, int classes, int label) {
            int d = x.length;
            double[] z = new double[classes];
            for (int j = 0; j < classes; j++) {
                double dot = 0;
                double xx = 0;
                double ww = 0;
                for (int k = 0; k < d; k++) {
                    dot += x[k] * w[j * d + k];
                    xx += x[k] * x[k];
                    ww += w[j * d + k] * w[j * d + k];
                }
                double cosine = dot / Math.max(Math.sqrt(xx), 1e-12)
                        / (normalize ? Math.max(Math.sqrt(ww), 1e-12) : 1);
                z[j] = s * (j == label ? psi(cosine) : cosine);
            }
            double most = Arrays.stream(z).max().orElseThrow();
            double sum = Arrays.stream(z).map(v -> Math.exp(v - most)).sum();
            return most + Math.log(sum) - z[label];
        }

        private double psi(double k) {
            double th = Math.acos(Math.max(-1 + eps, Math.min(1 - eps, k)));
            return switch (type) {
                case COSFACE -> k - m;
                case ARCFACE -> monotone && th + m > Math.PI ? k - m * Math.sin(m) : Math.cos(th + m);
                case SPHEREFACE -> {
                    int n = monotone ? (int) (m * th / Math.PI) : 0;
                    yield (n % 2 == 0 ? 1 : -1) * Math.cos(m * th) - 2 * n;
                }
            };
        }
    }

    static List<Definition> definitions() {
        List<Definition> all = new ArrayList<>();
        for (Type type : Type.values()) {
            for (boolean normalize : new boolean[] {true, false}) {
                for (boolean monotone : new boolean[] {true, false}) {
                    all.add(new Definition(type, 8, 0.4, 1e-7, normalize, monotone));
                    all.add(new Definition(type, 3, 2.5, 0.05, normalize, monotone));
                    all.add(new Definition(type, 30, 0, 1e-3, normalize, monotone));
                    all.add(new Definition(type, 0, 0.5, 1e-7, normalize, monotone));
                }
            }
        }
        all.add(new Definition(Type.ARCFACE, 8, 4, 1e-7, true, true));
        all.add(new Definition(Type.COSFACE, 8, -0.2, 1e-7, true, true));
        all.add(new Definition(Type.SPHEREFACE, 4, 5.5, 1e-7, true, true));
        return all;
    }

    private static float[] gaussian(int n, long seed, double size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] array = new float[n];
        for (int i = 0; i < n; i++) array[i] = (float) (size * random.nextGaussian());
        return array;
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) doubles[i] = floats[i];
        return doubles;
    }

    private static int[] classes(int n, int c, long seed) {
        return new SplittableRandom(seed).ints(n, 0, c).toArray();
    }

    /** Central differences of the definition, for the row losses' sum with upstream weights. */
    private static double[] differences(double[] at, ToDoubleFunction<double[]> f) {
        double[] gradient = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double x = at[i];
            double h = 1e-6;
            at[i] = x + h;
            double up = f.applyAsDouble(at);
            at[i] = x - h;
            double down = f.applyAsDouble(at);
            at[i] = x;
            gradient[i] = (up - down) / (2 * h);
        }
        return gradient;
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    private static void near(double[] expected, float[] found, double tolerance, String what) {
        double allowed = tolerance * (1 + largest(expected));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], allowed, what + "[" + i + "]");
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void lossesAndGradientsAreThoseOfTheDefinition(Definition definition) {
        for (long seed = 0; seed < 4; seed++) {
            float[] x = gaussian(N * D, seed, 2);
            float[] w = gaussian(C * D, seed + 10, definition.normalize ? 3 : 0.3);
            int[] y = classes(N, C, seed);
            float[] up = gaussian(N, seed + 20, 1);
            AngularPenaltySMLoss loss = definition.loss(Reduction.NONE);
            Tensor tx = Tensor.of(x, N, D);
            Tensor tw = Tensor.of(w, C, D);
            float[] losses = new float[N];
            loss.losses(tx, tw, Labels.of(y), Tensor.of(losses));
            double[] dw = doubles(w);
            double[] dx = doubles(x);
            double[] expected = new double[N];
            for (int i = 0; i < N; i++) {
                expected[i] = definition.row(Arrays.copyOfRange(dx, i * D, i * D + D), dw, C, y[i]);
            }
            near(expected, losses, 1e-6, "losses");
            float[] gx = new float[N * D];
            float[] gw = new float[C * D];
            loss.backward(tx, tw, Labels.of(y), Tensor.of(up), Tensor.of(gx, N, D), Tensor.of(gw, C, D),
                    Backward.OVERWRITE);
            ToDoubleFunction<double[]> ofX = v -> weighted(definition, v, dw, y, up);
            ToDoubleFunction<double[]> ofW = v -> weighted(definition, dx, v, y, up);
            near(differences(dx, ofX), gx, 1e-5, "gradient of the embeddings, seed " + seed);
            near(differences(dw, ofW), gw, 1e-5, "gradient of the weight, seed " + seed);
        }
    }

    private static double weighted(Definition definition, double[] x, double[] w, int[] y, float[] up) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += up[i] * definition.row(Arrays.copyOfRange(x, i * D, i * D + D), w, C, y[i]);
        }
        return sum;
    }

    /** Many blocks of classes, chains of blocks, groups of rows and panels of features, in double precision. */
    @ParameterizedTest
    @CsvSource({"ARCFACE, 530, 70, 210", "COSFACE, 1030, 9, 97", "SPHEREFACE, 20, 130, 500", "ARCFACE, 3, 6, 9000"})
    void largerThanEverythingTheEngineCutsInto(Type type, int n, int d, int c) {
        Definition definition = new Definition(type, 20, 0.4, 1e-7, true, false);
        float[] x = gaussian(n * d, 1, 1);
        float[] w = gaussian(c * d, 2, 1);
        int[] y = classes(n, c, 3);
        Outcome o = Outcome.of(definition.loss(Reduction.SUM), Memory.ARRAY, x, w, y);
        double[] unitX = normalized(doubles(x), d);
        double[] unitW = normalized(doubles(w), d);
        double[] gx = new double[n * d];
        double[] gw = new double[c * d];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double[] z = new double[c];
            for (int j = 0; j < c; j++) {
                for (int k = 0; k < d; k++) z[j] += unitX[i * d + k] * unitW[j * d + k];
            }
            double cosine = z[y[i]];
            double slope = (definition.psi(cosine + 1e-6) - definition.psi(cosine - 1e-6)) / 2e-6;
            z[y[i]] = definition.psi(cosine);
            double total = Arrays.stream(z).map(v -> Math.exp(20 * v)).sum();
            sum += Math.log(total) - 20 * z[y[i]];
            for (int j = 0; j < c; j++) {
                double g = 20 * Math.exp(20 * z[j]) / total;
                if (j == y[i]) g = (g - 20) * slope;
                for (int k = 0; k < d; k++) {
                    gx[i * d + k] += g * unitW[j * d + k];
                    gw[j * d + k] += g * unitX[i * d + k];
                }
            }
        }
        assertEquals(sum, o.value, 1e-6 * sum);
        near(throughNormalization(gx, doubles(x), unitX, d), o.gx, 2e-6, "gradient of the embeddings");
        near(throughNormalization(gw, doubles(w), unitW, d), o.gw, 2e-6, "gradient of the weight");
    }

    private static double norm(double[] v, int row, int d) {
        double squares = 0;
        for (int k = 0; k < d; k++) squares += v[row * d + k] * v[row * d + k];
        return Math.sqrt(squares);
    }

    private static double[] normalized(double[] v, int d) {
        double[] unit = new double[v.length];
        for (int i = 0; i < v.length; i++) unit[i] = v[i] / norm(v, i / d, d);
        return unit;
    }

    private static double[] throughNormalization(double[] g, double[] v, double[] unit, int d) {
        double[] gradient = new double[g.length];
        for (int row = 0; row < g.length / d; row++) {
            double dot = 0;
            for (int k = 0; k < d; k++) dot += g[row * d + k] * unit[row * d + k];
            for (int i = row * d; i < row * d + d; i++) gradient[i] = (g[i] - unit[i] * dot) / norm(v, row, d);
        }
        return gradient;
    }

    @Test
    void defaults() {
        assertEquals(new Definition(Type.ARCFACE, 64, 0.5, 1e-7, true, false).loss(Reduction.MEAN),
                AngularPenaltySMLoss.arcface());
        assertEquals(new Definition(Type.SPHEREFACE, 64, 1.35, 1e-7, true, false).loss(Reduction.MEAN),
                AngularPenaltySMLoss.sphereface());
        assertEquals(new Definition(Type.COSFACE, 30, 0.4, 1e-7, true, false).loss(Reduction.MEAN),
                AngularPenaltySMLoss.cosface());
    }

    @Test
    void valueSemantics() {
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface();
        List<AngularPenaltySMLoss> others = List.of(AngularPenaltySMLoss.cosface().withS(64).withM(0.5),
                loss.withM(0.4), loss.withS(63), loss.withEps(1e-6), loss.withNormalizeWeight(false),
                loss.withMonotone(true), loss.withReduction(Reduction.SUM), loss.withMeanBy(MeanBy.COUNT));
        for (AngularPenaltySMLoss other : others) {
            assertNotEquals(loss, other);
            assertNotEquals(loss.toString(), other.toString());
        }
        assertNotEquals(loss, loss.on(Backend.cpu(3)));
        assertEquals(loss, loss.withEps(1e-6).withEps(1e-7));
        assertEquals(loss.withS(0).withM(0).hashCode(), loss.withS(-0.0).withM(-0.0).hashCode());
        assertEquals("AngularPenaltySMLoss[type=arcface, s=64.0, m=0.5, eps=1.0E-7, normalizeWeight=true,"
                + " monotone=false, reduction=mean]", loss.toString());
    }

    /** Everything a loss is asked for, over the same data. */
    private record Outcome(double forward, double value, float[] gx, float[] gw, float[] added, float[] losses) {

        static Outcome of(AngularPenaltySMLoss loss, Memory memory, float[] x, float[] w, int[] y) {
            int n = y.length;
            int d = x.length / n;
            int c = w.length / d;
            Tensor tx = memory.copy(x).reshape(n, d);
            Tensor tw = memory.copy(w).reshape(c, d);
            Labels labels = Labels.of(y);
            Tensor gx = memory.copy(new float[x.length]).reshape(n, d);
            Tensor gw = memory.copy(new float[w.length]).reshape(c, d);
            Tensor added = memory.copy(w).reshape(c, d);
            Tensor losses = memory.copy(new float[n]);
            double forward = loss.forward(tx, tw, labels);
            double value = loss.forwardBackward(tx, tw, labels, gx, gw);
            loss.forwardBackward(tx, tw, labels, null, added, Backward.ADD.scale(-0.3).divisor(7));
            loss.losses(tx, tw, labels, losses);
            // In place, and without the other gradient, nothing changes.
            loss.forwardBackward(tx, tw, labels, tx, null);
            assertArrayEquals(Memory.floats(gx), Memory.floats(tx));
            return new Outcome(forward, value, Memory.floats(gx), Memory.floats(gw), Memory.floats(added),
                    Memory.floats(losses));
        }

        void requireSame(Outcome o) {
            assertEquals(forward, o.forward);
            assertEquals(value, o.value);
            assertArrayEquals(gx, o.gx);
            assertArrayEquals(gw, o.gw);
            assertArrayEquals(added, o.added);
            assertArrayEquals(losses, o.losses);
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void memoryThreadsAndEnginesLeaveNoTrace(Memory memory) {
        for (int[] size : new int[][] {{3, 4, 5}, {20, 33, 100}, {70, 90, 250}}) {
            float[] x = gaussian(size[0] * size[1], 1, 1);
            float[] w = gaussian(size[2] * size[1], 2, 1);
            int[] y = classes(size[0], size[2], 3);
            for (Definition definition : List.of(new Definition(Type.ARCFACE, 64, 0.5, 1e-7, true, false),
                    new Definition(Type.SPHEREFACE, 5, 1.35, 1e-7, false, true))) {
                AngularPenaltySMLoss loss = definition.loss(Reduction.MEAN);
                Outcome expected = Outcome.of(loss.on(Backend.cpu(1)), Memory.ARRAY, x, w, y);
                assertEquals(expected.forward, expected.value);
                Outcome.of(loss, memory, x, w, y).requireSame(expected);
                Outcome.of(loss.on(Backend.cpu(2)), memory, x, w, y).requireSame(expected);
                Outcome.of(loss.on(Backend.cpu(3)), memory, x, w, y).requireSame(expected);
                Outcome.of(loss.on(Backend.cpu(2).device("scalar")), memory, x, w, y).requireSame(expected);
            }
        }
    }

    /** The losses of rows do not depend on the others, and their totals and gradients add up. */
    @Test
    void piecesAddUpToTheWhole() {
        int n = 40;
        float[] w = gaussian(C * D, 2, 1);
        Tensor tw = Tensor.of(w, C, D);
        Tensor tx = Tensor.of(gaussian(n * D, 1, 1), n, D);
        int[] y = classes(n, C, 3);
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
            AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface().withS(16).withReduction(reduction);
            float[] gx = new float[n * D];
            float[] gw = new float[C * D];
            double value = loss.forwardBackward(tx, tw, Labels.of(y), Tensor.of(gx, n, D), Tensor.of(gw, C, D));
            Labels first = Labels.of(Arrays.copyOf(y, 13));
            Labels second = Labels.of(Arrays.copyOfRange(y, 13, n));
            Totals whole = loss.totals(tx.slice(0, 13), tw, first).merge(loss.totals(tx.slice(13, n), tw, second));
            assertEquals(value, loss.finish(whole), 1e-12 * value);
            assertEquals(value, loss.finish(loss.totals(tx, tw, Labels.of(y))));
            Tensor px = Tensor.of(new float[n * D], n, D);
            Tensor pw = Tensor.of(new float[C * D], C, D);
            loss.backward(tx.slice(0, 13), tw, first, whole, px.slice(0, 13), pw, Backward.OVERWRITE);
            loss.backward(tx.slice(13, n), tw, second, whole, px.slice(13, n), pw, Backward.ADD);
            assertArrayEquals(gx, Memory.floats(px));
            near(doubles(gw), Memory.floats(pw), 1e-6, "gradient of the weight");
            assertThrows(IllegalArgumentException.class, () -> loss.finish(new MSELoss().totals(tx, tx)));
        }
    }

    @Test
    void deliveries() {
        float[] x = gaussian(N * D, 1, 1);
        float[] w = gaussian(C * D, 2, 1);
        Tensor tx = Tensor.of(x, N, D);
        Tensor tw = Tensor.of(w, C, D);
        Labels y = Labels.of(classes(N, C, 3));
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.sphereface();
        float[] gx = new float[N * D];
        float[] gw = new float[C * D];
        double value = loss.forwardBackward(tx, tw, y, Tensor.of(gx, N, D), Tensor.of(gw, C, D));
        float[] addedX = gaussian(N * D, 4, 1);
        float[] addedW = gaussian(C * D, 5, 1);
        double[] expectedX = doubles(addedX);
        double[] expectedW = doubles(addedW);
        for (int i = 0; i < gx.length; i++) expectedX[i] += 2.5 * N / 3 * gx[i];
        for (int i = 0; i < gw.length; i++) expectedW[i] += 2.5 * N / 3 * gw[i];
        Batch batch = new Batch(List.of(tx, tw), y, List.of(Tensor.of(addedX, N, D), Tensor.of(addedW, C, D)));
        assertEquals(value * N / 3, loss.forwardBackward(batch, Backward.ADD.scale(2.5).divisor(3)), 1e-12 * value);
        near(expectedX, addedX, 1e-6, "added gradient of the embeddings");
        near(expectedW, addedW, 1e-6, "added gradient of the weight");
        assertEquals(value, loss.forward(batch));
        assertArrayEquals(new long[] {N}, loss.lossesShape(batch));
        // Upstream gradients of 1/N are the mean's.
        float[] ones = new float[N];
        Arrays.fill(ones, 1);
        loss.withReduction(Reduction.NONE).backward(batch, Tensor.of(ones), Backward.OVERWRITE.divisor(N));
        assertArrayEquals(gx, addedX);
        assertArrayEquals(gw, addedW);
    }

    /** To the rounding of sums in another order. */
    @Test
    void permutedClasses() {
        int n = 30;
        int c = 300;
        float[] x = gaussian(n * D, 1, 1);
        float[] w = gaussian(c * D, 2, 1);
        int[] y = classes(n, c, 3);
        float[] permutedW = new float[c * D];
        int[] permutedY = new int[n];
        for (int j = 0; j < c; j++) System.arraycopy(w, j * D, permutedW, j * 7 % c * D, D);
        for (int i = 0; i < n; i++) permutedY[i] = y[i] * 7 % c;
        Outcome a = Outcome.of(AngularPenaltySMLoss.arcface(), Memory.ARRAY, x, w, y);
        Outcome b = Outcome.of(AngularPenaltySMLoss.arcface(), Memory.ARRAY, x, permutedW, permutedY);
        near(doubles(a.losses), b.losses, 1e-6, "losses");
        near(doubles(a.gx), b.gx, 1e-6, "gradient of the embeddings");
        float[] back = new float[c * D];
        for (int j = 0; j < c; j++) System.arraycopy(b.gw, j * 7 % c * D, back, j * D, D);
        near(doubles(a.gw), back, 1e-6, "gradient of the weight");
    }

    @Test
    void emptyBatch() {
        Tensor none = Tensor.of(new float[0], 0, D);
        float[] gw = gaussian(C * D, 1, 1);
        float[] kept = gw.clone();
        Tensor tw = Tensor.of(gaussian(C * D, 2, 1), C, D);
        Labels y = Labels.of(new int[0]);
        AngularPenaltySMLoss mean = AngularPenaltySMLoss.arcface();
        AngularPenaltySMLoss sum = mean.withReduction(Reduction.SUM);
        assertEquals(Double.NaN, mean.forward(none, tw, y));
        assertEquals(0, sum.forward(none, tw, y));
        assertEquals(Double.NaN, mean.finish(mean.totals(none, tw, y)));
        assertEquals(0, sum.forwardBackward(none, tw, y, none, Tensor.of(gw, C, D), Backward.ADD));
        assertArrayEquals(kept, gw);
        assertEquals(Double.NaN, mean.forwardBackward(none, tw, y, none, Tensor.of(gw, C, D)));
        assertArrayEquals(new float[C * D], gw);
    }

    /** All cosines are 0: at once, however many rows or classes. */
    @Test
    void noFeatures() {
        Tensor x = Tensor.of(new float[0], 3, 0);
        Labels y = Labels.of(0, 3, 1);
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.cosface();
        for (long c : new long[] {4, 1000, 1L << 40}) {
            Tensor w = Tensor.of(new float[0], c, 0);
            double want = Math.log1p((c - 1) * Math.exp(12));
            assertEquals(want, loss.forwardBackward(x, w, y, x, w), 1e-12 * want);
            Batch batch = new Batch(List.of(x, w), Labels.of(0, 3, -1), List.of(x, w),
                    Tensor.of(new float[] {1, 3, 0}));
            assertEquals(want, loss.forwardBackward(batch, Backward.OVERWRITE), 1e-12 * want);
            Tensor losses = Tensor.of(new float[3]);
            loss.losses(batch, losses);
            assertArrayEquals(new float[] {(float) want, 3 * (float) want, 0}, Memory.floats(losses), 1e-5f);
        }
        assertEquals(0, loss.forward(x, Tensor.of(new float[0], 1, 0), Labels.of(0, 0, 0)));
        long many = 1L << 40;
        Tensor nowhere = Tensor.of(new float[0], 0, D);
        Labels none = Labels.of(new int[0]);
        assertEquals(0, loss.withReduction(Reduction.SUM).forward(nowhere, nowhere, none));
        Batch masked = new Batch(List.of(Tensor.of(new float[3 * D], 3, D), nowhere), Labels.of(1, 2, 3), List.of(),
                Tensor.of(new float[3]));
        assertEquals(0, loss.withReduction(Reduction.SUM).forward(masked));
        refused("input: found shape (0, 1099511627776)", () -> loss.forward(Tensor.of(new float[0], 0, many),
                Tensor.of(new float[0], 0, many), none));
    }

    @Test
    void oneClass() {
        for (Type type : Type.values()) {
            Outcome o = Outcome.of(new Definition(type, 64, 0.5, 1e-7, true, false).loss(Reduction.MEAN),
                    Memory.ARRAY, gaussian(N * D, 1, 1), gaussian(D, 2, 1), new int[N]);
            assertEquals(0, o.value);
            assertArrayEquals(new float[N * D], o.gx, 0f);
            assertArrayEquals(new float[D], o.gw, 0f);
        }
    }

    @Test
    void zeroRows() {
        float[] x = gaussian(N * D, 1, 1);
        float[] w = gaussian(C * D, 2, 1);
        int[] y = classes(N, C, 3);
        Arrays.fill(x, 2 * D, 3 * D, 0);
        Arrays.fill(w, 4 * D, 5 * D, 0);
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.cosface();
        Outcome o = Outcome.of(loss, Memory.ARRAY, x, w, y);
        // All cosines are 0: the target's logit is -s m, the others' 0.
        assertEquals(Math.log1p((C - 1) * Math.exp(30 * 0.4)), o.losses[2], 1e-5);
        assertArrayEquals(new float[D], Arrays.copyOfRange(o.gx, 2 * D, 3 * D));
        assertArrayEquals(new float[D], Arrays.copyOfRange(o.gw, 4 * D, 5 * D));
        for (float g : o.gx) assertTrue(Math.abs(g) < 100, () -> "gradient " + g);
        Tensor added = Tensor.of(w.clone(), C, D);
        loss.forwardBackward(Tensor.of(x, N, D), Tensor.of(w, C, D), Labels.of(y), null, added, Backward.ADD);
        for (int k = 0; k < D; k++) assertEquals(0, added.get(4 * D + k));
    }

    /** On its class centre, and opposite of it: no infinity, and with a guard the way out of the worst place. */
    @Test
    void alignedAndOpposite() {
        float[] w = {1, 0, 0, 1};
        for (Type type : Type.values()) {
            for (boolean monotone : new boolean[] {false, true}) {
                Definition definition = new Definition(type, 64, 0.5, 1e-7, true, monotone);
                Outcome aligned = Outcome.of(definition.loss(Reduction.SUM), Memory.ARRAY, new float[] {3, 0}, w,
                        new int[1]);
                assertEquals(definition.row(new double[] {3, 0}, new double[] {1, 0, 0, 1}, 2, 0), aligned.value,
                        1e-6 + 1e-6 * aligned.value);
                for (float g : aligned.gx) assertTrue(Math.abs(g) < 1e-3, () -> definition + " gradient " + g);
                Outcome opposite = Outcome.of(definition.loss(Reduction.SUM), Memory.ARRAY, new float[] {-3, 0.01f},
                        w, new int[1]);
                double want = definition.row(new double[] {-3, 0.01f}, new double[] {1, 0, 0, 1}, 2, 0);
                assertEquals(want, opposite.value, 1e-5 * want);
                for (float g : opposite.gx) assertTrue(Float.isFinite(g), definition::toString);
                if (monotone && type == Type.ARCFACE) {
                    // A step against the gradient turns towards the centre: the weight's second component rises.
                    assertTrue(opposite.gw[1] < 0, () -> definition + " " + Arrays.toString(opposite.gw));
                }
            }
        }
        Tensor x = Tensor.of(new float[] {-1, 0}, 1, 2);
        Tensor gw = Tensor.of(new float[4], 2, 2);
        AngularPenaltySMLoss.arcface().withMonotone(true).forwardBackward(x, Tensor.of(w, 2, 2), Labels.of(0), null,
                gw);
        for (int i = 0; i < 4; i++) assertTrue(Float.isFinite(gw.get(i)));
    }

    @Test
    void rowsOfAnySize() {
        float[] x = gaussian(N * D, 1, 1);
        float[] w = gaussian(C * D, 2, 1);
        int[] y = classes(N, C, 3);
        for (AngularPenaltySMLoss loss : List.of(AngularPenaltySMLoss.arcface(), AngularPenaltySMLoss.cosface())) {
            Outcome plain = Outcome.of(loss, Memory.ARRAY, x, w, y);
            for (double size : new double[] {1e4, 1e-4, 1e15, 1e-8}) {
                float[] largeX = new float[N * D];
                float[] largeW = new float[C * D];
                for (int i = 0; i < x.length; i++) largeX[i] = (float) (x[i] * size);
                for (int i = 0; i < w.length; i++) largeW[i] = (float) (w[i] * size);
                Outcome large = Outcome.of(loss, Memory.ARRAY, largeX, largeW, y);
                assertEquals(plain.value, large.value, 1e-5 * plain.value);
                for (int i = 0; i < x.length; i++) {
                    assertEquals(plain.gx[i], large.gx[i] * size, 1e-4 * (1 + Math.abs(plain.gx[i])));
                }
                for (int i = 0; i < w.length; i++) {
                    assertEquals(plain.gw[i], large.gw[i] * size, 1e-4 * (1 + Math.abs(plain.gw[i])));
                }
            }
        }
        // The largest rows whose products float can hold, at scales that bring them back to ordinary numbers.
        Arrays.fill(w, 0, D, 1);
        float[] huge = new float[C * D];
        for (int i = 0; i < w.length; i++) huge[i] = w[i] * 6e37f;
        for (double s : new double[] {0, 0.25, 1}) {
            for (boolean normalize : new boolean[] {true, false}) {
                if (s > 0 && !normalize) continue;
                Definition small = new Definition(Type.COSFACE, s, 0.1, 1e-7, normalize, false);
                Outcome o = Outcome.of(small.loss(Reduction.MEAN), Memory.ARRAY, x, huge, y);
                for (int i = 0; i < N; i++) {
                    double want = small.row(doubles(Arrays.copyOfRange(x, i * D, i * D + D)), doubles(huge), C, y[i]);
                    assertEquals(want, o.losses[i], 2e-6 * want, "s = " + s);
                }
            }
        }
        // Not normalised, logits of 1e5: the loss is their difference, and no exponential overflows.
        huge = gaussian(C * D, 2, 1e4);
        Definition definition = new Definition(Type.COSFACE, 30, 0.4, 1e-7, false, false);
        Outcome o = Outcome.of(definition.loss(Reduction.MEAN), Memory.ARRAY, x, huge, y);
        for (int i = 0; i < N; i++) {
            double want = definition.row(doubles(Arrays.copyOfRange(x, i * D, i * D + D)), doubles(huge), C, y[i]);
            assertEquals(want, o.losses[i], 1e-6 * want + 0.1);
        }
        for (float g : o.gw) assertTrue(Float.isFinite(g));
    }

    @Test
    void whatIsNotFinite() {
        float[] w = gaussian(C * D, 2, 1);
        int[] y = classes(N, C, 3);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] x = gaussian(N * D, 1, 1);
            x[2 * D + 1] = bad;
            Tensor losses = Tensor.of(new float[N]);
            Tensor gx = Tensor.of(new float[N * D], N, D);
            AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface();
            assertEquals(Double.NaN, loss.forwardBackward(Tensor.of(x, N, D), Tensor.of(w, C, D), Labels.of(y), gx,
                    null));
            loss.losses(Tensor.of(x, N, D), Tensor.of(w, C, D), Labels.of(y), losses);
            for (int i = 0; i < N; i++) {
                assertEquals(i == 2, Float.isNaN(losses.get(i)));
                for (int k = 0; k < D; k++) assertEquals(i == 2, Float.isNaN(gx.get(i * D + k)));
            }
            float[] badW = w.clone();
            badW[4 * D + 1] = bad;
            Tensor good = Tensor.of(gaussian(N * D, 1, 1), N, D);
            assertEquals(Double.NaN, loss.forward(good, Tensor.of(badW, C, D), Labels.of(y)));
            loss.losses(good, Tensor.of(badW, C, D), Labels.of(y), losses);
            for (int i = 0; i < N; i++) assertTrue(Float.isNaN(losses.get(i)));
        }
    }

    private static void refused(String expected, Runnable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }

    @Test
    void options() {
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface();
        refused("s: found -1.0", () -> loss.withS(-1));
        refused("s: found 1.0E39", () -> loss.withS(1e39));
        refused("m: found NaN", () -> loss.withM(Double.NaN));
        refused("eps: found 0.0", () -> loss.withEps(0));
        refused("eps: found 1.0", () -> loss.withEps(1));
        refused("eps: found NaN", () -> loss.withEps(Double.NaN));
        assertThrows(NullPointerException.class, () -> loss.withReduction(null));
        assertThrows(NullPointerException.class, () -> loss.on(null));
    }

    @Test
    void argumentsThatDoNotFit() {
        float[] memory = gaussian(1000, 1, 1);
        Tensor x = Tensor.view(memory, 0, N, D);
        Tensor w = Tensor.view(memory, 100, C, D);
        Tensor gx = Tensor.view(memory, 200, N, D);
        Tensor gw = Tensor.view(memory, 300, C, D);
        int[] y = classes(N, C, 3);
        Labels labels = Labels.of(y);
        float[] before = memory.clone();
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface();
        int[] outside = y.clone();
        for (int label : new int[] {-1, C, -100}) {
            outside[3] = label;
            refused("target[3]: found " + label, () -> loss.forwardBackward(x, w, Labels.of(outside), gx, gw));
        }
        refused("target: found", () -> loss.forward(x, w, Labels.of(0, 1)));
        refused("input: found shape (35)", () -> loss.forward(x.reshape(35), w, labels));
        refused("weight: found shape (45, 1)", () -> loss.forward(x, w.reshape(45, 1), labels));
        refused("gradEmbeddings: found shape", () -> loss.forwardBackward(x, w, labels, gw, gw));
        refused("gradWeight: found shape", () -> loss.forwardBackward(x, w, labels, gx, gx));
        refused("gradEmbeddings: overlaps", () ->
                loss.forwardBackward(x, w, labels, Tensor.view(memory, 1, N, D), gw));
        refused("gradEmbeddings: shares memory with weight", () ->
                loss.forwardBackward(x, w, labels, Tensor.view(memory, 100, N, D), gw));
        refused("gradWeight: shares memory with weight", () -> loss.forwardBackward(x, w, labels, gx, w));
        refused("gradWeight: shares memory with input", () ->
                loss.forwardBackward(x, w, labels, gx, Tensor.view(memory, 34, C, D)));
        refused("gradWeight: shares memory with gradEmbeddings", () ->
                loss.forwardBackward(x, w, labels, gx, Tensor.view(memory, 210, C, D)));
        refused("losses: shares memory with input", () -> loss.losses(x, w, labels, Tensor.view(memory, 3, N)));
        refused("losses: found shape (3)", () -> loss.losses(x, w, labels, Tensor.view(memory, 500, 3)));
        refused("gradWeight: shares memory with upstream", () -> loss.backward(x, w, labels,
                Tensor.view(memory, 310, N), gx, gw, Backward.OVERWRITE));
        refused("batch: found 1 inputs", () -> loss.forward(Batch.of(x, labels)));
        refused("target: found Tensor", () -> loss.forward(new Batch(List.of(x, w), x, List.of())));
        assertThrows(IllegalStateException.class, () ->
                loss.withReduction(Reduction.NONE).forwardBackward(x, w, labels, gx, gw));
        assertArrayEquals(before, memory);
    }

    @Test
    void allocatesNothing() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        int n = 20;
        int c = 130;
        Tensor x = Tensor.of(gaussian(n * D, 1, 1), n, D);
        Tensor w = Tensor.of(gaussian(c * D, 2, 1), c, D);
        Tensor gx = Tensor.of(new float[n * D], n, D);
        Tensor gw = Tensor.of(new float[c * D], c, D);
        Tensor rows = Tensor.of(new float[n]);
        Labels y = Labels.of(classes(n, c, 3));
        Backward add = Backward.ADD.scale(0.5).divisor(3);
        AngularPenaltySMLoss arc = AngularPenaltySMLoss.arcface();
        AngularPenaltySMLoss sphere = AngularPenaltySMLoss.sphereface().withMonotone(true).withNormalizeWeight(false);
        for (AngularPenaltySMLoss loss : List.of(arc, sphere)) {
            for (Runnable call : List.<Runnable>of(
                    () -> loss.forward(x, w, y),
                    () -> loss.forwardBackward(x, w, y, gx, gw),
                    () -> loss.forwardBackward(x, w, y, gx, gw, add),
                    () -> loss.losses(x, w, y, rows),
                    () -> loss.backward(x, w, y, rows, gx, null, Backward.OVERWRITE))) {
                int repeats = 200;
                long least = Long.MAX_VALUE;
                // The JIT compiler works in the background.
                for (long start = System.nanoTime(); least >= repeats && System.nanoTime() - start < 30e9;) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < repeats; i++) call.run();
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertTrue(least < repeats, least / (double) repeats + " bytes a call of " + loss);
            }
        }
    }
}
