// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.Warmup.Race;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Scalar reductions until those on vectors, with the same bits, are compiled. See {@link Warmup}. */
final class WarmingReductions implements Reductions {

    /** Elements of a round; every other one has a tail. */
    private static final int ROUND = 1024;
    private static final int TAIL = 5;

    private final Reductions vector;
    private final Warmup.Usage usage = new Warmup.Usage();
    private volatile Reductions now = SCALAR;

    WarmingReductions(Reductions vector) {
        this.vector = vector;
    }

    private void used(int n) {
        if (now == SCALAR && usage.isEnough(n)) {
            float[] in = new float[ROUND];
            float[] out = new float[ROUND];
            MemorySegment segment = Arena.ofAuto().allocate(ROUND * Float.BYTES, Float.BYTES);
            int[] rounds = new int[2];
            Warmup.run(new Race(() -> round(vector, in, out, segment, rounds, 0),
                    () -> round(SCALAR, in, out, segment, rounds, 1),
                    won -> usage.end(won, () -> now = vector)));
        }
    }

    private static void round(Reductions reductions, float[] in, float[] out, MemorySegment segment, int[] rounds,
            int who) {
        in[0] = reductions.max(in, 0, ROUND - rounds[who]++ % 2 * TAIL);
        boolean hard = reductions.areZerosAndOnes(in, 0, ROUND) && reductions.areZerosAndOnes(segment, 0, ROUND);
        in[1] = hard ? 1 : 0;
        for (int half = GROUP / 2; half <= ROUND / 2; half *= 4) {
            reductions.zip(in, 0, half, out, 0, GROUP);
            reductions.unzip(out, 0, GROUP, in, 0, half);
        }
    }

    @Override
    public float max(float[] array, int from, int n) {
        float max = now.max(array, from, n);
        used(n);
        return max;
    }

    @Override
    public boolean areZerosAndOnes(float[] array, int from, int n) {
        used(n);
        return now.areZerosAndOnes(array, from, n);
    }

    @Override
    public boolean areZerosAndOnes(MemorySegment segment, long bytes, int n) {
        used(n);
        return now.areZerosAndOnes(segment, bytes, n);
    }

    @Override
    public void zip(float[] in, int from, int half, float[] out, int to, int stride) {
        now.zip(in, from, half, out, to, stride);
        used(2 * half);
    }

    @Override
    public void unzip(float[] in, int from, int stride, float[] out, int to, int half) {
        now.unzip(in, from, stride, out, to, half);
        used(2 * half);
    }
}
