// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.Backward;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.LabelSmoothingCrossEntropyLoss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.NLLLoss;
import io.github.jloss.Reduction;
import io.github.jloss.SoftTargetCrossEntropyLoss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of rows of logits on the device: against double, and where numbers end as on the CPU. */
class SoftmaxTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    private static final long IGNORED = 255_555;

    /** N, C and how many pixels: both kernels, and around the sizes where they and their teams change. */
    private static final int[][] SHAPES = {{1, 1, 1}, {3, 1, 5}, {7, 2, 1}, {5, 7, 1}, {33, 7, 5}, {2, 2, 4096},
        {70, 16, 1}, {4, 63, 1}, {5, 64, 1}, {3, 65, 5}, {9, 127, 1}, {6, 255, 1}, {6, 256, 1}, {7, 257, 1},
        {2, 257, 5}, {1, 256, 4099}, {33, 1000, 1}, {2, 32000, 1}, {1, 32000, 5}, {300_007, 2, 1}};

    /**
     * A loss and its formula.
     *
     * @param make the loss with weights and a reduction
     * @param smoothing a
     * @param gamma of the label's class
     * @param gammaOthers of the other classes
     * @param soft whether targets are probabilities
     * @param weighted whether it takes weights
     * @param ignores whether it knows a label to ignore
     * @param pixels whether it takes a class axis that is not the last
     */
    record Family(String name, BiFunction<Tensor, Reduction, Loss> make, double smoothing, double gamma,
            double gammaOthers, boolean soft, boolean weighted, boolean ignores, boolean pixels) {

        boolean hasOthers() {
            return soft || smoothing != 0;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Family> families() {
        return Stream.of(
                new Family("cross entropy", (w, r) -> new CrossEntropyLoss()
                        .withReduction(r), 0, 0, 0, false, false, false, true),
                new Family("weighted", (w, r) -> new CrossEntropyLoss().withReduction(r).withWeight(w)
                        .withIgnoreIndex(IGNORED),
                        0, 0, 0, false, true, true, true),
                new Family("smoothed", (w, r) -> new CrossEntropyLoss().withReduction(r).withWeight(w)
                        .withIgnoreIndex(IGNORED)
                        .withLabelSmoothing(0.1), 0.1, 0, 0, false, true, true, true),
                new Family("probabilities", (w, r) -> new CrossEntropyLoss()
                        .withReduction(r), 0, 0, 0, true, false, false, true),
                new Family("smoothed probabilities", (w, r) -> new CrossEntropyLoss().withReduction(r).withWeight(w)
                        .withLabelSmoothing(0.2), 0.2, 0, 0, true, true, false, true),
                new Family("soft target", (w, r) -> new SoftTargetCrossEntropyLoss()
                        .withReduction(r), 0, 0, 0, true, false, false,
                        false),
                new Family("label smoothing", (w, r) -> new LabelSmoothingCrossEntropyLoss().withSmoothing(0.1)
                        .withReduction(r), 0.1, 0, 0, false,
                        false, false, false),
                new Family("focal", (w, r) -> new SoftmaxFocalLoss().withGamma(2).withReduction(r).withWeight(w)
                        .withIgnoreIndex(IGNORED),
                        0, 2, 0, false, true, true, true),
                new Family("focal 0.5", (w, r) -> new SoftmaxFocalLoss().withGamma(0.5)
                        .withReduction(r), 0, 0.5, 0, false, false, false, true),
                new Family("asymmetric", (w, r) -> new AsymmetricLossSingleLabel().withGammaPos(1).withGammaNeg(4)
                        .withEps(0.1).withReduction(r), 0.1, 1, 4, false,
                        false, false, false),
                new Family("asymmetric, not smoothed", (w, r) -> new AsymmetricLossSingleLabel().withGammaPos(0.5)
                        .withGammaNeg(2.5).withEps(0).withReduction(r), 0, 0.5,
                        2.5, false, false, false, false));
    }

    /** Random logits, some of them sure and right, and targets for them. */
    private static final class Data {
        final int classes;
        final int inner;
        final int rows;
        final long[] shape;
        final long[] rowShape;
        final float[] x;
        final float[] probabilities;
        final float[] weights;
        final long[] labels;
        final Target target;
        final Random random = new Random(8);

        Data(Family family, int[] sizes, double spread) {
            classes = sizes[1];
            inner = sizes[2];
            rows = sizes[0] * inner;
            shape = inner == 1 ? new long[] {sizes[0], classes} : new long[] {sizes[0], classes, inner};
            rowShape = inner == 1 ? new long[] {rows} : new long[] {sizes[0], inner};
            x = new float[rows * classes];
            probabilities = new float[x.length];
            weights = new float[classes];
            labels = new long[rows];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (spread * random.nextGaussian());
                probabilities[i] = random.nextInt(3) == 0 ? 0 : 2 * random.nextFloat() / classes;
            }
            for (int c = 0; c < classes; c++) {
                weights[c] = c % 5 == 4 ? 0 : random.nextFloat() * 2;
            }
            for (int row = 0; row < rows; row++) {
                labels[row] = random.nextInt(classes);
                if (row % 3 == 0) x[index(row, (int) labels[row])] += 20;
                if (family.ignores && row % 4 == 1) labels[row] = IGNORED;
            }
            target = family.soft ? Tensor.of(probabilities, shape) : Labels.of(labels, rowShape);
        }

        int index(int row, int label) {
            return (row / inner * classes + label) * inner + row % inner;
        }

        Loss loss(Family family, Reduction reduction) {
            return family.make.apply(Tensor.of(weights, classes), reduction);
        }

        Tensor input() {
            return Tensor.of(x, shape);
        }

        /** The loss of a row in double. The gradient goes to g, and the larger of its two terms to top. */
        double row(Family family, int row, double[] g, double[] top) {
            Arrays.fill(g, 0);
            Arrays.fill(top, 0);
            if (labels[row] == IGNORED && !family.soft) return 0;
            int own = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                if (x[index(row, c)] > max) {
                    max = x[index(row, c)];
                    own = c;
                }
            }
            own = family.soft ? own : (int) labels[row];
            double others = 0;
            for (int c = 0; c < classes; c++) {
                others += c == own ? 0 : Math.exp(x[index(row, c)] - max);
            }
            double sum = others + Math.exp(x[index(row, own)] - max);
            double logSum = others < 1 ? Math.log1p(others) : Math.log(sum);
            double a = family.smoothing;
            double loss = 0;
            double slopes = 0;
            double[] slope = new double[classes];
            for (int c = 0; c < classes; c++) {
                double lp = x[index(row, c)] - max - logSum;
                double t = (family.weighted ? weights[c] : 1)
                        * ((1 - a) * (family.soft ? probabilities[index(row, c)] : c == own ? 1 : 0) + a / classes);
                double u = c == own ? others / sum : Math.exp(lp);
                double exponent = c == own ? family.gamma : family.gammaOthers;
                if (t == 0) continue;
                loss -= t * Math.pow(u, exponent) * lp;
                double ratio = u == 0 ? -1 : lp / u;
                slope[c] = t * Math.pow(u, exponent)
                        * (c == own ? 1 - exponent * Math.exp(lp) * ratio : 1 + exponent * lp);
                slopes += c == own ? 0 : slope[c];
            }
            double all = slope[own] + slopes;
            for (int c = 0; c < classes; c++) {
                double taken = c == own ? slopes : all * Math.exp(x[index(row, c)] - max) / sum;
                double term = c == own ? all * others / sum : slope[c];
                g[c] = taken - term;
                top[c] = Math.max(Math.abs(g[c]), Math.max(Math.abs(taken), Math.abs(term)));
            }
            return loss;
        }
    }

    private static float[] poison(int n) {
        float[] floats = new float[n];
        Arrays.fill(floats, Float.NaN);
        return floats;
    }

    /** How wrong something is, in ulps of a float. */
    private static double ulps(double found, double expected, double size) {
        return size < 0x1p-116 && Math.abs(found) < 0x1p-115 ? 0 : Math.abs(found - expected) / Math.ulp((float) size);
    }

    @ParameterizedTest
    @MethodSource("families")
    void isAsAccurateAsTheCpu(Family family) {
        for (double spread : new double[] {1, 6}) {
            for (int[] sizes : SHAPES) {
                if (family.pixels || sizes[2] == 1) {
                    requireAccurate(family, new Data(family, sizes, spread));
                }
            }
        }
    }

    private static void requireAccurate(Family family, Data data) {
        float[][] gradients = {poison(data.x.length), poison(data.x.length)};
        float[][] losses = {poison(data.rows), poison(data.rows)};
        double[] values = new double[2];
        for (int i = 0; i < 2; i++) {
            Loss sum = data.loss(family, Reduction.SUM);
            Loss none = data.loss(family, Reduction.NONE);
            values[i] = (i == 0 ? sum : sum.on(DEVICE)).forwardBackward(data.input(), data.target,
                    Tensor.of(gradients[i], data.shape));
            (i == 0 ? none : none.on(DEVICE)).forward(data.input(), data.target, Tensor.of(losses[i], data.rowShape));
        }
        String what = family + " " + Arrays.toString(data.shape);
        double[] g = new double[data.classes];
        double[] top = new double[data.classes];
        double[] worstLoss = new double[2];
        double[] worstGradient = new double[2];
        double total = 0;
        for (int row = 0; row < data.rows; row++) {
            double loss = data.row(family, row, g, top);
            total += loss;
            for (int i = 0; i < 2; i++) {
                worstLoss[i] = worse(worstLoss[i], ulps(losses[i][row], loss, loss));
                for (int c = 0; c < data.classes; c++) {
                    worstGradient[i] = worse(worstGradient[i], ulps(gradients[i][data.index(row, c)], g[c], top[c]));
                }
            }
        }
        assertEquals(total, values[1], 2e-7 * total, what);
        // Chance makes one or the other better by an ulp or two of 1 - p, which goes into (1 - p)^(1 + gamma).
        double chance = 3 * (1 + family.gamma);
        assertTrue(worstLoss[1] <= 1.5 * worstLoss[0] + chance, what + ": losses " + Arrays.toString(worstLoss));
        assertTrue(worstGradient[1] <= 1.5 * worstGradient[0] + chance,
                what + ": gradients " + Arrays.toString(worstGradient));
    }

    /** NaN is the worst. */
    private static double worse(double a, double b) {
        return a >= b ? a : b;
    }

    @ParameterizedTest
    @MethodSource("families")
    void endsWhereNumbersEndAsOnTheCpu(Family family) {
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e4f,
            -1e4f, 3e38f, -3e38f, -0f};
        for (int[] sizes : new int[][] {{40, 1, 1}, {60, 2, 1}, {60, 7, 1}, {40, 3, 5}, {40, 64, 1}, {9, 65, 5},
            {40, 300, 1}}) {
            if (!family.pixels && sizes[2] != 1) continue;
            Data data = new Data(family, sizes, 2);
            for (int row = 0; row < data.rows; row += 2) {
                for (int k = 0; k < 3; k++) {
                    data.x[data.index(row, data.random.nextInt(data.classes))] = odd[data.random.nextInt(odd.length)];
                }
            }
            for (int row = 0; row < data.rows; row += 7) {
                for (int c = 0; c < data.classes; c++) {
                    data.x[data.index(row, c)] = row % 2 == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
                }
            }
            Loss none = data.loss(family, Reduction.NONE);
            float[] expected = new float[data.rows];
            float[] found = poison(data.rows);
            none.forward(data.input(), data.target, Tensor.of(expected, data.rowShape));
            none.on(DEVICE).forward(data.input(), data.target, Tensor.of(found, data.rowShape));
            requireSameEnds(family + " losses", expected, found);
            float[] upstream = new float[data.rows];
            Arrays.fill(upstream, 1);
            float[] expectedGradient = new float[data.x.length];
            float[] foundGradient = poison(data.x.length);
            none.backward(data.input(), data.target, Tensor.of(upstream, data.rowShape),
                    Tensor.of(expectedGradient, data.shape), Backward.OVERWRITE);
            none.on(DEVICE).backward(data.input(), data.target, Tensor.of(upstream, data.rowShape),
                    Tensor.of(foundGradient, data.shape), Backward.OVERWRITE);
            requireSameEnds(family + " gradient", expectedGradient, foundGradient);
        }
    }

    private static void requireSameEnds(String what, float[] expected, float[] found) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.isFinite(expected[i])) {
                assertEquals(expected[i], found[i], 4e-6f * Math.max(1, Math.abs(expected[i])), what + " at " + i);
            } else {
                assertEquals(expected[i], found[i], what + " at " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void addsScalesAndTakesUpstreamGradients(Family family) {
        for (int[] sizes : new int[][] {{33, 7, 5}, {33, 7, 1}, {70, 100, 1}, {3, 65, 5}}) {
            if (!family.pixels && sizes[2] != 1) continue;
            Data data = new Data(family, sizes, 1);
            Loss none = data.loss(family, Reduction.NONE);
            float[] upstream = new float[data.rows];
            float[] before = new float[data.x.length];
            for (int row = 0; row < data.rows; row++) {
                upstream[row] = row % 5 == 0 ? 0 : (float) data.random.nextGaussian();
            }
            for (int i = 0; i < before.length; i++) {
                before[i] = (float) data.random.nextGaussian();
            }
            float[] expected = before.clone();
            float[] found = before.clone();
            Backward how = Backward.ADD.scale(-0.37);
            none.backward(data.input(), data.target, Tensor.of(upstream, data.rowShape),
                    Tensor.of(expected, data.shape), how);
            try (DeviceTensor x = DEVICE.upload(data.input());
                    DeviceTensor up = DEVICE.upload(Tensor.of(upstream, data.rowShape));
                    DeviceTensor gradient = DEVICE.upload(Tensor.of(before, data.shape))) {
                none.on(DEVICE).backward(x.tensor(), data.target, up.tensor(), gradient.tensor(), how);
                gradient.read(Tensor.of(found, data.shape));
            }
            assertArrayEquals(expected, found, 3e-6f, family.name);
            for (int row = 0; row < data.rows; row += 5) {
                for (int c = 0; c < data.classes; c++) {
                    assertEquals(before[data.index(row, c)], found[data.index(row, c)], family.name);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void mayWriteOverTheInput(Family family) {
        for (int[] sizes : new int[][] {{33, 7, 5}, {33, 7, 1}, {70, 100, 1}, {5, 1000, 1}}) {
            if (!family.pixels && sizes[2] != 1) continue;
            Data data = new Data(family, sizes, 1);
            Loss sum = data.loss(family, Reduction.SUM).on(DEVICE);
            float[] apart = poison(data.x.length);
            double value = sum.forwardBackward(data.input(), data.target, Tensor.of(apart, data.shape));
            float[] found = poison(data.x.length);
            try (DeviceTensor x = DEVICE.upload(data.input())) {
                assertEquals(value, sum.forwardBackward(x.tensor(), data.target, x.tensor()));
                x.read(Tensor.of(found, data.shape));
            }
            assertArrayEquals(apart, found, family.name);
            assertEquals(value, sum.forwardBackward(data.input(), data.target, data.input()));
            assertArrayEquals(apart, data.x, family.name);
        }
    }

    @Test
    void logProbabilitiesAreTakenAsTheyAre() {
        Family family = new Family("nll", (w, r) -> new NLLLoss().withReduction(r).withWeight(w)
                .withIgnoreIndex(IGNORED), 0, 0, 0,
                false, true, true, true);
        for (int[] sizes : SHAPES) {
            Data data = new Data(family, sizes, 3);
            for (int row = 1; row < data.rows; row += 4) {
                data.x[data.index(row, 0)] = Float.NaN; // ignored
            }
            float[] expected = new float[data.x.length];
            float[] found = poison(data.x.length);
            Loss sum = data.loss(family, Reduction.SUM);
            double value = sum.forwardBackward(data.input(), data.target, Tensor.of(expected, data.shape));
            assertEquals(value, sum.on(DEVICE).forwardBackward(data.input(), data.target,
                    Tensor.of(found, data.shape)), 1e-7 * Math.abs(value) + 1e-9 * data.rows);
            assertSameNumbers(expected, found);
            sum.forwardBackward(data.input(), data.target, Tensor.of(expected, data.shape), Backward.ADD.scale(2));
            sum.on(DEVICE).forwardBackward(data.input(), data.target, Tensor.of(found, data.shape),
                    Backward.ADD.scale(2));
            assertArrayEquals(expected, found, 1e-6f);
            Loss none = data.loss(family, Reduction.NONE);
            float[] losses = new float[data.rows];
            float[] foundLosses = poison(data.rows);
            none.forward(data.input(), data.target, Tensor.of(losses, data.rowShape));
            none.on(DEVICE).forward(data.input(), data.target, Tensor.of(foundLosses, data.rowShape));
            assertSameNumbers(losses, foundLosses);
            assertEquals(value, sum.on(DEVICE).forwardBackward(data.input(), data.target, data.input()), 1e-7
                    * Math.abs(value) + 1e-9 * data.rows);
        }
    }

    /** Bits but for the sign of 0. */
    private static void assertSameNumbers(float[] expected, float[] found) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i] + 0f, found[i] + 0f, "at " + i);
        }
    }

    @Test
    void whatIsIgnoredIsZeroWhateverItHolds() {
        for (int classes : new int[] {3, 300}) {
            float[] x = poison(5 * classes);
            float[] g = poison(x.length);
            float[] losses = poison(5);
            Labels labels = Labels.of(-100, -100, -100, -100, -100);
            Loss loss = new CrossEntropyLoss().withLabelSmoothing(0.1).on(DEVICE);
            assertEquals(Double.NaN, loss.forwardBackward(Tensor.of(x, 5, classes), labels,
                    Tensor.of(g, 5, classes)));
            assertArrayEquals(new float[x.length], g);
            new CrossEntropyLoss().withReduction(Reduction.NONE).on(DEVICE).forward(Tensor.of(x, 5, classes), labels,
                    Tensor.of(losses));
            assertArrayEquals(new float[5], losses);
        }
    }
}
