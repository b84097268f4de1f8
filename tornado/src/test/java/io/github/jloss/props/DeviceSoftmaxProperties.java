// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static io.github.jloss.props.Places.DEVICE;
import static io.github.jloss.props.Places.ROUNDING;

import io.github.jloss.Backward;
import io.github.jloss.Labels;
import io.github.jloss.Reduction;
import io.github.jloss.SoftmaxLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.props.SoftmaxProperties.Kind;
import io.github.jloss.props.SoftmaxProperties.Rows;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * The softmax family on the device is that of the CPU, but for the last digits.
 *
 * <p>Both take the same exp, log and powers of the same differences; what differs is the order in which the exps of a
 * row are added, up to some hundreds for each thread, whose rounding grows as its root: a few ulps. In (1 - p)^gamma
 * they count 1 + gamma times. So losses are compared to 1e-6 (1 + gammas), 16 roundings, and gradients to 24 roundings
 * times (1 + gammas) of the largest term: the row's largest gradient or, where several classes have targets, what
 * these take away and what the softmax gives, which may cancel.
 */
class DeviceSoftmaxProperties {

    private static final double LOSS = 1e-6;
    private static final double GRADIENT = 24 * ROUNDING;

    @Provide
    Arbitrary<Rows> rows() {
        return new SoftmaxProperties().rows();
    }

    /** More rows than threads in the largest grid, more pixels, more classes than a group goes through at once. */
    @Provide
    Arbitrary<Rows> largeRows() {
        Arbitrary<int[]> sizes = Arbitraries.of(new int[] {300_007, 2, 1}, new int[] {262_145, 1, 1},
                new int[] {2, 3, 131_101}, new int[] {3, 100_003, 1}, new int[] {2, 70, 4099});
        return Combinators.combine(rows(), sizes).as((r, size) -> {
            float[] weights = r.weights() == null ? null : new float[size[1]];
            for (int c = 0; weights != null && c < size[1]; c++) weights[c] = c % 3 == 2 ? 0 : 1 + c % 5;
            return r.kind() == Kind.ASYMMETRIC && size[2] > 1 ? r : new Rows(r.kind(), size[0], size[1], size[2],
                    r.smoothing(), r.gamma(), r.gammaOthers(), weights, r.ignores(), r.spread(), r.seed());
        });
    }

