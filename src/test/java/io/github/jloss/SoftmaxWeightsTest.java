// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights and masks of rows, in both layouts and all ways of calling. */
class SoftmaxWeightsTest {

    private static final Backend SCALAR = Backend.cpu().device("scalar");

    /** Losses of labels of up to five classes, and of probabilities; every branch of the engine. */
    private static List<SoftmaxLoss<?>> losses(int[] size, Reduction reduction) {
        int classes = size[1];
        float[] classWeights = Numbers.targets(classes, 3);
        for (int c = 0; c < classes; c++) classWeights[c] += 0.25f;
        Tensor weight = Tensor.of(classWeights);
        return List.of(
                new CrossEntropyLoss().withReduction(reduction),
                new CrossEntropyLoss().withReduction(reduction).withWeight(weight).withIgnoreIndex(0),
                new CrossEntropyLoss().withReduction(reduction).withWeight(weight).withLabelSmoothing(0.1),
                new CrossEntropyLoss().withReduction(reduction).withExcludedClasses(classes - 1, 1),
                new NLLLoss().withReduction(reduction).withWeight(weight),
                new SoftmaxFocalLoss().withGamma(1.5).withReduction(reduction),
                new SoftmaxFocalLoss().withReducedThreshold(0.25).withReduction(reduction),
                size[2] > 1 ? new CrossEntropyLoss().withReduction(reduction).withLabelSmoothing(1)
                        : new AsymmetricLossSingleLabel().withReduction(reduction));
    }

    /** Rows, some of which count for nothing and hold anything. */
    private static final class Data {

        final long[] shape;
        final long[] rowShape;
        final int rows;
        final int classes;
        final int inner;
        final float[] x;
        final int[] labels;
        final float[] weights;
        final float[] soft;

        Data(int outer, int classes, int inner) {
            this.classes = classes;
            this.inner = inner;
            rows = outer * inner;
            shape = inner == 1 ? new long[] {outer, classes} : new long[] {outer, classes, inner};
            rowShape = inner == 1 ? new long[] {outer} : new long[] {outer, inner};
            x = Numbers.inputs(rows * classes, 1);
            soft = Numbers.targets(x.length, 2);
            labels = new int[rows];
            weights = new float[rows];
            Random random = new Random(rows + classes);
            for (int row = 0; row < rows; row++) {
                labels[row] = random.nextInt(2) * 2;
                weights[row] = random.nextInt(3) * random.nextFloat();
            }
            weights[0] = 0;
            weights[1] = 0.75f;
            labels[1] = 2;
        }

        /** The same with rubbish where the weight is 0. */
        Data hidden() {
            Data d = new Data(rows / inner, classes, inner);
            float[] rubbish = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f};
            for (int row = 0; row < rows; row++) {
                if (weights[row] == 0) {
                    d.labels[row] = row % 2 == 0 ? 1_000_000 : -5;
                    for (int c = 0; c < classes; c++) {
                        d.x[index(row, c)] = rubbish[(row + c) % 4];
                        d.soft[index(row, c)] = rubbish[row % 4];
                    }
                }
            }
            return d;
        }

        int index(int row, int c) {
            return (row / inner * classes + c) * inner + row % inner;
        }

        Target target(boolean probabilities) {
            return probabilities ? Tensor.of(soft, shape) : Labels.of(labels, rowShape);
        }

