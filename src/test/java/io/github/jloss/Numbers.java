// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.SplittableRandom;

/** Inputs and targets: always the same for the same seed. */
final class Numbers {

    private static final float[] WILD = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e38f,
        -1e38f, Float.MAX_VALUE, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, Float.MIN_NORMAL, 18.42f, -18.42f, 88.7f,
        -88.7f, 104f, -104f, 1e-20f, -1e20f};

    private Numbers() {}

    /** Bell-shaped, as logits and regression outputs are, and some of 30 times that size. */
    static float[] inputs(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) (random.nextGaussian() * (i % 11 == 10 ? 60 : 2));
        return x;
    }

    /** Inputs of which every third is an infinity, NaN, subnormal or otherwise on the edge of something. */
    static float[] wild(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = inputs(n, seed);
        for (int i = 0; i < n; i += 3) x[i] = WILD[random.nextInt(WILD.length)];
        return x;
    }

    /** Hard and soft targets, a third each: 0, 1, and between. */
    static float[] targets(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] t = new float[n];
        for (int i = 0; i < n; i++) t[i] = random.nextInt(3) < 2 ? random.nextInt(2) : (float) random.nextDouble();
        return t;
    }
}
