// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Measures the error of the functions of {@link Scalar} at every float of their domains, against double precision.
 * Errors are in ulp of the exact result, 2^-149 where that is subnormal.
 *
 * <p>The references are double compositions without cancellation of functions that are good to 1 double ulp by
 * specification: together a few double ulp, less than 1e-8 float ulp.
 */
final class Accuracy {

    /** Powers are measured at these exponents; each has a reference of a few double operations. */
    private static final float[] EXPONENTS = {0.5f, 1f, 1.5f, 2f, 2.5f, 3f, 4f, 8f};

    /** The bound in ulp at each of them. */
    private static final double[] POW_BOUNDS = {1.2, 1.0, 1.5, 1.4, 1.8, 1.7, 2.2, 3.8};

    /** Bases of powers: every POW_STEP-th float, a prime, because the eight exponents at every float take minutes. */
    private static final int POW_STEP = 13;

    /** log 2. */
    private static final double LOG_2 = Math.log(2);

    /** Floats per task of the parallel stream. */
    private static final int CHUNK = 1 << 17;

    private Accuracy() {}

    /** A function of one float, as a formula: every back end can compute it. */
    interface Function extends PointwiseFormula {
        float of(float x);

        @Override
        default float value(float x, float t) {
            return of(x);
        }

        @Override
        default float gradient(float x, float t) {
            return 0;
        }
    }

    private record ExpNeg() implements Function {
        @Override
        public float of(float a) {
            return Scalar.expNeg(a);
        }
    }

    private record Log1pUnit() implements Function {
        @Override
        public float of(float e) {
            return Scalar.log1pUnit(e);
        }
    }

    private record Log() implements Function {
        @Override
        public float of(float x) {
            return Scalar.log(x);
        }
    }

    private record SoftplusNeg() implements Function {
        @Override
        public float of(float a) {
            return Scalar.softplusNeg(a);
        }
    }

    private record SigmoidNeg() implements Function {
        @Override
        public float of(float a) {
            return Scalar.sigmoidNeg(a);
        }
    }

    private record Pow(float g) implements Function {
        @Override
        public float of(float b) {
            return Scalar.pow(b, g);
        }
    }

    /** Values of a function, as the losses of elements. */
    private static final class Values extends PointwiseLoss<Values> {
        Values(Function function) {
            super(function, Reduction.NONE);
        }
    }

    /** The exact value, as a double. */
    @FunctionalInterface
    interface Reference {
        double apply(double x);
    }

    /** One row: the function, its reference, the domain from 0 to last, its documented bound in ulp, and the step. */
    record Subject(
            String name,
            String domain,
            Function function,
            Reference reference,
            float last,
            double bound,
            int step) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** What was found: how many floats, the greatest error and where, the mean error. */
    record Result(long floats, double max, float at, double mean) {}

    /** Partial result of a range of floats. */
    private record Part(double max, float at, double sum) {

        Part and(Part other) {
            // A NaN error must win, and between equals the first.
            boolean keep = Double.isNaN(max) || !Double.isNaN(other.max) && max >= other.max;
            return new Part(keep ? max : other.max, keep ? at : other.at, sum + other.sum);
        }
    }

    /**
     * All functions and their domains.
     *
     * @return the rows of the table
     */
    static List<Subject> subjects() {
        List<Subject> all = new ArrayList<>();
        all.add(new Subject("expNeg(a)", "[0, inf]", new ExpNeg(),
                Accuracy::expNeg, Float.POSITIVE_INFINITY, 1.1, 1));
        all.add(new Subject("log1pUnit(e)", "[0, 1]", new Log1pUnit(), Accuracy::log1p, 1f, 1.4, 1));
        all.add(new Subject("log(x)", "[0, inf]", new Log(), Math::log, Float.POSITIVE_INFINITY, 1.2, 1));
        all.add(new Subject("softplusNeg(a)", "[0, inf]", new SoftplusNeg(),
                Accuracy::softplusNeg, Float.POSITIVE_INFINITY, 2.3, 1));
        all.add(new Subject("sigmoidNeg(a)", "[0, inf]", new SigmoidNeg(), a -> {
            double e = expNeg(a);
            return e / (1 + e);
        }, Float.POSITIVE_INFINITY, 2.5, 1));
        for (int i = 0; i < EXPONENTS.length; i++) {
            float g = EXPONENTS[i];
            all.add(new Subject("pow(b, " + g + ")", "[0, 1]", new Pow(g), power(g), 1f,
                    POW_BOUNDS[i], POW_STEP));
        }
        return all;
    }