        Batch batch(Target target, float[] gradient) {
            return Batch.of(Tensor.of(x, shape), target, Tensor.of(gradient, shape))
                    .withWeights(Tensor.of(weights, rowShape));
        }
    }

    private static final int[][] SIZES = {{23, 4, 1}, {5, 4, 3}, {2, 33, 300}, {9, 70, 1}, {1, 64, 20}, {3, 2100, 1}};

    @Test
    void everyWayOfCalling() {
        for (int[] size : SIZES) {
            Data plain = new Data(size[0], size[1], size[2]);
            Data hidden = plain.hidden();
            for (SoftmaxLoss<?> loss : losses(size, Reduction.NONE)) {
                judge(loss, plain, hidden, false);
            }
            judge(new CrossEntropyLoss().withReduction(Reduction.NONE), plain, hidden, true);
            judge(new CrossEntropyLoss().withReduction(Reduction.NONE).withLabelSmoothing(0.2).withExcludedClasses(1)
                    .withWeight(Tensor.of(Numbers.targets(size[1], 3))), plain, hidden, true);
        }
    }

    /** What weights do, from losses and gradients without. */
    private static void judge(SoftmaxLoss<?> loss, Data plain, Data hidden, boolean probabilities) {
        String what = loss + " of " + Arrays.toString(plain.shape);
        float[] single = new float[plain.rows];
        float[] gradient = new float[plain.x.length];
        Target target = plain.target(probabilities);
        float[] ones = new float[plain.rows];
        Arrays.fill(ones, 1);
        loss.forward(Tensor.of(plain.x, plain.shape), target, Tensor.of(single, plain.rowShape));
        loss.backward(Tensor.of(plain.x, plain.shape), target, Tensor.of(ones, plain.rowShape),
                Tensor.of(gradient, plain.shape), Backward.OVERWRITE);

        float[] found = new float[gradient.length];
        Batch batch = hidden.batch(hidden.target(probabilities), found);
        float[] losses = new float[plain.rows];
        loss.losses(batch, Tensor.of(losses, plain.rowShape));
        double sum = 0;
        double size = 0;
        for (int row = 0; row < plain.rows; row++) {
            double expected = (double) plain.weights[row] * single[row];
            sum += expected;
            size += Math.abs(expected);
            assertEquals(expected, losses[row], 3e-7 * Math.abs(expected) + 1e-43, what);
        }
        float[] upstream = Numbers.inputs(plain.rows, 4);
        float[] hiddenUpstream = upstream.clone();
        for (int row = 0; row < plain.rows; row++) {
            hiddenUpstream[row] = plain.weights[row] == 0 ? Float.NaN : upstream[row];
        }
        loss.backward(batch, Tensor.of(hiddenUpstream, plain.rowShape), Backward.OVERWRITE);
        requireGradient(plain, gradient, upstream, 1, found, what);

        for (MeanBy by : MeanBy.values()) {
            SoftmaxLoss<?> mean = loss.withMeanBy(by).withReduction(Reduction.MEAN);
            double divisor = divisor(mean, plain, probabilities);
            assertEquals(sum / divisor, mean.forward(batch), 1e-6 * size / divisor, what + by);
            assertEquals(mean.forward(batch), mean.forwardBackward(batch, Backward.OVERWRITE), what);
            requireGradient(plain, gradient, ones, divisor, found, what);
            Totals totals = mean.totals(batch);
            assertEquals(mean.forward(batch), mean.finish(totals), what);
            assertEquals(divisor, totals.sums()[1], 1e-6 * divisor, what);
            Arrays.fill(found, 5);
            mean.backward(batch, totals, Backward.ADD.scale(-2));
            for (int i = 0; i < found.length; i++) {
                found[i] = (found[i] - 5) / -2;
            }
            for (int row = 0; row < plain.rows; row++) {
                for (int c = 0; c < plain.classes; c++) {
                    int i = plain.index(row, c);
                    double e = plain.weights[row] * gradient[i] / divisor;
                    assertEquals(e, found[i], plain.weights[row] == 0 ? 0 : 1e-6 * (Math.abs(e) + 1), what);
                }
            }
        }
    }

    private static double divisor(SoftmaxLoss<?> loss, Data d, boolean probabilities) {
        SoftmaxOptions o = loss.options();
        double divisor = 0;
        for (int row = 0; row < d.rows; row++) {
            boolean ignored = !probabilities && o.ignored() != null && o.ignored() == d.labels[row];
            boolean counts = d.weights[row] > 0 && !ignored;
            double classWeight = probabilities || o.weight() == null ? 1 : o.weight().get(d.labels[row]);
            divisor += !counts ? 0 : o.meanBy() == MeanBy.COUNT ? 1 : d.weights[row] * classWeight;
        }
        return divisor;
    }

    private static void requireGradient(Data d, float[] single, float[] upstream, double divisor, float[] found,
            String what) {
        for (int row = 0; row < d.rows; row++) {
            for (int c = 0; c < d.classes; c++) {
                int i = d.index(row, c);
                double expected = (double) d.weights[row] * single[i] * upstream[row] / divisor;
                assertEquals(expected, found[i], 1e-6 * Math.abs(expected) + 1e-43, what + " row " + row + ", " + c);
            }
        }
    }

    @Test
    void weightsOfOneAreNoWeights() {
        for (int[] size : SIZES) {
            Data d = new Data(size[0], size[1], size[2]);
            Arrays.fill(d.weights, 1);
            for (SoftmaxLoss<?> loss : losses(size, Reduction.MEAN)) {
                float[] expected = new float[d.x.length];
                float[] found = new float[d.x.length];
                Batch batch = d.batch(d.target(false), found);
                double value = loss.forwardBackward(batch.input(0), batch.target(), Tensor.of(expected, d.shape));
                assertEquals(value, loss.forwardBackward(batch, Backward.OVERWRITE), loss.toString());
                assertArrayEquals(expected, found, loss.toString());
            }
        }
    }

    @Test
    void neitherThreadsNorVectorsLeaveATrace() {
        for (int[] size : new int[][] {{211, 4, 1}, {2, 33, 300}, {60, 700, 1}, {2, 40, 4500}}) {
            Data d = new Data(size[0], size[1], size[2]).hidden();
            for (SoftmaxLoss<?> loss : losses(size, Reduction.MEAN)) {
                float[] expected = new float[d.x.length];
                double value = loss.on(SCALAR).forwardBackward(d.batch(d.target(false), expected),
                        Backward.OVERWRITE);
                for (Backend backend : new Backend[] {Backend.cpu(1), Backend.cpu(3)}) {
                    float[] found = new float[d.x.length];
                    assertEquals(value, loss.on(backend).forwardBackward(d.batch(d.target(false), found),
                            Backward.OVERWRITE), loss.toString());
                    assertArrayEquals(expected, found, loss.toString());
                }
                Tensor gradient = Memory.NATIVE.copy(new float[d.x.length]).reshape(d.shape);
                Batch there = Batch.of(Memory.NATIVE.copy(d.x).reshape(d.shape), d.target(false), gradient)
                        .withWeights(Memory.NATIVE.copy(d.weights).reshape(d.rowShape));
                assertEquals(value, loss.forwardBackward(there, Backward.OVERWRITE), loss.toString());
                assertArrayEquals(expected, Memory.floats(gradient), loss.toString());
            }
        }
    }

    @Test
    void broadcast() {
        Data d = new Data(4, 5, 6);
        CrossEntropyLoss loss = new CrossEntropyLoss();
        float[] expected = new float[d.x.length];
        float[] found = new float[d.x.length];
        Target target = d.target(false);
        float[] images = {0, 1, 2, 0.5f};
        float[] pixels = {1, 0, 3, 0.25f, 0, 1};
        for (Tensor weights : new Tensor[] {Tensor.of(images, 4, 1), Tensor.of(pixels), Tensor.of(pixels, 1, 6),
            Tensor.of(new float[] {3}, new long[0])}) {
            for (int row = 0; row < d.rows; row++) {
                d.weights[row] = weights.rank() == 0 ? 3 : weights.dim(-1) == 1 ? images[row / 6] : pixels[row % 6];
            }
            double value = loss.forwardBackward(d.batch(target, expected), Backward.OVERWRITE);
            assertEquals(value, loss.forwardBackward(d.batch(target, found).withWeights(weights), Backward.OVERWRITE));
            assertArrayEquals(expected, found);
            assertEquals(value, loss.finish(loss.totals(d.batch(target, found).withWeights(weights))));
        }
    }

    /** Masking rows is the same as leaving them out, and pieces with and without weights are one batch. */
    @Test
    void masksAndPieces() {
        for (int classes : new int[] {5, 70}) {
            Data d = new Data(40, classes, 1);
            for (int row = 0; row < d.rows; row++) d.weights[row] = row % 3 == 0 || row >= 30 ? 1 : 0;
            Data hidden = d.hidden();
            hidden.weights[0] = 1;
            d.weights[0] = 1;
            System.arraycopy(d.x, 0, hidden.x, 0, classes);
            hidden.labels[0] = d.labels[0];
            System.arraycopy(d.weights, 0, hidden.weights, 0, d.rows);
            int[] kept = IntStream.range(0, d.rows).filter(r -> d.weights[r] == 1).toArray();
            float[] x = new float[kept.length * classes];
            int[] labels = new int[kept.length];
            for (int i = 0; i < kept.length; i++) {
                System.arraycopy(d.x, kept[i] * classes, x, i * classes, classes);
                labels[i] = d.labels[kept[i]];
            }
            for (SoftmaxLoss<?> loss : losses(new int[] {40, classes, 1}, Reduction.MEAN)) {
                if (loss instanceof SoftmaxFocalLoss focal) loss = focal.withNormalized();
                float[] expected = new float[x.length];
                float[] found = new float[d.x.length];
                double value = loss.forwardBackward(Tensor.of(x, kept.length, classes), Labels.of(labels),
                        Tensor.of(expected, kept.length, classes));
                Batch batch = hidden.batch(hidden.target(false), found);
                assertEquals(value, loss.forwardBackward(batch, Backward.OVERWRITE), 1e-6 * Math.abs(value),
                        loss.toString());
                for (int i = 0; i < kept.length; i++) {
                    for (int c = 0; c < classes; c++) {
                        double e = expected[i * classes + c];
                        assertEquals(e, found[kept[i] * classes + c], 2e-6 * Math.abs(e) + 1e-9, loss.toString());
                    }
                }
                Tensor all = batch.input(0);
                Labels target = (Labels) batch.target();
                Totals weighted = loss.totals(Batch.of(all.slice(0, 30), target.slice(0, 30))
                        .withWeights(batch.weights().slice(0, 30)));
                Totals whole = weighted.merge(loss.totals(all.slice(30, 40), target.slice(30, 40)));
                assertEquals(value, loss.finish(whole), 1e-6 * Math.abs(value), loss.toString());
                float[] piece = new float[10 * classes];
                loss.backward(all.slice(30, 40), target.slice(30, 40), whole, Tensor.of(piece, 10, classes),
                        Backward.OVERWRITE);
                for (int i = 0; i < piece.length; i++) {
                    float expectedPiece = found[30 * classes + i];
                    assertEquals(expectedPiece, piece[i], 2e-6 * Math.abs(expectedPiece) + 1e-9, loss.toString());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {1e38f, 1e-38f, 1e-44f})
    void atTheEndsOfFloat(float w) {
        for (int[] size : new int[][] {{3000, 4, 1}, {400, 70, 1}}) {
            Data d = new Data(size[0], size[1], size[2]);
            Arrays.fill(d.weights, w);
            for (SoftmaxLoss<?> loss : losses(size, Reduction.MEAN)) {
                float[] expected = new float[d.x.length];
                float[] found = new float[d.x.length];
                Batch batch = d.batch(d.target(false), found);
                double value = loss.forwardBackward(batch.input(0), batch.target(), Tensor.of(expected, d.shape));
                assertEquals(value, loss.forwardBackward(batch, Backward.OVERWRITE), 1e-6 * Math.abs(value));
                for (int i = 0; i < found.length; i++) {
                    assertEquals(expected[i], found[i], 1e-6 * Math.abs(expected[i]) + 1e-12, loss.toString());
                }
            }
        }
    }

    @Test
    void everythingMasked() {
        for (int[] size : SIZES) {
            Data d = new Data(size[0], size[1], size[2]);
            Arrays.fill(d.weights, 0);
            Data hidden = d.hidden();
            Arrays.fill(hidden.weights, 0);
            for (SoftmaxLoss<?> loss : losses(size, Reduction.SUM)) {
                float[] found = new float[d.x.length];
                Arrays.fill(found, 7);
                Batch batch = hidden.batch(hidden.target(false), found);
                assertEquals(0, loss.forwardBackward(batch, Backward.ADD));
                for (float f : found) assertEquals(7, f);
                SoftmaxLoss<?> mean = loss.withReduction(Reduction.MEAN);
                assertEquals(Double.NaN, mean.forwardBackward(batch, Backward.OVERWRITE));
                assertArrayEquals(new float[found.length], found);
                assertEquals(0, mean.withEmptyMeanZero().forward(batch));
            }
        }
    }

    @Test
    void errors() {
        Data d = new Data(2, 3, 1);
        CrossEntropyLoss loss = new CrossEntropyLoss();
        float[] gradient = {9, 9, 9, 9, 9, 9};
        Batch batch = d.batch(d.target(false), gradient);
        for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            Batch bad = batch.withWeights(Tensor.of(new float[] {1, wrong}));
            fails("weights: found " + wrong + " at index 1", () -> loss.forwardBackward(bad, Backward.OVERWRITE));
            fails("weights: found " + wrong + " at index 1", () -> loss.forwardBackward(
                    new Batch(bad.inputs(), Tensor.of(d.soft, 2, 3), bad.gradients(), bad.weights()), Backward.ADD));
        }
        fails("weights: shape (3) does not broadcast", () -> loss.forwardBackward(
                batch.withWeights(Tensor.of(new float[3])), Backward.OVERWRITE));
        fails("weights: shape (2, 1) does not broadcast", () -> loss.forwardBackward(
                batch.withWeights(Tensor.of(new float[2], 2, 1)), Backward.OVERWRITE));
        fails("gradient: shares memory with weights", () -> loss.forwardBackward(
                batch.withWeights(Tensor.view(gradient, 0, 2)), Backward.OVERWRITE));
        fails("excludedClasses: found [3]", () -> loss.withExcludedClasses(3).forward(batch));
        fails("excludedClasses: found [0, 1, 2]", () -> loss.withExcludedClasses(2, 1, 0).forward(batch));
        fails("excludedClasses: found -1", () -> loss.withExcludedClasses(-1));
        fails("target[0]: found 1, expected a class that is not among the excluded ones, [1]", () -> loss
                .withExcludedClasses(1).forwardBackward(batch.input(0), Labels.of(1, 2), batch.gradient(0)));
        assertArrayEquals(new float[] {9, 9, 9, 9, 9, 9}, gradient);
        fails("reduction: found NONE with normalized",
                () -> new SoftmaxFocalLoss().withNormalized().withReduction(Reduction.NONE));
        fails("reducedThreshold: found 1.0", () -> new SoftmaxFocalLoss().withReducedThreshold(1));
        fails("reducedThreshold to the power", () -> new SoftmaxFocalLoss().withReducedThreshold(1e-30).withGamma(9));
        assertThrows(IllegalStateException.class,
                () -> new SoftmaxFocalLoss().withNormalized().losses(batch, Tensor.zeros(2)));
    }

    private static void fails(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    /** Excluded classes are as if they were not there. */
    @Test
    void excludedClasses() {
        for (int[] size : SIZES) {
            Data d = new Data(size[0], size[1], size[2]);
            int last = size[1] - 1;
            Data less = new Data(size[0], size[1] - 2, size[2]);
            for (int row = 0; row < d.rows; row++) {
                d.labels[row] = Math.max(d.labels[row], 1);
                less.labels[row] = d.labels[row] - 1;
                for (int c = 0; c < less.classes; c++) {
                    less.x[less.index(row, c)] = d.x[d.index(row, c + 1)];
                    less.soft[less.index(row, c)] = d.soft[d.index(row, c + 1)];
                }
                d.x[d.index(row, 0)] = row % 2 == 0 ? Float.NaN : 1e30f;
                d.x[d.index(row, last)] = row % 3 == 0 ? Float.POSITIVE_INFINITY : 50;
                d.soft[d.index(row, 0)] = Float.NaN;
            }
            for (SoftmaxLoss<?> loss : List.of(new CrossEntropyLoss(), new CrossEntropyLoss().withLabelSmoothing(0.3),
                    new SoftmaxFocalLoss(), new AsymmetricLossSingleLabel())) {
                if (loss instanceof AsymmetricLossSingleLabel && size[2] > 1) continue;
                requireAsIfAbsent(loss, d, less, false);
            }
            requireAsIfAbsent(new CrossEntropyLoss(), d, less, true);
            requireAsIfAbsent(new CrossEntropyLoss().withLabelSmoothing(0.3), d, less, true);
        }
    }

    private static void requireAsIfAbsent(SoftmaxLoss<?> loss, Data d, Data less, boolean probabilities) {
        float[] expected = new float[less.x.length];
        double value = loss.forwardBackward(Tensor.of(less.x, less.shape), less.target(probabilities),
                Tensor.of(expected, less.shape));
        SoftmaxLoss<?> without = loss.withExcludedClasses(d.classes - 1, 0);
        String what = without + " of " + Arrays.toString(d.shape);
        for (Backward how : new Backward[] {Backward.OVERWRITE, Backward.ADD}) {
            float[] found = new float[d.x.length];
            assertEquals(value, without.forwardBackward(Tensor.of(d.x, d.shape), d.target(probabilities),
                    Tensor.of(found, d.shape), how), 1e-6 * Math.abs(value), what);
            for (int row = 0; row < d.rows; row++) {
                assertEquals(0, found[d.index(row, 0)], what);
                assertEquals(0, found[d.index(row, d.classes - 1)], what);
                for (int c = 0; c < less.classes; c++) {
                    double e = expected[less.index(row, c)];
                    assertEquals(e, found[d.index(row, c + 1)], 1e-6 * Math.abs(e) + 2e-7 / d.rows, what);
                }
            }
        }
    }

    /** The focal loss's threshold and norm, against its definition in double and central differences of that. */
    @Test
    void focalOptions() {
        for (int classes : new int[] {3, 70}) {
            Data d = new Data(12, classes, 1);
            Arrays.fill(d.weights, 1);
            d.weights[3] = 0;
            d.weights[4] = 2.5f;
            for (int row = 0; row < d.rows; row += 2) d.x[row * classes + d.labels[row]] += 4;
            for (double threshold : new double[] {0, 0.3}) {
                for (boolean normalized : new boolean[] {false, true}) {
                    for (double gamma : new double[] {0, 1, 2.5}) {
                        SoftmaxFocalLoss loss = new SoftmaxFocalLoss().withGamma(gamma);
                        if (threshold != 0) loss = loss.withReducedThreshold(threshold);
                        if (normalized) loss = loss.withNormalized();
                        judgeFocal(loss, d, gamma, threshold, normalized);
                    }
                }
            }
        }
    }

    private static void judgeFocal(SoftmaxFocalLoss loss, Data d, double gamma, double threshold, boolean normalized) {
        float[] gradient = new float[d.x.length];
        double value = loss.forwardBackward(d.batch(d.target(false), gradient), Backward.OVERWRITE);
        double[] x = new double[d.x.length];
        for (int i = 0; i < x.length; i++) x[i] = d.x[i];
        double expected = focal(d, x, gamma, threshold, normalized);
        assertEquals(expected, value, 1e-6 * expected, loss.toString());
        double step = 1e-5;
        for (int i = 0; i < x.length; i++) {
            double old = x[i];
            x[i] = old + step;
            double above = focal(d, x, gamma, threshold, normalized);
            x[i] = old - step;
            double below = focal(d, x, gamma, threshold, normalized);
            x[i] = old;
            assertEquals((above - below) / (2 * step), gradient[i], 1e-7, loss + " at " + i);
        }
    }

    private static double focal(Data d, double[] x, double gamma, double threshold, boolean normalized) {
        double sum = 0;
        double factors = 0;
        double weights = 0;
        for (int row = 0; row < d.rows; row++) {
            double all = 0;
            for (int c = 0; c < d.classes; c++) all += Math.exp(x[row * d.classes + c]);
            double lp = x[row * d.classes + d.labels[row]] - Math.log(all);
            double p = Math.exp(lp);
            double f = p < (float) threshold ? 1
                    : Math.pow((1 - p) / (threshold == 0 ? 1 : (float) threshold), gamma);
            sum -= d.weights[row] * f * lp;
            factors += d.weights[row] * f;
            weights += d.weights[row];
        }
        return sum / weights / (normalized ? Math.max(factors, 1e-6) : 1);
    }

    static Stream<Runnable> calls() {
        return Arrays.stream(new int[][] {{20, 5, 1}, {10, 100, 1}}).flatMap(size -> {
            Data d = new Data(size[0], size[1], size[2]);
            float[] gradient = new float[d.x.length];
            Batch batch = d.batch(d.target(false), gradient);
            Batch one = batch.withWeights(Tensor.of(new float[] {2}));
            return Stream.concat(losses(size, Reduction.MEAN).stream(),
                    Stream.of(new SoftmaxFocalLoss().withReducedThreshold(0.3).withNormalized()))
                    .map(l -> () -> {
                        l.forwardBackward(batch, Backward.OVERWRITE);
                        l.forwardBackward(one, Backward.ADD);
                        l.forward(batch);
                    });
        });
    }

    @ParameterizedTest
    @MethodSource("calls")
    void allocatesNothing(Runnable call) {
        SoftmaxTest.requireNoGarbage(call);
    }
}
