// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients where floats end: NaN, infinities, zeros, subnormal and huge numbers, nothing at all. */
class EdgeTest {

    private static final double INF = Double.POSITIVE_INFINITY;

    static List<Loss> losses() {
        return ManyLosses.reduced(100);
    }

    /** The logistic losses whose gradient does not vanish on the wrong side. */
    static Stream<PointwiseLoss<?>> logistic() {
        Tensor two = Tensor.of(new float[] {2}, new long[0]);
        return Stream.of(new BCEWithLogitsLoss(), new BCEWithLogitsLoss().withWeight(two).withPosWeight(two),
                new WeightedBCEWithLogitsLoss().withWP(2).withWN(0.5));
    }

    private static float[] filled(int n, float value) {
        float[] floats = new float[n];
        Arrays.fill(floats, value);
        return floats;
    }

    /** Value and gradient of one element; both ways of asking for the value agree. */
    private static double[] one(Loss loss, float x, float t) {
        return many(loss, x, t, 1);
    }

    /** Value of n equal elements, and the gradient of one, which all share. */
    private static double[] many(Loss loss, float x, float t, int n) {
        Tensor input = Tensor.of(filled(n, x));
        Tensor target = Tensor.of(filled(n, t));
        float[] gradient = filled(n, 123);
        double value = loss.forwardBackward(input, target, Tensor.of(gradient));
        assertEquals(value, loss.forward(input, target));
        for (float g : gradient) assertEquals(gradient[0], g);
        return new double[] {value, gradient[0]};
    }

