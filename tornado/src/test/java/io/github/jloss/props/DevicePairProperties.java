// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static io.github.jloss.props.Places.DEVICE;
import static io.github.jloss.props.Places.ROUNDING;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.EmbeddingLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.props.PairProperties.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Losses of pairs and triplets on the device are those of the CPU, but for the last digits.
 *
 * <p>A distance is a sum of positive terms, in another order, each of which a power p makes p times as uncertain: its
 * rounding is some ulps of itself, or of 1 for a cosine; what a loss subtracts keeps that. So losses are compared to
 * 1e-6 of the loss and of what was subtracted for it, and gradients to 16 roundings of the row's largest term: the
 * largest gradient, or the largest of a pair that is alike or that is not, of which a gradient between them is a part.
 */
class DevicePairProperties {

    private static final double LOSS = 1e-6;
    private static final double GRADIENT = 16 * ROUNDING;

    @Provide
    Arbitrary<Rows> small() {
        return PairProperties.problems(Arbitraries.of(0, 1, 2, 7, 64, 257), Arbitraries.of(0, 1, 3, 31, 32, 127, 1030));
    }

    /** More rows than groups at once, more elements than a group has threads for. */
    @Provide
    Arbitrary<Rows> large() {
        return Combinators.combine(
                PairProperties.problems(Arbitraries.of(40_009, 100_003), Arbitraries.of(1, 3, 7)),
                PairProperties.problems(Arbitraries.of(2, 3), Arbitraries.of(70_001, 131_072)),
                Arbitraries.of(true, false)).as((many, wide, which) -> which ? many : wide);
    }

    @Property(tries = 250, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpu(@ForAll("small") Rows p) {
        compare(p);
    }

    @Property(tries = 4, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpuWhenLarge(@ForAll("large") Rows p) {
        compare(p);
    }

    private static void compare(Rows p) {
        SplittableRandom random = new SplittableRandom(p.rows() * 31L + p.length());
        int inputs = p.x().length;
        String what = p.toString();
        if (what.contains("Own")) {
            assertThrows(IllegalArgumentException.class,
                    () -> p.loss(Reduction.SUM).on(DEVICE).forward(p.batch(List.of())));
            return;
        }
        float[] losses = new float[p.rows()];
        p.loss(Reduction.NONE).losses(p.batch(List.of()), Tensor.of(losses));
        double[] sizes = new double[p.rows()];
        double size = 0;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = size(p, i, losses[i]);
            size += sizes[i];
        }
        double[] terms = terms(p);

        try (Places places = new Places(random)) {
            Target target = inputs == 3 ? null : places.of(p.t(), p.rows());
            List<Tensor> x = new ArrayList<>();
            for (float[] input : p.x()) x.add(places.of(input, p.rows(), p.length()));
            Tensor found = places.of(Places.filled(p.rows(), Float.NaN), p.rows());
            p.loss(Reduction.NONE).on(DEVICE).losses(new Batch(x, target, List.of()), found);
            Places.near(what + ", loss", losses, found, Places.filled(p.rows(), Float.NaN), i -> LOSS * sizes[i]);
            float[] foundLosses = Places.floats(found);

            boolean add = random.nextInt(3) == 0;
            double scale = random.nextBoolean() ? 1 : -0.37;
            Backward how = (add ? Backward.ADD : Backward.OVERWRITE).scale(scale);
            List<float[]> before = new ArrayList<>();
            List<Tensor> expected = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            for (float[] input : p.x()) {
                before.add(Places.before(input.length, add, random));
                expected.add(p.tensor(before.getLast().clone()));
                gradients.add(places.of(before.getLast(), p.rows(), p.length()));
            }
            if (!add && random.nextInt(3) == 0) {
                // In place, each where another input is.
                gradients = new ArrayList<>(x);
                Collections.rotate(gradients, 1);
            }
            if (random.nextInt(3) == 0) {
                int missing = random.nextInt(inputs);
                expected.set(missing, null);
                gradients.set(missing, null);
            }
            Batch here = new Batch(p.batch(List.of()).inputs(), p.batch(List.of()).target(), expected);
            Batch there = new Batch(x, target, gradients);
            double[] factors = new double[p.rows()];
            if (random.nextInt(3) == 0) {
                float[] upstream = Places.gaussian(p.rows(), random);
                if (p.rows() > 2) upstream[2] = 0;
                for (int i = 0; i < factors.length; i++) factors[i] = scale * upstream[i];
                p.loss(Reduction.NONE).backward(here, Tensor.of(upstream), how);
                p.loss(Reduction.NONE).on(DEVICE).backward(there, places.of(upstream, p.rows()), how);
            } else {
                EmbeddingLoss<?> loss = p.loss(random.nextBoolean() ? Reduction.MEAN : Reduction.SUM);
                double divisor = random.nextBoolean() ? 7 : loss.reduction() == Reduction.MEAN ? p.rows() : 1;
                Backward delivery = divisor == 7 ? how.divisor(7) : how;
                Arrays.fill(factors, scale / divisor);
                double value = loss.forwardBackward(here, delivery);
                Places.near(what, value, loss.on(DEVICE).forwardBackward(there, delivery), LOSS * size / divisor);
            }
            for (int k = 0; k < inputs; k++) {
                if (expected.get(k) == null) continue;
                // At the corner of a hinge: rounding decides on which side of it.
                Places.near(what + ", gradient " + k + ", " + how, Places.floats(expected.get(k)), gradients.get(k),
                        before.get(k), i -> losses[i / p.length()] == 0 ^ foundLosses[i / p.length()] == 0
                                ? Double.MAX_VALUE : GRADIENT * Math.abs(factors[i / p.length()])
                                * terms[i / p.length()]);
            }
        }
    }

    /** What is rounded on the way to a row's loss, and may be more than that. */
    private static double size(Rows p, int row, double loss) {
        if (p.subject().signs()) return Math.max(1, loss);
        // The square of what a margin of up to 10 is more than a distance; and that of the rounding itself.
        if (p.x().length == 2) return Math.max(loss, Math.max(10 * Math.sqrt(loss), 1e-4));
        double sum = 0;
        double squares = 0;
        for (double[] x : p.row(row)) {
            for (double element : x) {
                sum += Math.abs(element) + 0.25;
                squares += element * element + 0.25;
            }
        }
        // Distances are at most the norm of all elements; if p is 1.5, it is up to n^(1/6) times the one of 2.
        boolean isSum = p.toString().contains("Manhattan");
        return 10 + (isSum ? sum : 2 * Math.sqrt(squares) * Math.pow(Math.max(1, p.length()), 1 / 6.0));
    }

    /** The largest gradient of each row, whatever its target is. */
    private static double[] terms(Rows p) {
        double[] terms = new double[p.rows()];
        float[][] targets = {p.t(), Places.filled(p.rows(), 1), Places.filled(p.rows(), p.subject().signs() ? -1 : 0)};
        for (float[] t : targets) {
            Rows other = new Rows(p.subject(), p.rows(), p.length(), p.x(), t);
            List<Tensor> gradients = other.gradients();
            other.loss(Reduction.SUM).forwardBackward(other.batch(gradients), Backward.OVERWRITE);
            for (Tensor gradient : gradients) {
                float[] floats = Places.floats(gradient);
                for (int i = 0; i < floats.length; i++) {
                    terms[i / p.length()] = Places.larger(terms[i / p.length()], floats[i]);
                }
            }
        }
        for (int i = 0; i < terms.length; i++) {
            for (double[] x : p.row(i)) terms[i] += p.cancelled(x) / GRADIENT;
        }
        return terms;
    }
}
