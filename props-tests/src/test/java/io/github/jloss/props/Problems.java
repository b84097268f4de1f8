// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backend;
import io.github.jloss.FocalLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.Tensor;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;

/** Random problems: every loss, with options, shapes of up to four dimensions, hard and soft targets. */
abstract class Problems {

    static final Backend BEST = Backend.cpu();
    static final Backend SCALAR = Backend.cpu().device("scalar");

    private static final float[] EXTREME = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e38f,
        -1e38f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, Float.MIN_NORMAL, 1e-20f, 89, -104, 17.5f, -18.42f};

    /** A loss that awaits its inputs. */
    record Subject(Function<Reduction, Loss> losses, Reference reference) {}

    /** Problems whose floats are all of moderate size. */
    @Provide
    Arbitrary<Problem> problems() {
        return shapes().flatMap(shape -> problems(shape, false));
    }

    /** Problems in which one input in three is an infinity, a NaN, huge or next to nothing. */
    @Provide
    Arbitrary<Problem> extremeProblems() {
        return shapes().flatMap(shape -> problems(shape, true));
    }

    /** From no dimension to four, up to 300 elements, none among them. */
    @Provide
    Arbitrary<long[]> shapes() {
        long[] longest = {0, 300, 17, 6, 4};
        return Arbitraries.integers().between(0, 4).flatMap(rank ->
                Arbitraries.longs().between(0, longest[rank]).array(long[].class).ofSize(rank));
    }

    static Arbitrary<Problem> problems(long[] shape, boolean extreme) {
        int n = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        Arbitrary<Long> seeds = Arbitraries.longs();
        Arbitrary<Double> spreads = Arbitraries.of(0.1, 2.0, 10.0, 30.0);
        return Combinators.combine(subjects(shape, n), seeds, spreads).as((subject, seed, spread) -> {
            SplittableRandom random = new SplittableRandom(seed);
            boolean isResidual = subject.reference instanceof Residual;
            float[] x = new float[n];
            float[] t = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) (random.nextGaussian() * spread);
                t[i] = isResidual ? (float) random.nextGaussian() : target(random);
                if (extreme && random.nextInt(3) == 0) x[i] = EXTREME[random.nextInt(EXTREME.length)];
            }
            return new Problem(subject.losses, subject.reference, shape, x, t);
        });
    }

    /** Hard or soft. */
    static float target(SplittableRandom random) {
        return random.nextBoolean() ? random.nextInt(2) : (float) random.nextDouble();
    }

    private static Arbitrary<Subject> subjects(long[] shape, int n) {
        return Arbitraries.oneOf(
                Arbitraries.of(new Subject(r -> new MSELoss().withReduction(r), new Residual(Residual.Kind.SQUARED, 0)),
                        new Subject(r -> new L1Loss().withReduction(r), new Residual(Residual.Kind.ABSOLUTE, 0)),
                        new Subject(r -> new BCEWithLogitsLoss().withReduction(r), new Logistic(i -> 1, i -> 1))),
                bounds().map(b -> new Subject(r -> new SmoothL1Loss().withBeta(b).withReduction(r), new Residual(
                        b == 0 ? Residual.Kind.ABSOLUTE : Residual.Kind.SMOOTH, b))),
                bounds().map(b -> b == 0 ? 1 : b).map(b -> new Subject(r -> new HuberLoss().withDelta(b)
                        .withReduction(r),
                        new Residual(Residual.Kind.HUBER, b))),
                Combinators.combine(weights(), weights()).as((p, q) -> new Subject(
                        r -> new WeightedBCEWithLogitsLoss().withWP(p).withWN(q).withReduction(r), new Logistic(i -> p,
                                i -> q))),
                Combinators.combine(smallerShapes(shape), smallerShapes(shape), Arbitraries.longs(),
                        Arbitraries.integers().between(0, 3)).as((a, b, seed, which) ->
                        weighted(which % 2 == 0 ? Weights.of(a, shape, n, seed) : null,
                                which < 2 ? Weights.of(b, shape, n, seed + 1) : null)),
                asymmetric(), focal());
    }

    private static Subject weighted(Weights weight, Weights posWeight) {
        Tensor w = weight == null ? null : weight.tensor();
        Tensor v = posWeight == null ? null : posWeight.tensor();
        return new Subject(r -> new BCEWithLogitsLoss().withWeight(w).withPosWeight(v).withReduction(r), new Logistic(
                i -> (weight == null ? 1.0 : weight.expanded()[i]) * (posWeight == null ? 1 : posWeight.expanded()[i]),
                i -> weight == null ? 1 : weight.expanded()[i]));
    }

    private static Arbitrary<Subject> asymmetric() {
        Arbitrary<Double> gammas = Arbitraries.oneOf(Arbitraries.of(0.0, 0.5, 1.0, 2.0, 4.0), uniform(0, 5));
        Arbitrary<Double> clips = Arbitraries.oneOf(Arbitraries.of(0.0, (double) 0.05f), uniform(0.02, 0.5));
        Arbitrary<Double> epses = Arbitraries.of(0.0, (double) 1e-8f, (double) 1e-4f);
        Arbitrary<Boolean> flags = Arbitraries.of(false, true);
        return Combinators.combine(gammas, gammas, clips, epses, flags).as((gn, gp, clip, eps, frozen) -> new Subject(
                r -> new AsymmetricLossMultiLabel().withGammaNeg(gn).withGammaPos(gp).withClip(clip).withEps(eps)
                        .withDisableGradFocal(frozen).withReduction(r),
                new Asymmetric(gn, gp, clip, eps, frozen)));
    }

    private static Arbitrary<Subject> focal() {
        Arbitrary<Double> gammas = Arbitraries.oneOf(Arbitraries.of(0.0, 0.5, 1.0, 2.0, 4.0), uniform(0, 5));
        Arbitrary<Double> alphas = Arbitraries.oneOf(Arbitraries.of(Double.NaN, 0.0, 0.25, 1.0), uniform(0, 1));
        Arbitrary<Double> thresholds = Arbitraries.of(0.0, 0.25, 0.5, 0.75);
        return Combinators.combine(gammas, alphas, thresholds).as((gamma, alpha, threshold) -> new Subject(r -> {
            FocalLoss loss = FocalLoss.binary().withGamma(gamma).withReduction(r);
            loss = alpha.isNaN() ? loss : loss.withAlpha(alpha);
            return threshold == 0 ? loss : loss.withReducedThreshold(threshold);
        }, new Focal(gamma, alpha, threshold)));
    }

    /** Numbers that floats hold: the reference must not know better than the loss. */
    private static Arbitrary<Double> uniform(double from, double to) {
        return Arbitraries.floats().between((float) from, (float) to).map(f -> f == 0 ? 0 : (double) f)
                .filter(d -> d == 0 || d > 1e-6);
    }

    private static Arbitrary<Double> bounds() {
        return Arbitraries.oneOf(Arbitraries.of(0.0, 0.5, 1.0), uniform(0.01, 20));
    }

    static Arbitrary<Double> weights() {
        return Arbitraries.oneOf(Arbitraries.of(0.0, 1.0), uniform(0, 10));
    }

    /** Shapes that broadcast to a given one: leading dimensions left out, others 1. */
    static Arbitrary<long[]> smallerShapes(long[] shape) {
        BiFunction<Integer, Integer, long[]> shrink = (rank, ones) -> {
            long[] smaller = Arrays.copyOfRange(shape, shape.length - rank, shape.length);
            for (int i = 0; i < rank; i++) {
                if ((ones >> i & 1) != 0) {
                    smaller[i] = 1;
                }
            }
            return smaller;
        };
        return Combinators.combine(Arbitraries.integers().between(0, shape.length),
                Arbitraries.integers().between(0, 15)).as(shrink::apply);
    }
}
