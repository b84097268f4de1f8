// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.Tensor;
import java.util.Arrays;

/**
 * A program that does nothing but call a loss, from the first call on. Prints the milliseconds that the first 1, 100
 * and 1,000 calls took together, those after which calls were as fast as they ever got (within a factor of two), and
 * the microseconds of such a call.
 */
final class ColdCalls {

    private static final int CALLS = 1000;

    /** For how long calls go on after that. */
    private static final long NANOS = 6_000_000_000L;

    private ColdCalls() {}

    /**
     * Runs in a JVM of its own.
     *
     * @param arguments a loss, a shape, and whether to wait until calls are fast
     */
    public static void main(String... arguments) {
        Subject subject = Subjects.of(arguments[0]);
        Shape shape = Shape.of(arguments[1]);
        boolean waits = Boolean.parseBoolean(arguments[2]);
        Data data = subject.data().apply(shape);
        long start = System.nanoTime();
        Criterion loss = subject.criterion().apply(shape);
        Batch batch = data.batch(Tensor::of);
        long[] ends = new long[CALLS];
        for (int i = 0; i < CALLS; i++) {
            loss.forwardBackward(batch, Backward.OVERWRITE);
            ends[i] = System.nanoTime() - start;
        }
        // Whether calls got fast is judged by tenths of a second, so that one call more or less does not matter.
        double[] perCall = new double[(int) (NANOS / 100_000_000)];
        Arrays.fill(perCall, Double.POSITIVE_INFINITY);
        for (int i = 1; i < CALLS; i++) note(perCall, ends[i], ends[i] - ends[i - 1]);
        long now = ends[CALLS - 1];
        while (waits && now < NANOS) {
            loss.forwardBackward(batch, Backward.OVERWRITE);
            long then = System.nanoTime() - start;
            note(perCall, then, then - now);
            now = then;
        }
        double best = Arrays.stream(perCall).min().orElseThrow();
        int fast = 0;
        while (perCall[fast] > 2 * best) fast++;
        System.out.printf("%f %f %f %f %f%n", ends[0] / 1e6, ends[99] / 1e6, ends[CALLS - 1] / 1e6,
                (fast + 1) * 100.0, best / 1e3);
    }

    private static void note(double[] perCall, long end, long nanos) {
        int tenth = (int) (end / 100_000_000);
        if (tenth < perCall.length) perCall[tenth] = Math.min(perCall[tenth], nanos);
    }
}
