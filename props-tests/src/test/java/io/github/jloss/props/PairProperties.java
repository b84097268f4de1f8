// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Distance;
import io.github.jloss.EmbeddingLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import io.github.jloss.TripletMarginLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Losses of pairs and triplets against their definitions in double precision, and central differences of those. */
class PairProperties {

    private static final Backend SCALAR = Backend.cpu().device("scalar");
    private static final double STEP = 0x1p-13;

    /** A distance by its definition. */
    private interface Exact {
        double of(double[] u, double[] v);
    }

    /** A loss by its definition: of the row's embeddings and its target. */
    interface ExactLoss {
        double of(double[][] row, double target);
    }

    /** A loss with options, and what it ought to compute. */
    record Subject(Function<Reduction, EmbeddingLoss<?>> losses, ExactLoss exact, boolean signs) {}

    /** Embeddings by input and element; one target for each row. */
    record Rows(Subject subject, int rows, int length, float[][] x, float[] t) {

        EmbeddingLoss<?> loss(Reduction reduction) {
            return subject.losses.apply(reduction);
        }

        Tensor tensor(float[] data) {
            return Tensor.of(data, rows, length);
        }

        List<Tensor> gradients() {
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < x.length; i++) gradients.add(tensor(new float[rows * length]));
            return gradients;
        }

        Batch batch(List<Tensor> gradients) {
            List<Tensor> inputs = new ArrayList<>();
            for (float[] input : x) inputs.add(tensor(input));
            return new Batch(inputs, x.length == 3 ? null : Tensor.of(t), gradients);
        }

        Batch slice(Batch whole, int from, int to) {
            return new Batch(whole.inputs().stream().map(i -> i.slice(from, to)).toList(),
                    x.length == 3 ? null : Tensor.of(t).slice(from, to),
                    whole.gradients().stream().map(i -> i.slice(from, to)).toList());
        }

        double[][] row(int row) {
            double[][] doubles = new double[x.length][length];
            for (int i = 0; i < x.length; i++) {
                for (int k = 0; k < length; k++) doubles[i][k] = x[i][row * length + k];
            }
            return doubles;
        }

        /** Rounding in a cosine's gradient, a difference of vectors of length 1 / |x|; slopes are below 25. */
        double cancelled(double[] embedding) {
            boolean isCosine = loss(Reduction.MEAN).toString().contains("Cosine");
            return isCosine ? 25 * 4 * Reference.ROUNDING / norm(embedding, new double[length], 2, 0) : 0;
        }

