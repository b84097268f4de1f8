// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The memory roof: the loop {@code c[i] = a[i] + b[i]}, which the JIT turns into SIMD by itself, over arrays like those
 * of a loss. It reads and writes what value and gradient of a pointwise loss have to read and write.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PlainAddBenchmark {

    /** Elements of each array. */
    @Param({"65536", "1048576", "16777216"})
    public int size;

    /** Threads, the calling one included. */
    @Param({"1", "2"})
    public int threads;

    private float[] a;
    private float[] b;
    private float[] c;
    private Team team;

    /** Makes the arrays and starts the helpers. */
    @Setup
    public void setUp() {
        Data data = Data.numbers(size);
        a = data.inputs().getFirst().data();
        b = data.target().data();
        c = new float[size];
        team = new Team(threads, this::part);
    }

    /** Ends the helpers. */
    @TearDown
    public void tearDown() {
        team.close();
    }

    private void part(int index) {
        add(a, b, c, (int) ((long) size * index / threads), (int) ((long) size * (index + 1) / threads));
    }

    private static void add(float[] a, float[] b, float[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            c[i] = a[i] + b[i];
        }
    }

    /**
     * What is measured.
     *
     * @return the sums, so that they must be computed
     */
    @Benchmark
    public float[] add() {
        team.run();
        return c;
    }
}