    /**
     * e^-a. Past 120 it is below 1e-7 of the smallest subnormal float, and 0 stands for it. Below 2^-18 three terms
     * of the series are within a double's ulp; most floats are there, and Math.exp takes five times as long.
     */
    private static double expNeg(double a) {
        if (a < 0x1p-18) {
            return 1 - (a - a * a / 2);
        }
        return a > 120 ? 0 : Math.exp(-a);
    }

    /** log(1 + e), below 2^-18 by three terms of the series, again within a double's ulp. */
    private static double log1p(double e) {
        return e < 0x1p-18 ? e - e * e * (0.5 - e / 3) : Math.log1p(e);
    }

    /** log(1 + e^-a); below 2^-18 the series is log 2 - a / 2 + a^2 / 8, its next term in a^4. */
    private static double softplusNeg(double a) {
        return a < 0x1p-18 ? LOG_2 - a * (0.5 - a / 8) : log1p(expNeg(a));
    }

    /** b^g by multiplications and one square root, each rounded to double; Math.pow takes ten times as long. */
    private static Reference power(float g) {
        int whole = (int) g;
        boolean half = g != whole;
        return b -> {
            double power = half ? Math.sqrt(b) : 1;
            for (int i = 0; i < whole; i++) {
                power *= b;
            }
            return power;
        };
    }

    /**
     * The error of a float, in float ulp of the exact value.
     *
     * @param value what was computed
     * @param exact what it should be
     * @return the error; NaN if only one of the two is NaN, or if one is infinite and the other not the same
     */
    static double error(float value, double exact) {
        if (value == exact || Float.isNaN(value) && Double.isNaN(exact)) {
            return 0;
        }
        if (Float.isInfinite(value) || Double.isInfinite(exact)) {
            return Double.NaN;
        }
        // A float ulp is 2^29 double ulps of the same binade.
        return Math.abs(value - exact) / Math.max(Math.ulp(exact) * 0x1p29, 0x1p-149);
    }

    /**
     * Measures a function at every step-th float of its domain, and at both ends.
     *
     * @param subject function and domain
     * @param step distance between the bits of two floats measured
     * @param backend computes the function
     * @param progress told how far it is, from 0 to 1, by any thread
     * @return the errors found
     */
    static Result measure(Subject subject, int step, Backend backend,
            DoubleConsumer progress) {
        int last = Float.floatToRawIntBits(subject.last());
        int regular = last / step + 1;
        int chunks = (regular + CHUNK - 1) / CHUNK;
        AtomicLong done = new AtomicLong();
        Part sum = IntStream.range(0, chunks).parallel().mapToObj(chunk -> {
            int to = Math.min(regular, (chunk + 1) * CHUNK);
            Part part = part(subject, chunk * CHUNK, to, step, backend);
            progress.accept((double) done.incrementAndGet() / chunks);
            return part;
        }).reduce(Part::and).orElseThrow();
        int count = regular;
        if (last % step != 0) {
            float[] one = {subject.last()};
            double error = error(values(subject, one, backend)[0], subject.reference().apply(subject.last()));
            sum = sum.and(new Part(error, subject.last(), error));
            count++;
        }
        return new Result(count, sum.max, sum.at, sum.sum / count);
    }

    private static float[] values(Subject subject, float[] inputs, Backend backend) {
        float[] values = new float[inputs.length];
        Tensor x = Tensor.of(inputs, inputs.length);
        new Values(subject.function()).on(backend).forward(x, x, Tensor.of(values, values.length));
        return values;
    }

    private static Part part(Subject subject, int from, int to, int step, Backend backend) {
        float[] inputs = new float[to - from];
        for (int i = from; i < to; i++) {
            inputs[i - from] = Float.intBitsToFloat(i * step);
        }
        float[] values = values(subject, inputs, backend);
        Reference reference = subject.reference();
        double max = -1;
        float at = 0;
        double sum = 0;
        for (int i = from; i < to; i++) {
            float x = inputs[i - from];
            double error = error(values[i - from], reference.apply(x));
            sum += error;
            // The negation lets a NaN in, and then nothing replaces it.
            if (!(error <= max) && !Double.isNaN(max)) {
                max = error;
                at = x;
            }
        }
        return new Part(max, at, sum);
    }
}