        @Override
        public String toString() {
            return loss(Reduction.MEAN) + " of " + rows + " rows of " + length;
        }
    }

    /** A weighted norm of the caller's own: sqrt(sum (1 + k/8) u²). */
    private record Own() implements Distance {

        static double exact(double[] u, double[] v) {
            double sum = 0;
            for (int k = 0; k < u.length; k++) sum += (1 + k / 8.0) * (u[k] - v[k]) * (u[k] - v[k]);
            return Math.sqrt(sum);
        }

        @Override
        public double between(float[] x1, int from1, float[] x2, int from2, int n) {
            double sum = 0;
            for (int k = 0; k < n; k++) sum += (1 + k / 8.0) * Math.pow((double) x1[from1 + k] - x2[from2 + k], 2);
            return Math.sqrt(sum);
        }

        @Override
        public void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance, float[] gradient1,
                float[] gradient2) {
            for (int k = 0; k < n; k++) {
                double u = (double) x1[from1 + k] - x2[from2 + k];
                gradient1[k] = distance == 0 ? 0 : (float) ((1 + k / 8.0) * u / distance);
                gradient2[k] = -gradient1[k];
            }
        }
    }

    private static double norm(double[] u, double[] v, double p, double eps) {
        double sum = 0;
        for (int k = 0; k < u.length; k++) sum += Math.pow(Math.abs(u[k] - v[k] + (float) eps), p);
        return Math.pow(sum, 1 / p);
    }

    private static double cosine(double[] u, double[] v) {
        double a = 1e-12f;
        double b = 1e-12f;
        double dot = 0;
        for (int k = 0; k < u.length; k++) {
            a += u[k] * u[k];
            b += v[k] * v[k];
            dot += u[k] * v[k];
        }
        return 1 - dot / Math.sqrt(a * b);
    }

    private static Subject contrastive(double margin, Distance distance, Exact exact, boolean inverts) {
        ContrastiveLoss loss = new ContrastiveLoss().withMargin(margin).withDistance(distance)
                .withLabelTransform(inverts ? y -> 1 - y : null);
        return new Subject(loss::withReduction, (row, label) -> {
            double y = inverts ? 1 - label : label;
            double d = exact.of(row[0], row[1]);
            return y * d * d + (1 - y) * Math.pow(Math.max(margin - d, 0), 2);
        }, false);
    }

    private static Subject triplet(double margin, double p, double eps, boolean swap) {
        TripletMarginLoss loss = new TripletMarginLoss().withMargin(margin).withP(p).withEps(eps).withSwap(swap);
        return new Subject(loss::withReduction, (row, label) -> {
            double negative = norm(row[0], row[2], p, eps);
            if (swap) negative = Math.min(negative, norm(row[1], row[2], p, eps));
            return Math.max(margin + norm(row[0], row[1], p, eps) - negative, 0);
        }, false);
    }

    private static Arbitrary<Subject> subjects() {
        Arbitrary<Double> margins = Arbitraries.of(-1.0, 0.0, 0.5, 2.0, 10.0);
        Arbitrary<Double> epses = Arbitraries.of(0.0, 1e-6, 0.25);
        Arbitrary<Double> powers = Arbitraries.of(1.0, 1.5, 2.0, 3.0, 7.0);
        Arbitrary<Boolean> flags = Arbitraries.of(false, true);
        return Arbitraries.oneOf(
                Combinators.combine(margins, powers, epses, flags).as((m, p, eps, inverts) -> contrastive(m,
                        Distance.norm(p, eps), (u, v) -> norm(u, v, p, eps), inverts)),
                Combinators.combine(margins, flags).as((m, inverts) -> contrastive(m, Distance.squaredEuclidean(),
                        (u, v) -> Math.pow(norm(u, v, 2, 0), 2), inverts)),
                Combinators.combine(margins, flags).as((m, inverts) -> contrastive(m, Distance.cosine(),
                        PairProperties::cosine, inverts)),
                Combinators.combine(margins, flags).as((m, inverts) -> contrastive(m, new Own(), Own::exact, inverts)),
                Arbitraries.of(-1.0, -0.5, 0.0, 0.3).map(m -> new Subject(
                        new CosineEmbeddingLoss().withMargin(m)::withReduction,
                        (row, t) -> t > 0 ? cosine(row[0], row[1]) : Math.max(1 - cosine(row[0], row[1]) - m, 0),
                        true)),
                Combinators.combine(margins, powers, epses, flags).as(PairProperties::triplet));
    }

    @Provide
    Arbitrary<Rows> problems() {
        return problems(Arbitraries.integers().between(0, 9), Arbitraries.integers().between(0, 40));
    }

    static Arbitrary<Rows> problems(Arbitrary<Integer> rowCounts, Arbitrary<Integer> lengths) {
        return Combinators.combine(subjects(), rowCounts, lengths, Arbitraries.longs(), Arbitraries.of(0.1, 1.0, 4.0))
                .as((subject, rows, length, seed, spread) -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    int inputs = subject.losses.apply(Reduction.MEAN).inputNames().size();
                    float[][] x = new float[inputs][rows * length];
                    for (float[] input : x) {
                        for (int i = 0; i < input.length; i++) input[i] = (float) (random.nextGaussian() * spread);
                    }
                    float[] t = new float[rows];
                    for (int i = 0; i < rows; i++) {
                        t[i] = subject.signs ? 1 - 2 * random.nextInt(2) : Problems.target(random);
                    }
                    return new Rows(subject, rows, length, x, t);
                });
    }

    @Property(tries = 400)
    void values(@ForAll("problems") Rows p) {
        Tensor losses = Tensor.of(new float[p.rows]);
        p.loss(Reduction.NONE).losses(p.batch(List.of()), losses);
        double sum = 0;
        double tolerance = 0;
        for (int row = 0; row < p.rows; row++) {
            double value = p.subject.exact.of(p.row(row), p.t[row]);
            // Up to 32 squares are added in single precision, each with rounding errors of its own; then comes what a
            // margin of up to 10 and a distance lose that nearly cancel.
            double allowed = 4e-6 * (Math.abs(value) + 1);
            assertEquals(value, losses.get(row), allowed, "row " + row);
            sum += value;
            tolerance += allowed;
        }
        assertEquals(sum, p.loss(Reduction.SUM).forward(p.batch(List.of())), tolerance + 1e-12);
        if (p.rows > 0) {
            assertEquals(sum / p.rows, p.loss(Reduction.MEAN).forward(p.batch(List.of())), tolerance / p.rows);
        }
    }

    @Property(tries = 400)
    void gradients(@ForAll("problems") Rows p, @ForAll boolean passesOn) {
        List<Tensor> gradients = p.gradients();
        float[] upstream = new float[p.rows];
        for (int i = 0; i < p.rows; i++) upstream[i] = passesOn ? i % 4 - 1.5f : 1;
        if (passesOn) {
            p.loss(Reduction.NONE).backward(p.batch(gradients), Tensor.of(upstream), Backward.OVERWRITE);
        } else {
            p.loss(Reduction.MEAN).forwardBackward(p.batch(gradients), Backward.OVERWRITE);
        }
        for (int row = 0; row < p.rows; row++) {
            double factor = passesOn ? upstream[row] : 1.0 / p.rows;
            double[][] x = p.row(row);
            for (int i = 0; i < x.length; i++) {
                for (int k = 0; k < p.length; k++) {
                    double wide = slope(p, x, row, i, k, STEP);
                    double narrow = slope(p, x, row, i, k, STEP / 2);
                    // Differences that do not settle are taken across a corner or a pole of the curvature.
                    if (Math.abs(wide - narrow) > 1e-6 * (1 + Math.abs(narrow))) continue;
                    double found = gradients.get(i).get((long) row * p.length + k);
                    assertEquals(narrow * factor, found,
                            (2e-5 * (1 + Math.abs(narrow)) + p.cancelled(x[i])) * Math.abs(factor),
                            "row " + row + ", input " + i + ", element " + k);
                }
            }
        }
    }

    /** By central differences of fourth order. */
    private static double slope(Rows p, double[][] x, int row, int i, int k, double h) {
        double at = x[i][k];
        double[] values = new double[4];
        double[] steps = {-2, -1, 1, 2};
        for (int s = 0; s < 4; s++) {
            x[i][k] = at + steps[s] * h;
            values[s] = p.subject.exact.of(x, p.t[row]);
        }
        x[i][k] = at;
        return (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * h);
    }

    @Property(tries = 200)
    void scalarIsSimd(@ForAll("problems") Rows p) {
        List<Tensor> one = p.gradients();
        List<Tensor> other = p.gradients();
        assertEquals(p.loss(Reduction.SUM).on(SCALAR).forwardBackward(p.batch(one), Backward.OVERWRITE),
                p.loss(Reduction.SUM).forwardBackward(p.batch(other), Backward.OVERWRITE));
        for (int i = 0; i < one.size(); i++) {
            for (long k = 0; k < one.get(i).size(); k++) assertEquals(one.get(i).get(k), other.get(i).get(k));
        }
    }

    /** Pieces add up to the whole: losses in another order, gradients bit by bit. */
    @Property(tries = 200)
    void pieces(@ForAll("problems") Rows p, @ForAll boolean mean) {
        EmbeddingLoss<?> loss = p.loss(mean ? Reduction.MEAN : Reduction.SUM);
        List<Tensor> expected = p.gradients();
        List<Tensor> found = p.gradients();
        Batch whole = p.batch(found);
        double value = loss.forwardBackward(p.batch(expected), Backward.OVERWRITE);
        int cut = p.rows / 3;
        Batch left = p.slice(whole, 0, cut);
        Batch right = p.slice(whole, cut, p.rows);
        Totals merged = loss.totals(right).merge(loss.totals(left));
        assertEquals(loss.totals(whole).sums()[0], merged.sums()[0], 1e-14 * merged.sums()[0]);
        assertEquals(p.rows, merged.sums()[1]);
        assertEquals(value, loss.finish(merged), p.rows == 0 ? 0 : 1e-14 * Math.abs(value));
        loss.backward(left, merged, Backward.OVERWRITE);
        loss.backward(right, merged, Backward.OVERWRITE);
        for (int i = 0; i < expected.size(); i++) {
            for (long k = 0; k < expected.get(i).size(); k++) {
                assertEquals(expected.get(i).get(k), found.get(i).get(k));
            }
        }
    }

    @Property(tries = 200)
    void delivery(@ForAll("problems") Rows p) {
        EmbeddingLoss<?> loss = p.loss(Reduction.MEAN);
        List<Tensor> plain = p.gradients();
        List<Tensor> added = p.gradients();
        for (Tensor t : added) {
            for (long k = 0; k < t.size(); k++) t.set(k, k % 5);
        }
        double sum = p.loss(Reduction.SUM).forwardBackward(p.batch(plain), Backward.OVERWRITE);
        double value = loss.forwardBackward(p.batch(added), Backward.ADD.scale(-2).divisor(4));
        assertEquals(sum / 4, value, 1e-15 * Math.abs(sum));
        for (int i = 0; i < plain.size(); i++) {
            for (long k = 0; k < plain.get(i).size(); k++) {
                double expected = k % 5 - 0.5 * plain.get(i).get(k);
                assertEquals(expected, added.get(i).get(k), 4e-7 * (4 + Math.abs(expected)
                        + Math.abs(plain.get(i).get(k))));
            }
        }
    }

    /** Exchanging the embeddings of a pair exchanges the gradients, bit by bit, where the distance has no eps. */
    @Property(tries = 200)
    void symmetry(@ForAll("problems") Rows p) {
        if (p.x.length == 3 || p.loss(Reduction.SUM).toString().matches(".*eps=(1.0E-6|0.25).*")) return;
        Rows swapped = new Rows(p.subject, p.rows, p.length, new float[][] {p.x[1], p.x[0]}, p.t);
        List<Tensor> one = p.gradients();
        List<Tensor> other = p.gradients();
        double value = p.loss(Reduction.SUM).forwardBackward(p.batch(one), Backward.OVERWRITE);
        double exchanged = p.loss(Reduction.SUM).forwardBackward(swapped.batch(other), Backward.OVERWRITE);
        assertEquals(value, exchanged);
        for (int i = 0; i < 2; i++) {
            for (long k = 0; k < one.get(i).size(); k++) {
                // 0 and -0 are as good as each other.
                assertTrue(one.get(i).get(k) == other.get(1 - i).get(k));
            }
        }
    }
}
