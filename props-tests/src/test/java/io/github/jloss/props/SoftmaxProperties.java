// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.LabelSmoothingCrossEntropyLoss;
import io.github.jloss.Labels;
import io.github.jloss.NLLLoss;
import io.github.jloss.Reduction;
import io.github.jloss.SoftTargetCrossEntropyLoss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.SoftmaxLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The softmax family against its definition in double, over shapes, options, labels and probabilities. */
class SoftmaxProperties {

    static final int IGNORED = 7;
    private static final Backend SCALAR = Backend.cpu().device("scalar");

    /** Step of central differences of five points: their error is some 1e-13 of the fifth derivative. */
    private static final double STEP = 1e-3;

    enum Kind { CROSS_ENTROPY, PROBABILITIES, NLL, FOCAL, ASYMMETRIC, SMOOTHED, SOFT }

    /** A loss and a batch; an option that the kind does not have is 0. */
    record Rows(Kind kind, int outer, int classes, int inner, double smoothing, double gamma, double gammaOthers,
            float[] weights, boolean ignores, double spread, long seed) {

        boolean soft() {
            return kind == Kind.PROBABILITIES || kind == Kind.SOFT;
        }

        int rows() {
            return outer * inner;
        }

        boolean classLast() {
            return kind == Kind.SMOOTHED || kind == Kind.SOFT;
        }

        SoftmaxLoss<?> loss(Reduction r) {
            Tensor w = weights == null ? null : Tensor.of(weights);
            long ignored = ignores ? IGNORED : -1;
            return switch (kind) {
                case CROSS_ENTROPY -> new CrossEntropyLoss().withReduction(r).withWeight(w).withIgnoreIndex(ignored)
                        .withLabelSmoothing(smoothing);
                case PROBABILITIES -> new CrossEntropyLoss().withReduction(r).withWeight(w)
                        .withLabelSmoothing(smoothing);
                case NLL -> new NLLLoss().withReduction(r).withWeight(w).withIgnoreIndex(ignored);
                case FOCAL -> new SoftmaxFocalLoss().withGamma(gamma).withReduction(r).withWeight(w)
                        .withIgnoreIndex(ignored);
                case ASYMMETRIC -> new AsymmetricLossSingleLabel().withGammaPos(gamma).withGammaNeg(gammaOthers)
                        .withEps(smoothing).withReduction(r);
                case SMOOTHED -> new LabelSmoothingCrossEntropyLoss().withSmoothing(smoothing).withReduction(r);
                case SOFT -> new SoftTargetCrossEntropyLoss().withReduction(r);
            };
        }

        long[] shape() {
            return kind == Kind.ASYMMETRIC || inner == 1 ? new long[] {outer, classes}
                    : classLast() ? new long[] {outer, inner, classes} : new long[] {outer, classes, inner};
        }

        long[] rowShape() {
            return shape().length == 2 ? new long[] {outer} : new long[] {outer, inner};
        }

        /** Where a row's class is. */
        int at(int row, int c) {
            return classLast() ? row * classes + c : (row / inner * classes + c) * inner + row % inner;
        }

        /** The loss makes sense of any numbers. */
        float[] input() {
            SplittableRandom random = new SplittableRandom(seed);
            float[] x = new float[rows() * classes];
            for (int i = 0; i < x.length; i++) x[i] = Math.round(random.nextGaussian() * spread * 1024) / 1024f;
            return x;
        }

        int[] labels() {
            return new SplittableRandom(seed + 1).ints(rows(), 0, classes).toArray();
        }

        float[] probabilities() {
            SplittableRandom random = new SplittableRandom(seed + 2);
            float[] t = new float[rows() * classes];
            for (int i = 0; i < t.length; i++) t[i] = random.nextInt(4) == 0 ? 0 : (float) random.nextDouble();
            return t;
        }

        Target target() {
            return soft() ? Tensor.of(probabilities(), shape()) : Labels.of(labels(), rowShape());
        }

        Tensor tensor(float[] data) {
            return Tensor.of(data, shape());
        }

        double weight(int c) {
            return weights == null ? 1 : weights[c];
        }

        /** The loss of one row by its definition. */
        double loss(double[] x, int label, float[] t) {
            if (t == null && ignores && label == IGNORED) {
                return 0;
            }
            double most = Arrays.stream(x).max().orElseThrow();
            double logSum = kind == Kind.NLL ? 0
                    : most + Math.log(Arrays.stream(x).map(v -> Math.exp(v - most)).sum());
            double loss = 0;
            for (int c = 0; c < classes; c++) {
                double lp = x[c] - logSum;
                double own = t != null ? t[c] : c == label ? 1 : 0;
                double factor = weight(c) * ((1 - smoothing) * own + smoothing / classes);
                double focus = t != null || c != label ? Math.exp(gammaOthers * lp) : Math.pow(-Math.expm1(lp), gamma);
                loss -= factor == 0 ? 0 : factor * focus * lp;
            }
            return loss;
        }

        double[] row(float[] data, int row) {
            return IntStream.range(0, classes).mapToDouble(c -> data[at(row, c)]).toArray();
        }

        float[] row(Tensor data, int row) {
            float[] r = new float[classes];
            for (int c = 0; c < classes; c++) r[c] = data.get(at(row, c));
            return r;
        }

        float[] losses(Backend backend) {
            float[] losses = new float[rows()];
            loss(Reduction.NONE).on(backend).forward(tensor(input()), target(), Tensor.of(losses, rowShape()));
            return losses;
        }

        float[] gradient(float[] input, float[] upstream, Backend backend) {
            float[] gradient = new float[input.length];
            loss(Reduction.NONE).on(backend).backward(tensor(input), target(), Tensor.of(upstream, rowShape()),
                    tensor(gradient), Backward.OVERWRITE);
            return gradient;
        }

        float[] upstream() {
            SplittableRandom random = new SplittableRandom(seed + 3);
            float[] upstream = new float[rows()];
            for (int i = 0; i < upstream.length; i++) upstream[i] = (float) random.nextGaussian();
            return upstream;
        }

        float[] gradient(Backend backend) {
            return gradient(input(), upstream(), backend);
        }
    }

