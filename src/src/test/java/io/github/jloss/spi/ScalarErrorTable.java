package io.github.jloss.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Measures the error of the functions of {@link Scalar} at every float of their domains, against double precision.
 *
 * <p>Prints a Markdown table, or JSON with {@code --json}; progress goes to the error stream. Errors are in ulp of
 * the exact result, 2^-149 where that is subnormal. The references are double compositions without cancellation of
 * functions that are good to 1 double ulp by specification: together a few double ulp, less than 1e-8 float ulp.
 */
public final class ScalarErrorTable {

    /** Powers are measured at these exponents; each has a reference of a few double operations. */
    private static final float[] EXPONENTS = {0.5f, 1f, 1.5f, 2f, 2.5f, 3f, 4f, 8f};

    /** Bases of powers: every POW_STEP-th float, a prime, because the eight exponents at every float take minutes. */
    private static final int POW_STEP = 13;

    /** log 2. */
    private static final double LOG_2 = Math.log(2);

    /** Floats per task of the parallel stream. */
    private static final int CHUNK = 1 << 17;

    private ScalarErrorTable() {}

    /** A function of one float. */
    @FunctionalInterface
    interface FloatFunction {
        float apply(float x);
    }

    /** The exact value, as a double. */
    @FunctionalInterface
    interface Reference {
        double apply(double x);
    }

    /** One row: the function, its reference, and the domain as a range of the float's bits. */
    record Subject(
            String name, String domain, FloatFunction function, Reference reference, float last, int step) {}

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
        all.add(new Subject("expNeg(a)", "[0, inf]", Scalar::expNeg,
                ScalarErrorTable::expNeg, Float.POSITIVE_INFINITY, 1));
        all.add(new Subject("log1pUnit(e)", "[0, 1]", Scalar::log1pUnit, Math::log1p, 1f, 1));
        all.add(new Subject("log(x)", "[0, inf]", Scalar::log, Math::log, Float.POSITIVE_INFINITY, 1));
        all.add(new Subject("softplusNeg(a)", "[0, inf]", Scalar::softplusNeg,
                ScalarErrorTable::softplusNeg, Float.POSITIVE_INFINITY, 1));
        all.add(new Subject("sigmoidNeg(a)", "[0, inf]", Scalar::sigmoidNeg, a -> {
            double e = expNeg(a);
            return e / (1 + e);
        }, Float.POSITIVE_INFINITY, 1));
        for (float g : EXPONENTS) {
            all.add(new Subject("pow(b, " + g + ")", "[0, 1]", b -> Scalar.pow(b, g), power(g), 1f, POW_STEP));
        }
        return all;
    }

    /** e^-a; past 120 it is below 1e-7 of the smallest subnormal float, and 0 stands for it. */
    private static double expNeg(double a) {
        return a > 120 ? 0 : Math.exp(-a);
    }

    /** log(1 + e^-a); below 2^-30 the next term of its series, a^2 / 8, is below the double's ulp. */
    private static double softplusNeg(double a) {
        return a < 0x1p-30 ? LOG_2 - a / 2 : Math.log1p(expNeg(a));
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
     * @param progress whether to tell the error stream how far it is
     * @return the errors found
     */
    static Result measure(Subject subject, int step, boolean progress) {
        int last = Float.floatToRawIntBits(subject.last());
        int regular = last / step + 1;
        int chunks = (regular + CHUNK - 1) / CHUNK;
        AtomicInteger done = new AtomicInteger();
        Part sum = IntStream.range(0, chunks).parallel().mapToObj(chunk -> {
            int to = Math.min(regular, (chunk + 1) * CHUNK);
            Part part = part(subject, chunk * CHUNK, to, step);
            int ready = done.incrementAndGet();
            if (progress && ready * 4L / chunks != (ready - 1) * 4L / chunks) {
                System.err.println(subject.name() + ": " + ready * 100L / chunks + " %");
            }
            return part;
        }).reduce(Part::and).orElseThrow();
        int count = regular;
        if (last % step != 0) {
            double error = error(subject.function().apply(subject.last()), subject.reference().apply(subject.last()));
            sum = sum.and(new Part(error, subject.last(), error));
            count++;
        }
        return new Result(count, sum.max, sum.at, sum.sum / count);
    }

    private static Part part(Subject subject, int from, int to, int step) {
        FloatFunction function = subject.function();
        Reference reference = subject.reference();
        double max = -1;
        float at = 0;
        double sum = 0;
        for (int i = from; i < to; i++) {
            float x = Float.intBitsToFloat(i * step);
            double error = error(function.apply(x), reference.apply(x));
            sum += error;
            // The negation lets a NaN in, and then nothing replaces it.
            if (!(error <= max) && !Double.isNaN(max)) {
                max = error;
                at = x;
            }
        }
        return new Part(max, at, sum);
    }

    /**
     * Measures and prints.
     *
     * @param args {@code --json} or nothing
     */
    public static void main(String[] args) {
        boolean json = List.of(args).contains("--json");
        List<String> lines = new ArrayList<>();
        for (Subject subject : subjects()) {
            Result result = measure(subject, subject.step(), true);
            String format = json
                    ? "  {\"function\": \"%s\", \"domain\": \"%s\", \"floats\": %d, \"maxUlp\": %.4f, \"at\": \"%s\","
                            + " \"meanUlp\": %.4f}"
                    : "| `%s` | %s | %d | %.3f | %s | %.3f |";
            lines.add(String.format(Locale.ROOT, format, subject.name(), subject.domain(), result.floats(),
                    result.max(), result.at(), result.mean()));
        }
        if (json) {
            System.out.println("[\n" + String.join(",\n", lines) + "\n]");
        } else {
            System.out.println("| function | domain | floats checked | max ulp | at | mean ulp |");
            System.out.println("|---|---|---:|---:|---:|---:|");
            lines.forEach(System.out::println);
        }
    }
}
