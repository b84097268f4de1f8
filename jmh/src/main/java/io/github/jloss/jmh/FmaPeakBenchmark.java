// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
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
 * The arithmetic roof: fused multiply-adds in the widest vectors, in chains that do not wait for one another. What a
 * processor has in flight is its latency times its units: 8 vectors where there are two units, 16 where there are four
 * narrow ones.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FmaPeakBenchmark {

    /** Of floats, that each thread does in a call: whole rounds with 12 and with 24 vectors of up to 16. */
    static final int FMAS = 384 << 15;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** AVX2 has 16 registers: 12 chains, two operands. All others that have fma have 32. */
    private static final int CHAINS = SPECIES.length() == 8 ? 12 : 24;

    /** Its square is added in each round, without rounding. What is added to is what the instruction overwrites. */
    private static final float FACTOR = 1 / 64f;

    /** Of floats, that each thread does in a call. */
    @Param("12582912")
    public int size;

    /** Threads, the calling one included. */
    @Param({"1", "2"})
    public int threads;

    private float[] found;
    private Team team;

    /** Starts the helpers, and checks what they compute. */
    @Setup
    public void setUp() {
        found = new float[threads];
        team = new Team(threads, index -> found[index] = CHAINS == 12 ? twelve(rounds()) : twentyFour(rounds()));
        for (float sum : peak()) {
            if (Math.abs(sum - expected()) > 1e-6 * expected()) {
                throw new IllegalStateException("fma peak: found " + sum + ", expected " + expected());
            }
        }
    }

    /** Ends the helpers. */
    @TearDown
    public void tearDown() {
        team.close();
    }

    /**
     * What is measured.
     *
     * @return the sums, so that they must be computed
     */
    @Benchmark
    public float[] peak() {
        team.run();
        return found;
    }

    private int rounds() {
        return size / CHAINS / SPECIES.length();
    }

    /** The sum of all lanes of all chains. Chain i starts with i, counted from 1. */
    private float expected() {
        float end = (CHAINS + 1) / 2f + rounds() * FACTOR * FACTOR;
        return CHAINS * SPECIES.length() * end;
    }

    private static FloatVector start(float number) {
        return FloatVector.broadcast(SPECIES, number);
    }

    private static float twelve(int rounds) {
        FloatVector x = start(FACTOR);
        FloatVector y = start(FACTOR);
        FloatVector a = start(1);
        FloatVector b = start(2);
        FloatVector c = start(3);
        FloatVector d = start(4);
        FloatVector e = start(5);
        FloatVector f = start(6);
        FloatVector g = start(7);
        FloatVector h = start(8);
        FloatVector i = start(9);
        FloatVector j = start(10);
        FloatVector k = start(11);
        FloatVector l = start(12);
        for (int round = 0; round < rounds; round++) {
            a = x.fma(y, a);
            b = x.fma(y, b);
            c = x.fma(y, c);
            d = x.fma(y, d);
            e = x.fma(y, e);
            f = x.fma(y, f);
            g = x.fma(y, g);
            h = x.fma(y, h);
            i = x.fma(y, i);
            j = x.fma(y, j);
            k = x.fma(y, k);
            l = x.fma(y, l);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l)
                .reduceLanes(VectorOperators.ADD);
    }

    private static float twentyFour(int rounds) {
        FloatVector x = start(FACTOR);
        FloatVector y = start(FACTOR);
        FloatVector a = start(1);
        FloatVector b = start(2);
        FloatVector c = start(3);
        FloatVector d = start(4);
        FloatVector e = start(5);
        FloatVector f = start(6);
        FloatVector g = start(7);
        FloatVector h = start(8);
        FloatVector i = start(9);
        FloatVector j = start(10);
        FloatVector k = start(11);
        FloatVector l = start(12);
        FloatVector m = start(13);
        FloatVector n = start(14);
        FloatVector o = start(15);
        FloatVector p = start(16);
        FloatVector q = start(17);
        FloatVector r = start(18);
        FloatVector s = start(19);
        FloatVector t = start(20);
        FloatVector u = start(21);
        FloatVector v = start(22);
        FloatVector w = start(23);
        FloatVector z = start(24);
        for (int round = 0; round < rounds; round++) {
            a = x.fma(y, a);
            b = x.fma(y, b);
            c = x.fma(y, c);
            d = x.fma(y, d);
            e = x.fma(y, e);
            f = x.fma(y, f);
            g = x.fma(y, g);
            h = x.fma(y, h);
            i = x.fma(y, i);
            j = x.fma(y, j);
            k = x.fma(y, k);
            l = x.fma(y, l);
            m = x.fma(y, m);
            n = x.fma(y, n);
            o = x.fma(y, o);
            p = x.fma(y, p);
            q = x.fma(y, q);
            r = x.fma(y, r);
            s = x.fma(y, s);
            t = x.fma(y, t);
            u = x.fma(y, u);
            v = x.fma(y, v);
            w = x.fma(y, w);
            z = x.fma(y, z);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l)
                .add(m).add(n).add(o).add(p).add(q).add(r).add(s).add(t).add(u).add(v).add(w).add(z)
                .reduceLanes(VectorOperators.ADD);
    }
}