    @ParameterizedTest
    @MethodSource("losses")
    void nanStaysWhereItIs(Loss loss) {
        int n = 100;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        float[] clean = new float[n];
        loss.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(clean));
        // A root has one derivative for all elements.
        boolean spreads = loss instanceof RMSELoss || loss instanceof CombinedLoss;
        for (int at : new int[] {0, 37, 99}) {
            for (boolean inTarget : new boolean[] {false, true}) {
                float[] xs = x.clone();
                float[] ts = t.clone();
                (inTarget ? ts : xs)[at] = Float.NaN;
                float[] gradient = new float[n];
                assertEquals(Double.NaN, loss.forwardBackward(Tensor.of(xs), Tensor.of(ts), Tensor.of(gradient)));
                for (int i = 0; i < n; i++) {
                    assertEquals(spreads || i == at ? Float.NaN : clean[i], gradient[i], loss + " at " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("logistic")
    void infiniteLogits(PointwiseLoss<?> loss) {
        double atPositive = one(loss, -100, 1)[1];
        double atNegative = one(loss, 100, 0)[1];
        assertArrayEquals(new double[] {0, 0}, one(loss, Float.POSITIVE_INFINITY, 1), 0, "right");
        assertArrayEquals(new double[] {0, 0}, one(loss, Float.NEGATIVE_INFINITY, 0), 0, "right");
        assertArrayEquals(new double[] {INF, atNegative}, one(loss, Float.POSITIVE_INFINITY, 0), "wrong");
        assertArrayEquals(new double[] {INF, atPositive}, one(loss, Float.NEGATIVE_INFINITY, 1), "wrong");
        assertTrue(atPositive < -0.4 && atNegative > 0.4);
    }

    /** The shift caps the loss of a negative, eps that of a positive; both gradients vanish there. */
    @Test
    void infiniteLogitsOfAsymmetricLoss() {
        Loss loss = new AsymmetricLossMultiLabel();
        assertArrayEquals(new double[] {0, 0}, one(loss, Float.POSITIVE_INFINITY, 1), 0);
        assertArrayEquals(new double[] {0, 0}, one(loss, Float.NEGATIVE_INFINITY, 0), 0);
        double negative = -Math.pow(1 - 0.05f, 4) * Math.log(0.05f);
        for (float x : new float[] {Float.POSITIVE_INFINITY, 1e38f, 200}) {
            assertArrayEquals(new double[] {negative, 0}, one(loss, x, 0), 1e-6);
            assertArrayEquals(new double[] {-Math.log(1e-8f), 0}, one(loss, -x, 1), 1e-5);
        }
    }

    /** Without shift and eps, confident mistakes cost what they do in cross entropy: nothing is lost in 1 - p. */
    @ParameterizedTest
    @CsvSource({"5", "10", "14", "17", "20", "50", "87", "100", "1000", "1e38"})
    void mistakesOfAsymmetricLossWithoutCaps(float x) {
        Loss loss = new AsymmetricLossMultiLabel().withClip(0).withEps(0);
        double p = 1 / (1 + Math.exp(-x));
        double q = 1 / (1 + Math.exp(x));
        double softplus = x + Math.log1p(Math.exp(-x));
        double[] negative = one(loss, x, 0);
        assertEquals(Math.pow(p, 4) * softplus, negative[0], 1e-6 * softplus, "value of a negative");
        assertEquals(Math.pow(p, 4) * (p + 4 * q * softplus), negative[1], 2e-6, "gradient of a negative");
        double[] positive = one(loss, -x, 1);
        assertEquals(p * softplus, positive[0], 1e-6 * softplus, "value of a positive");
        assertEquals(-p * (p + q * softplus), positive[1], 2e-6, "gradient of a positive");
    }

    @ParameterizedTest
    @MethodSource("losses")
    void minusZeroIsZero(Loss loss) {
        for (float t : new float[] {0, 1, 0.25f}) {
            Outcome plus = Outcome.of(loss, Memory.ARRAY, filled(100, 0f), filled(100, t));
            Outcome minus = Outcome.of(loss, Memory.ARRAY, filled(100, -0f), filled(100, t));
            assertEquals(plus.value(), minus.value(), 1e-7, loss.toString());
            for (int i = 0; i < 100; i++) {
                // -0 takes the formulas' other branch, which rounds otherwise.
                assertEquals(plus.gradient()[i], minus.gradient()[i], 5e-7 * Math.abs(plus.gradient()[i]));
            }
        }
    }

    @Test
    void subnormalNumbers() {
        for (float x : new float[] {Float.MIN_VALUE, 1e-40f, -1e-40f, Float.MIN_NORMAL}) {
            assertEquals(Math.log(2), one(new BCEWithLogitsLoss(), x, 0)[0], 1e-7);
            assertEquals(0.5, one(new BCEWithLogitsLoss(), x, 0)[1], 0);
            assertEquals(Math.signum(x), one(new L1Loss(), x, 0)[1], 0);
            assertEquals(2 * x, one(new MSELoss(), x, 0)[1], 0);
            assertEquals(x, one(new HuberLoss(), x, 0)[1], 0);
            assertEquals(0, one(new MSELoss(), x, 0)[0], 0);
        }
        // A logit whose loss is subnormal: log(1 + e^-95).
        assertEquals(Math.exp(-95), one(new BCEWithLogitsLoss(), 95, 1)[1] * -1, 2e-45);
    }

    /** The sum of 10,000 losses of 1e38 is beyond float, the mean is not. */
    @Test
    void hugeLogits() {
        int n = 10_000;
        assertNear(1e38, 1, many(new BCEWithLogitsLoss(), 1e38f, 0, n), n);
        assertNear(1e38, -1, many(new BCEWithLogitsLoss(), -1e38f, 1, n), n);
        assertNear(2e38, 2, many(new WeightedBCEWithLogitsLoss().withWN(2), 1e38f, 0, n), n);
        assertNear(3e38, -1, many(new L1Loss(), -1.5e38f, 1.5e38f, n), n);
        assertNear(3e38, 1, many(new SmoothL1Loss(), 3e38f, 0, n), n);
        assertNear(3e38, 1, many(new HuberLoss(), 3e38f, 0, n), n);
        assertNear(1.5e38, 1, many(new SmoothL1Loss().withBeta(3e38), 3e38f, 0, n), n);
        assertNear(1e38, 2e19, many(new MSELoss(), 1e19f, 0, n), n);
        assertArrayEquals(new double[] {0, 0}, many(new BCEWithLogitsLoss(), 1e38f, 1, n), 0);
        assertEquals(INF, one(new MSELoss(), 1e20f, 0)[0], "documented: squares beyond float are infinite");
    }

    private static void assertNear(double value, double gradient, double[] found, int n) {
        assertEquals(1, found[0] / value, 1e-6, "value " + found[0]);
        assertEquals(1, found[1] * n / gradient, 1e-6, "gradient " + found[1]);
    }

    @Test
    void infiniteResiduals() {
        float inf = Float.POSITIVE_INFINITY;
        assertArrayEquals(new double[] {INF, INF}, one(new MSELoss(), inf, 0));
        assertArrayEquals(new double[] {INF, 1}, one(new L1Loss(), inf, 0));
        assertArrayEquals(new double[] {INF, 1}, one(new SmoothL1Loss(), inf, 0));
        assertArrayEquals(new double[] {INF, -0.5f}, one(new HuberLoss().withDelta(0.5).withReduction(Reduction.SUM),
                -inf, 0));
        assertEquals(INF, one(new RMSELoss(), inf, 0)[0]);
        for (Loss loss : List.of(new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(), new RMSELoss())) {
            assertArrayEquals(new double[] {Double.NaN, Double.NaN}, one(loss, inf, inf), loss.toString());
        }
    }

    @Test
    void nothingAtAll() {
        for (long[] shape : new long[][] {{0}, {3, 0}, {0, 3}}) {
            Tensor empty = Tensor.of(new float[0], shape);
            float[] untouched = {7, 7};
            Tensor gradient = Tensor.view(untouched, 1, shape);
            for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
                for (PointwiseLoss<?> loss : List.of(new MSELoss().withReduction(reduction), new L1Loss()
                        .withReduction(reduction),
                        new SmoothL1Loss().withReduction(reduction), new HuberLoss().withReduction(reduction),
                                new BCEWithLogitsLoss().withReduction(reduction),
                        new BCEWithLogitsLoss().withWeight(Tensor.of(new float[1])).withReduction(reduction),
                        new WeightedBCEWithLogitsLoss().withReduction(reduction),
                        new AsymmetricLossMultiLabel().withEps(0).withReduction(reduction))) {
                    double expected = reduction == Reduction.SUM ? 0 : Double.NaN;
                    assertEquals(expected, loss.forward(empty, empty));
                    assertEquals(expected, loss.forwardBackward(empty, empty, gradient));
                    assertEquals(0, loss.forwardBackward(empty, empty, gradient, Backward.ADD.divisor(3)));
                    assertEquals(expected, loss.finish(loss.totals(empty, empty)));
                    Tensor some = Tensor.of(new float[] {3});
                    Totals totals = loss.totals(some, some);
                    if (shape.length == 1) assertEquals(totals, totals.merge(loss.totals(empty, empty)));
                    loss.forward(empty, empty, gradient);
                    loss.backward(empty, empty, empty, gradient, Backward.OVERWRITE);
                }
            }
            assertEquals(Double.NaN, new RMSELoss().forwardBackward(empty, empty, gradient));
            assertArrayEquals(new float[] {7, 7}, untouched);
        }
    }

    /** What has no weight has no part in the loss, however wrong it is. */
    @Test
    void zeroWeights() {
        Tensor zero = Tensor.of(new float[1]);
        for (Loss loss : List.of(new WeightedBCEWithLogitsLoss().withWP(0).withWN(0),
                new BCEWithLogitsLoss().withWeight(zero), new BCEWithLogitsLoss().withWeight(zero).withPosWeight(zero)
                        .withReduction(Reduction.SUM))) {
            for (float x : new float[] {3, -3, 1e38f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                assertArrayEquals(new double[] {0, 0}, one(loss, x, 0), 0);
                assertArrayEquals(new double[] {0, 0}, one(loss, x, 1), 0);
            }
        }
        Loss positivesOnly = new WeightedBCEWithLogitsLoss().withWN(0);
        assertArrayEquals(new double[] {0, 0}, one(positivesOnly, Float.POSITIVE_INFINITY, 0), 0);
        assertArrayEquals(new double[] {INF, -1}, one(positivesOnly, Float.NEGATIVE_INFINITY, 1));
        Loss noPositives = new BCEWithLogitsLoss().withPosWeight(zero);
        assertArrayEquals(new double[] {0, 0}, one(noPositives, Float.NEGATIVE_INFINITY, 1), 0);
    }

    @Test
    void perfectPredictions() {
        for (float x : new float[] {0, 1.5f, -3e38f}) {
            for (Loss loss : List.of(new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(),
                    new SmoothL1Loss().withBeta(0), new RMSELoss().withEps(0))) {
                assertArrayEquals(new double[] {0, 0}, many(loss, x, x, 20), 0, loss.toString());
            }
            assertArrayEquals(new double[] {1e-3, 0}, many(new RMSELoss(), x, x, 20), 1e-18);
        }
    }

    /** Residuals of any size, alone and in numbers: what the squares do to float must not show. */
    @ParameterizedTest
    @CsvSource({"1e30, 10", "1e-30, 10", "1e-42, 3", "1.4e-45, 1", "3e38, 1", "1e36, 1000", "1e38, 10000", "1e18, 1000",
        "1.9e19, 100", "1e-15, 1000", "8.8e-16, 1000", "9e18, 4"})
    void rootOfHugeAndTinySquares(float e, int n) {
        double[] found = many(new RMSELoss().withEps(0), e, 0, n);
        assertEquals(1, found[0] / e, 1e-6, "value " + found[0]);
        assertEquals(1, found[1] * n, 1e-5, "gradient " + found[1]);
    }

    @Test
    void rootOfMixedSquares() {
        float[] x = {1e30f, 1e-30f, 2e25f, 0};
        float[] gradient = new float[4];
        double value = new RMSELoss().withEps(0).forwardBackward(Tensor.of(x), Tensor.of(new float[4]),
                Tensor.of(gradient));
        double root = Math.sqrt(((double) x[0] * x[0] + (double) x[2] * x[2]) / 4);
        assertEquals(1, value / root, 1e-7);
        for (int i = 0; i < 4; i++) assertEquals(x[i] / (4 * root), gradient[i], 1e-6 * x[i] / root + Float.MIN_VALUE);
    }

    /** A factor that float cannot hold alone can be what brings the gradient into its range. */
    @ParameterizedTest
    @CsvSource({"1e-30, 1e40", "1e-38, 1e60", "1e30, 1e-41", "1e38, 1e-60", "1, 1e-42", "1e-38, 1e75"})
    void scaleBeyondFloat(float residual, double scale) {
        Tensor x = Tensor.of(new float[] {residual, 0});
        Tensor t = Tensor.of(new float[2]);
        Tensor ones = Tensor.of(new float[] {1, 1});
        double expected = 2.0 * residual * scale;
        for (Backward how : List.of(Backward.OVERWRITE, Backward.ADD)) {
            float[] gradient = {0, 0};
            new MSELoss().withReduction(Reduction.SUM).forwardBackward(x, t, Tensor.of(gradient), how.scale(scale));
            assertEquals(expected, gradient[0], 2e-7 * expected + Float.MIN_VALUE);
            assertEquals(0, gradient[1]);
            float[] passed = {0, 0};
            new MSELoss().backward(x, t, ones, Tensor.of(passed), how.scale(scale));
            assertArrayEquals(gradient, passed);
        }
    }

    /** Sums of tiny losses are right to their last digit, however many there are and wherever the gradient goes. */
    @ParameterizedTest
    @CsvSource({"1e-40, 1", "1e-40, 1000", "1e-40, 40000", "4e-45, 1", "1.4e-45, 100", "1e-38, 3000", "2e-33, 17"})
    void sumsOfTinyLosses(float e, int n) {
        float[] x = new float[n];
        Arrays.fill(x, e);
        Tensor zero = Tensor.of(new float[n]);
        double sum = (double) e * n;
        for (Backend backend : List.of(Backend.cpu(), Backend.cpu().device("scalar"), Backend.cpu(2))) {
            Loss l1 = new L1Loss().withReduction(Reduction.SUM).on(backend);
            assertEquals(sum, l1.forward(Tensor.of(x), zero), 1e-7 * sum);
            assertEquals(sum, l1.forwardBackward(Tensor.of(x), zero, Tensor.of(new float[n])), 1e-7 * sum);
            Tensor over = Tensor.of(x.clone());
            assertEquals(sum, l1.forwardBackward(over, zero, over), 1e-7 * sum);
            assertEquals(1, over.get(n - 1));
            assertEquals(sum, l1.forward(Batch.of(Tensor.of(x), zero).withWeights(Tensor.of(new float[] {1}))),
                    1e-7 * sum);
            // Half of e is a float only where e is even.
            double half = 0;
            for (int i = 0; i < n; i++) half += 0.5f * e;
            assertEquals(half, l1.forward(Batch.of(Tensor.of(x), zero).withWeights(Tensor.of(new float[] {0.5f}))),
                    1e-7 * half);
        }
    }

    /** The same of losses whose values are tiny where inputs are not: the sum of their floats. */
    @Test
    void sumsOfOtherTinyLosses() {
        int n = 700;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = -88 - i % 15;
        Tensor zero = Tensor.of(new float[n]);
        for (PointwiseLoss<?> none : ManyLosses.pointwise(n, Reduction.NONE)) {
            if (none.reduction() != Reduction.NONE) continue;
            float[] small = x.clone();
            if (none instanceof MSELoss || none instanceof HuberLoss || none instanceof SmoothL1Loss) {
                for (int i = 0; i < n; i++) small[i] = (float) Math.exp(x[i] / 2);
            }
            float[] losses = new float[n];
            none.forward(Tensor.of(small), zero, Tensor.of(losses));
            double sum = 0;
            for (float loss : losses) sum += loss;
            assertEquals(sum, none.withReduction(Reduction.SUM).forward(Tensor.of(small), zero), 1e-7 * sum,
                    none.toString());
        }
    }

    /** 2^29 residuals of which one is 2^-36, the others 0: sums by a back end that knows so. */
    @Test
    void rootOfOneAmongMany(@TempDir Path directory) throws IOException {
        float e = 0x1p-36f;
        float[] gradient = new float[1];
        record OneResidual(float[] gradient) implements Backend, PointwiseFamily {
            @Override
            public String name() {
                return "one residual";
            }

            @Override
            public String describe() {
                return name();
            }

            @Override
            public List<ComputeDevice> devices() {
                return List.of();
            }

            @Override
            public Backend device(String id) {
                return this;
            }

            @Override
            public double pointwise(PointwiseCall call) {
                if (call.gradient != null) {
                    gradient[0] = (float) (call.formula.gradient(0x1p-36f, 0, 1, 1) * call.scale);
                }
                return call.formula.value(0x1p-36f, 0, 1, 1);
            }
        }

        double value;
        // A file of nothing, of which nothing is read.
        try (Arena arena = Arena.ofConfined(); FileChannel file = FileChannel.open(directory.resolve("unread"),
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Tensor x = Tensor.of(file.map(FileChannel.MapMode.READ_WRITE, 0, 1L << 31, arena), 1L << 29);
            value = new RMSELoss().withEps(0).on(new OneResidual(gradient)).forwardBackward(x, x, x);
        }
        assertEquals(1, value / (e / Math.sqrt(0x1p29)), 1e-7);
        assertEquals(1, gradient[0] * 0x1p29 / Math.sqrt(0x1p29), 1e-6);
    }

    /** 1 - p or p near 1 to a huge power, and an infinite logarithm of a tiny target. */
    @Test
    void powersOfAlmostOne() {
        for (float gamma : new float[] {1e30f, 1e12f, 1e9f, 3e38f}) {
            FocalLoss focal = FocalLoss.binary().withGamma(gamma).withReduction(Reduction.SUM);
            Loss asymmetric = new AsymmetricLossMultiLabel().withGammaNeg(gamma).withGammaPos(gamma).withClip(0)
                    .withEps(0);
            for (float x : new float[] {18.42f, 16, 20, 30, 60, 90, -18.42f}) {
                for (int t = 0; t < 2; t++) {
                    double wrong = t == 0 ? x : -x;
                    double pt = 1 / (1 + Math.exp(wrong));
                    double power = Math.exp(gamma * Math.log1p(-pt));
                    double loss = power * Math.log1p(Math.exp(wrong));
                    double slope = power * (1 - pt + gamma * pt * Math.log1p(Math.exp(wrong)));
                    for (Loss each : List.of(focal, asymmetric)) {
                        double[] found = one(each, x, t);
                        assertEquals(loss, found[0], 1e-5 * loss + 1e-37, each + " of " + x);
                        assertEquals(t == 0 ? slope : -slope, found[1], 2e-5 * slope + 1e-37, each + " of " + x);
                    }
                }
            }
        }
        Loss unbounded = new AsymmetricLossMultiLabel().withEps(0);
        assertEquals(INF, one(unbounded, Float.NEGATIVE_INFINITY, 1e-30f)[0]);
        assertEquals(INF, one(unbounded.on(Backend.cpu()), Float.NEGATIVE_INFINITY, 1)[0]);
        assertEquals(INF, one(new AsymmetricLossMultiLabel().withEps(0).withClip(0), Float.POSITIVE_INFINITY,
                0x1.fffffep-1f)[0]);
        assertEquals(INF, one(FocalLoss.binary().withGamma(4), Float.NEGATIVE_INFINITY, 1e-30f)[0]);
    }

    /** A shift of 1 leaves negatives without loss. */
    @Test
    void clipOfOne() {
        Loss loss = new AsymmetricLossMultiLabel().withClip(1);
        for (float x : new float[] {-3, 0, 3, 40, Float.POSITIVE_INFINITY}) {
            assertArrayEquals(new double[] {0, 0}, one(loss, x, 0), 0);
        }
        assertEquals(one(new AsymmetricLossMultiLabel(), -1, 1)[0], one(loss, -1, 1)[0]);
    }

    @Test
    void huberWithoutLine() {
        Loss loss = new HuberLoss().withDelta(Double.POSITIVE_INFINITY);
        for (float e : new float[] {0, 1e-30f, -3, 1e10f, 1e18f}) {
            double[] mse = one(new MSELoss(), e, 0);
            assertArrayEquals(new double[] {mse[0] / 2, mse[1] / 2}, one(loss, e, 0));
        }
        assertArrayEquals(new double[] {INF, -INF}, one(loss, Float.NEGATIVE_INFINITY, 0));
        assertEquals("HuberLoss[delta=Infinity, reduction=mean]", loss.toString());
    }

    @Test
    void binaryTargetsSmoothedAndIgnored() {
        float[] x = Numbers.inputs(60, 1);
        float[] t = Numbers.targets(60, 2);
        float[] smooth = new float[60];
        float[] keep = new float[60];
        for (int i = 0; i < 60; i++) {
            keep[i] = i % 4 == 0 ? 0 : 1;
            if (keep[i] == 0) t[i] = -1;
            smooth[i] = t[i] * 0.8f + 0.1f;
        }
        Tensor posWeight = Tensor.of(new float[] {3});
        for (BCEWithLogitsLoss plain : List.of(new BCEWithLogitsLoss(), new BCEWithLogitsLoss()
                .withPosWeight(posWeight), new BCEWithLogitsLoss().withReduction(Reduction.SUM))) {
            BCEWithLogitsLoss loss = plain.withLabelSmoothing(0.2).withIgnoreIndex(-1);
            assertEquals(loss, loss.withWeight(null));
            assertTrue(loss.toString().contains("labelSmoothing=0.2, ignoreIndex=-1"), loss.toString());
            float[] g = new float[60];
            float[] wanted = new float[60];
            double value = loss.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(g));
            double masked = plain.forwardBackward(Batch.of(Tensor.of(x), Tensor.of(smooth), Tensor.of(wanted))
                    .withWeights(Tensor.of(keep)), Backward.OVERWRITE);
            assertEquals(masked, value, 1e-6 * masked);
            assertArrayEquals(wanted, g, 3e-7f);
            assertEquals(45, loss.totals(Tensor.of(x), Tensor.of(t)).sums()[1]);
            float[] w = Numbers.targets(60, 3);
            float[] both = new float[60];
            for (int i = 0; i < 60; i++) both[i] = w[i] * keep[i];
            for (MeanBy meanBy : MeanBy.values()) {
                assertEquals(plain.withMeanBy(meanBy).forward(Batch.of(Tensor.of(x), Tensor.of(smooth))
                                .withWeights(Tensor.of(both))),
                        loss.withMeanBy(meanBy).forward(Batch.of(Tensor.of(x), Tensor.of(t))
                                .withWeights(Tensor.of(w))), 1e-6 * value);
            }
        }
    }
}
