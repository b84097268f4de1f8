// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static io.github.jloss.props.Places.DEVICE;

import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.OverlapLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import io.github.jloss.props.OverlapProperties.Problem;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * The overlap losses on the device are those of the CPU, but for the last digits.
 *
 * <p>The sums of both are exact but for 1e-13; what differs is the rounding of the classes' exps, which are added in
 * another order: two or three ulps, 2e-7, in an activation, less in a sum of them. So scores are compared to 6e-8, one
 * rounding, and what a loss makes of one to 1e-6 of itself besides, and gradients to 1e-6 of the largest term, which
 * is the largest slope of an activation times the 1/4 that the activation's own slope is at most. A power below 1 makes
 * more of it, near 0.
 */
class DeviceOverlapProperties {

    private static final double SCORE = 6e-8;
    private static final double RELATIVE = 1e-6;

    /** Regions without a pixel's worth in them, of a few, and of more than there are threads in a group. */
    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpu(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int scale) {
        compare(new Problem(seed, 1 << scale), seed);
    }

    /** Up to 100,000 pixels of up to 4 classes in up to 3 images. */
    @Property(tries = 4, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpuWhenLarge(@ForAll long seed) {
        compare(new Problem(seed, 100_000), seed);
    }

    private static void compare(Problem p, long seed) {
        SplittableRandom random = new SplittableRandom(seed + 1);
        long[] shape = p.input().shape();
        String what = p.loss + " of " + Arrays.toString(shape);
        boolean add = random.nextInt(3) == 0;
        Backward how = (add ? Backward.ADD : Backward.OVERWRITE).scale(random.nextBoolean() ? 1 : -0.37);
        boolean divides = random.nextInt(3) == 0;
        how = divides ? how.divisor(7) : how;
        float[] before = Places.before(p.x.length, add, random);
        float[] expected = before.clone();
        double value = p.loss.forwardBackward(batch(p, p.input(), p.target(), Tensor.of(expected, shape)), how);
        double power = p.power(value);
        double tolerance = (SCORE + RELATIVE * Math.abs(value)) * (1 + power);
        double term = term(p, divides ? Backward.OVERWRITE.divisor(7) : Backward.OVERWRITE);

        Loss there = p.loss.on(DEVICE);
        try (Places places = new Places(random)) {
            Tensor x = places.of(p.x, shape);
            Target t = p.labels == null ? places.of(p.t, shape) : random.nextBoolean() ? p.target()
                    : Labels.of(Arrays.stream(p.labels).asLongStream().toArray(), new long[] {p.images, p.pixels});
            Totals totals = random.nextInt(4) == 0 ? there.totals(batch(p, x, t, null)) : null;
            Places.near(what + ", alone", p.loss.forward(batch(p, p.input(), p.target(), null)),
                    totals == null ? there.forward(batch(p, x, t, null)) : there.finish(totals), tolerance);
            Tensor gradient = add ? places.of(before, shape) : switch (random.nextInt(3)) {
                case 0 -> x;
                case 1 -> t instanceof Tensor floats ? floats : x;
                default -> places.of(before, shape);
            };
            if (totals != null) {
                there.backward(batch(p, x, t, gradient), totals, how);
            } else {
                Places.near(what, value, there.forwardBackward(batch(p, x, t, gradient), how), tolerance);
            }
            // An activation and a target that are equal but for rounding may be in either order.
            p.value();
            if (p.corner < 1e-6) return;
            Places.near(what + ", gradient, " + how, expected, gradient, before, i -> RELATIVE * (1 + power) * term);
        }
    }

    private static Batch batch(Problem p, Tensor input, Target target, Tensor gradient) {
        return new Batch(List.of(input), target, Collections.singletonList(gradient), p.weights);
    }

    /** The largest gradient of a logit is what the slopes allow, unless they cancel. */
    private static double term(Problem p, Backward how) {
        float[] gradient = new float[p.x.length];
        Tensor slopes = Tensor.of(gradient, p.input().shape());
        double factor = 1;
        if (p.fromLogits) {
            double[] logits = new double[p.x.length];
            for (int i = 0; i < logits.length; i++) logits[i] = p.x[i];
            double[] activations = p.activation(logits);
            float[] activated = new float[logits.length];
            for (int i = 0; i < logits.length; i++) activated[i] = (float) activations[i];
            ((OverlapLoss<?>) p.loss).withFromLogits(false).forwardBackward(
                    batch(p, Tensor.of(activated, p.input().shape()), p.target(), slopes), how);
            factor = 0.25;
        } else {
            p.loss.forwardBackward(batch(p, p.input(), p.target(), slopes), how);
        }
        double most = 0;
        for (float g : gradient) most = Places.larger(most, factor * g);
        return most;
    }
}