    @Property(tries = 120, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpu(@ForAll("rows") Rows r) {
        compare(r);
    }

    @Property(tries = 3, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpuWhenLarge(@ForAll("largeRows") Rows r) {
        compare(r);
    }

    private static void compare(Rows r) {
        SplittableRandom random = new SplittableRandom(r.seed() + 9);
        String what = r.loss(Reduction.NONE) + " of " + Arrays.toString(r.shape());
        Tensor input = r.tensor(r.input());
        int[] labels = labels(r, random);
        Target target = r.soft() ? r.target() : random.nextBoolean() ? Labels.of(labels, r.rowShape())
                : Labels.of(Arrays.stream(labels).asLongStream().toArray(), r.rowShape());
        double focus = 1 + r.gamma() + r.gammaOthers();

        float[] losses = new float[r.rows()];
        r.loss(Reduction.NONE).forward(input, target, Tensor.of(losses, r.rowShape()));
        double size = 0;
        for (float loss : losses) size += Math.abs(loss);
        float[] plain = new float[r.input().length];
        r.loss(Reduction.NONE).backward(input, target, Tensor.of(Places.filled(r.rows(), 1), r.rowShape()),
                r.tensor(plain), Backward.OVERWRITE);
        double[] terms = terms(r, labels, plain);

        try (Places places = new Places(random)) {
            Target there = target instanceof Tensor t ? places.of(Places.floats(t), r.shape()) : target;
            Tensor found = places.of(Places.filled(r.rows(), Float.NaN), r.rowShape());
            r.loss(Reduction.NONE).on(DEVICE).forward(places.of(r.input(), r.shape()), there, found);
            Places.near(what + ", loss", losses, found, Places.filled(r.rows(), Float.NaN),
                    i -> LOSS * focus * Math.abs(losses[i]));

            boolean add = random.nextInt(3) == 0;
            double scale = random.nextBoolean() ? 1 : -0.37;
            Backward how = (add ? Backward.ADD : Backward.OVERWRITE).scale(scale);
            float[] before = Places.before(r.input().length, add, random);
            float[] expected = before.clone();
            Tensor x = places.of(r.input(), r.shape());
            Tensor gradient = !add && random.nextBoolean() ? x : places.of(before, r.shape());
            boolean passesOn = random.nextInt(3) == 0;
            double[] factors = new double[r.rows()];
            if (passesOn) {
                float[] upstream = r.upstream();
                upstream[r.rows() / 2] = 0;
                for (int i = 0; i < factors.length; i++) factors[i] = scale * upstream[i];
                SoftmaxLoss<?> none = r.loss(Reduction.NONE);
                none.backward(input, target, Tensor.of(upstream, r.rowShape()), r.tensor(expected), how);
                none.on(DEVICE).backward(x, there, places.of(upstream, r.rowShape()), gradient, how);
            } else {
                Reduction reduction = random.nextBoolean() ? Reduction.MEAN : Reduction.SUM;
                boolean own = random.nextBoolean();
                double divisor = own ? reduction == Reduction.MEAN ? divisor(r, labels) : 1 : 7;
                Arrays.fill(factors, scale / divisor);
                Backward delivery = own ? how : how.divisor(7);
                SoftmaxLoss<?> loss = r.loss(reduction);
                double value = loss.forwardBackward(input, target, r.tensor(expected), delivery);
                Places.near(what, value, loss.on(DEVICE).forwardBackward(x, there, gradient, delivery),
                        LOSS * focus * size / divisor);
            }
            Places.near(what + ", gradient, " + how, expected, gradient, before,
                    i -> GRADIENT * focus * Math.abs(factors[row(r, i)]) * terms[i]);
        }
    }

    /** Some rows more are ignored than chance takes the label for. */
    private static int[] labels(Rows r, SplittableRandom random) {
        int[] labels = r.labels();
        for (int i = 0; i < labels.length; i++) {
            if (r.ignores() && random.nextInt(9) == 0) labels[i] = SoftmaxProperties.IGNORED;
        }
        return labels;
    }

    /** What MEAN divides by. */
    private static double divisor(Rows r, int[] labels) {
        return r.soft() ? r.rows() : Arrays.stream(labels).filter(y -> !r.ignores() || y != SoftmaxProperties.IGNORED)
                .mapToDouble(r::weight).sum();
    }

    private static int row(Rows r, int i) {
        return r.classLast() ? i / r.classes() : i / r.inner() / r.classes() * r.inner() + i % r.inner();
    }

    /**
     * For each element the largest gradient of its row or, where two terms may cancel, what targets take and what
     * softmax gives; the gradient of the label, or of the surest class, is what all others get.
     */
    private static double[] terms(Rows r, int[] labels, float[] gradient) {
        double[] terms = new double[gradient.length];
        float[] x = r.input();
        float[] t = r.soft() ? r.probabilities() : null;
        boolean cancels = r.soft() || r.smoothing() != 0;
        for (int row = 0; row < r.rows(); row++) {
            double term = 0;
            double most = Double.NEGATIVE_INFINITY;
            int own = 0;
            for (int c = 0; c < r.classes(); c++) {
                int i = r.at(row, c);
                term = Places.larger(term, gradient[i]);
                if (x[i] > most) {
                    most = x[i];
                    own = c;
                }
            }
            own = r.soft() ? own : labels[row];
            double sum = 0;
            double taken = 0;
            double all = 0;
            for (int c = 0; cancels && c < r.classes(); c++) {
                sum += Math.exp(x[r.at(row, c)] - most);
                double target = t != null ? t[r.at(row, c)] : c == own ? 1 : 0;
                double factor = r.weight(c) * ((1 - r.smoothing()) * target + r.smoothing() / r.classes());
                taken = Math.max(taken, factor);
                all += factor;
            }
            for (int c = 0; c < r.classes(); c++) {
                double largest = !cancels ? 0 : c == own ? all : Math.max(taken, all / sum);
                terms[r.at(row, c)] = Math.max(term, largest);
            }
        }
        return terms;
    }
}