    @Provide
    Arbitrary<Rows> rows() {
        Arbitrary<Integer> classes = Arbitraries.of(1, 2, 3, 8, 15, 16, 17, 33, 63, 64, 65, 100, 1000, 2049);
        Arbitrary<Integer> outer = Arbitraries.of(1, 2, 5, 16, 33);
        Arbitrary<Integer> inner = Arbitraries.of(1, 1, 3, 64, 257);
        Arbitrary<Double> gammas = Arbitraries.of(0.0, 0.5, 1.0, 2.0, 4.0);
        return Combinators.combine(Arbitraries.of(Kind.class), outer, classes, inner, gammas, gammas,
                Arbitraries.of(0.0, 0.1, 0.5, 1.0), Arbitraries.longs()).as((kind, n, c, d, g, h, a, seed) -> {
                    SplittableRandom random = new SplittableRandom(seed + 4);
                    boolean weighs = random.nextBoolean()
                            && (kind.compareTo(Kind.NLL) <= 0 || kind == Kind.FOCAL);
                    float[] weights = new float[c];
                    for (int i = 0; i < c; i++) weights[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextDouble();
                    boolean smooths = kind != Kind.NLL && kind != Kind.FOCAL && kind != Kind.SOFT;
                    boolean labels = kind == Kind.CROSS_ENTROPY || kind == Kind.NLL || kind == Kind.FOCAL;
                    int pixels = kind == Kind.ASYMMETRIC || n * c * d > 60_000 ? 1 : d;
                    double spread = random.nextInt(3) == 0 ? 8 : 2;
                    return new Rows(kind, n, c, pixels, smooths ? a : 0,
                            kind == Kind.FOCAL || kind == Kind.ASYMMETRIC ? g : 0, kind == Kind.ASYMMETRIC ? h : 0,
                            weighs ? weights : null, labels && random.nextBoolean(), spread, seed);
                });
    }

    @Property(tries = 400)
    void losses(@ForAll("rows") Rows r) {
        float[] x = r.input();
        float[] losses = r.losses(Backend.cpu());
        int[] labels = r.labels();
        Tensor soft = probabilities(r);
        double sum = 0;
        for (int i = 0; i < r.rows(); i++) {
            double expected = r.loss(r.row(x, i), labels[i], soft == null ? null : r.row(soft, i));
            sum += expected;
            assertEquals(expected, losses[i], 1e-6 + 3e-6 * Math.abs(expected), "row " + i);
        }
        double divisor = divisor(r);
        Tensor input = r.tensor(x);
        assertEquals(sum, r.loss(Reduction.SUM).forward(input, r.target()), 1e-6 + 3e-6 * Math.abs(sum));
        double mean = r.loss(Reduction.MEAN).forward(input, r.target());
        if (divisor == 0 && sum == 0) {
            assertEquals(Double.NaN, mean);
        } else if (divisor == 0) {
            assertEquals(Double.POSITIVE_INFINITY, mean);
        } else {
            assertEquals(sum / divisor, mean, 1e-6 + 3e-6 * Math.abs(sum / divisor));
        }
    }

    private static Tensor probabilities(Rows r) {
        return r.soft() ? Tensor.of(r.probabilities()) : null;
    }

    private static double divisor(Rows r) {
        return r.soft() ? r.rows()
                : Arrays.stream(r.labels()).filter(y -> !r.ignores || y != IGNORED).mapToDouble(r::weight).sum();
    }

    @Property(tries = 300)
    void gradients(@ForAll("rows") Rows r) {
        float[] x = r.input();
        float[] upstream = r.upstream();
        float[] gradient = r.gradient(Backend.cpu());
        int[] labels = r.labels();
        Tensor soft = probabilities(r);
        SplittableRandom random = new SplittableRandom(r.seed);
        for (int k = 0; k < 60; k++) {
            int row = random.nextInt(r.rows());
            int c = k % 3 == 0 ? labels[row] : random.nextInt(r.classes);
            float[] t = soft == null ? null : r.row(soft, row);
            double[] around = new double[5];
            for (int step = -2; step <= 2; step++) {
                double[] logits = r.row(x, row);
                logits[c] += step * STEP;
                around[step + 2] = r.loss(logits, labels[row], t);
            }
            double expected = (8 * (around[3] - around[1]) - (around[4] - around[0])) / (12 * STEP) * upstream[row];
            double loss = Math.abs(around[2] * upstream[row]);
            // Rounding of the differences, and of some operations in single precision.
            assertEquals(expected, gradient[r.at(row, c)],
                    1e-9 + 1e-12 * loss + 5e-7 * Math.abs(upstream[row]) + 3e-6 * Math.abs(expected),
                    "row " + row + " class " + c);
        }
    }

    /** What the softmax takes from the classes it gives to others. */
    @Property(tries = 100)
    void gradientsOfARowAddUpToNothing(@ForAll("rows") Rows r) {
        if (r.kind == Kind.NLL) return;
        float[] gradient = r.gradient(Backend.cpu());
        for (int row = 0; row < r.rows(); row++) {
            double sum = 0;
            double size = 0;
            for (double g : r.row(gradient, row)) {
                sum += g;
                size += Math.abs(g);
            }
            assertEquals(0, sum, 4e-6 * size + 1e-7 * Math.abs(r.upstream()[row]));
        }
    }

    /** The logits are multiples of 2^-10, so that the sums are exact. */
    @Property(tries = 100)
    void aConstantAddedToARowChangesNothing(@ForAll("rows") Rows r) {
        if (r.kind == Kind.NLL) return;
        float[] x = r.input();
        for (int i = 0; i < x.length; i++) x[i] += 4096;
        Bits.assertSame(r.gradient(Backend.cpu()), r.gradient(x, r.upstream(), Backend.cpu()));
    }

    @Property(tries = 200)
    void scalarIsSimd(@ForAll("rows") Rows r) {
        same(r, l -> l.on(SCALAR), SCALAR);
    }

    @Property(tries = 60)
    void threadsLeaveNoTrace(@ForAll("rows") Rows r) {
        same(r, l -> l.on(Backend.cpu(2)), Backend.cpu(2));
        same(r, l -> l.on(Backend.cpu(3)), Backend.cpu(3));
    }

    private static void same(Rows r, Function<SoftmaxLoss<?>, SoftmaxLoss<?>> elsewhere, Backend other) {
        Backend one = Backend.cpu(1);
        Bits.assertSame(r.losses(one), r.losses(other));
        Bits.assertSame(r.gradient(one), r.gradient(other));
        SoftmaxLoss<?> loss = r.loss(Reduction.MEAN);
        float[] a = r.input();
        float[] b = r.input();
        Backward add = Backward.ADD.scale(0.5).divisor(3);
        assertEquals(loss.on(one).forwardBackward(r.tensor(r.input()), r.target(), r.tensor(a), add),
                elsewhere.apply(loss).forwardBackward(r.tensor(r.input()), r.target(), r.tensor(b), add));
        Bits.assertSame(a, b);
    }

    /** Over the input, added, and in pieces. */
    @Property(tries = 150)
    void deliveries(@ForAll("rows") Rows r, @ForAll long seed) {
        SoftmaxLoss<?> loss = r.loss(Reduction.MEAN);
        float[] x = r.input();
        float[] expected = new float[x.length];
        double value = loss.forwardBackward(r.tensor(x), r.target(), r.tensor(expected));
        float[] inPlace = x.clone();
        assertEquals(value, loss.forwardBackward(r.tensor(inPlace), r.target(), r.tensor(inPlace)));
        Bits.assertSame(expected, inPlace);

        float[] added = x.clone();
        loss.forwardBackward(r.tensor(x), r.target(), r.tensor(added), Backward.ADD.scale(-2));
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] - 2.0 * expected[i], added[i], 1e-6 * (Math.abs(x[i]) + Math.abs(expected[i])));
        }

        int cut = new SplittableRandom(seed).nextInt(r.outer + 1);
        Totals whole = piece(r, 0, cut, loss::totals).merge(piece(r, cut, r.outer, loss::totals));
        if (Double.isFinite(value)) {
            assertEquals(value, loss.finish(whole), 2e-6 * Math.abs(value));
        } else {
            assertEquals(value, loss.finish(whole));
        }
        float[] pieces = new float[x.length];
        for (int[] ends : new int[][] {{0, cut}, {cut, r.outer}}) {
            piece(r, ends[0], ends[1], (input, target) -> {
                loss.backward(input, target, whole, r.tensor(pieces).slice(ends[0], ends[1]), Backward.OVERWRITE);
                return null;
            });
        }
        for (int i = 0; i < x.length; i++) assertEquals(expected[i], pieces[i], 1e-6 * Math.abs(expected[i]));
    }

    private static <T> T piece(Rows r, int from, int to, BiFunction<Tensor, Target, T> f) {
        long[] shape = r.rowShape();
        shape[0] = to - from;
        Target target = r.soft() ? r.tensor(r.probabilities()).slice(from, to)
                : Labels.of(Arrays.copyOfRange(r.labels(), from * r.inner, to * r.inner), shape);
        return f.apply(r.tensor(r.input()).slice(from, to), target);
    }

    /** Classes have no order: only rounding tells. */
    @Property(tries = 60)
    void classesHaveNoOrder(@ForAll("rows") Rows r) {
        if (r.kind != Kind.CROSS_ENTROPY || r.weights != null || r.ignores) return;
        float[] x = r.input();
        float[] reversed = new float[x.length];
        int[] labels = r.labels();
        for (int row = 0; row < r.rows(); row++) {
            for (int c = 0; c < r.classes; c++) reversed[r.at(row, r.classes - 1 - c)] = x[r.at(row, c)];
            labels[row] = r.classes - 1 - labels[row];
        }
        SoftmaxLoss<?> loss = r.loss(Reduction.SUM);
        float[] one = new float[x.length];
        float[] other = new float[x.length];
        loss.forwardBackward(r.tensor(x), r.target(), r.tensor(one));
        loss.forwardBackward(r.tensor(reversed), Labels.of(labels, r.rowShape()), r.tensor(other));
        for (int row = 0; row < r.rows(); row++) {
            for (int c = 0; c < r.classes; c++) {
                assertEquals(one[r.at(row, c)], other[r.at(row, r.classes - 1 - c)], 2e-6);
            }
        }
    }
}
