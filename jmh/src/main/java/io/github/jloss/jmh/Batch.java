package io.github.jloss.jmh;

import java.util.SplittableRandom;

/**
 * What a loss is measured on: Gaussian logits against hard targets, 30 % of them 1; for the regression losses Gaussian
 * numbers on both sides. Always the same, so that all engines and forks see the same branches and the same values.
 */
record Batch(float[] input, float[] target) {

    private static final long SEED = 20_250_925;

    private static final double POSITIVES = 0.3;

    static Batch of(String loss, int size) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] input = new float[size];
        float[] target = new float[size];
        boolean hard = Losses.takesLogits(loss);
        for (int i = 0; i < size; i++) {
            input[i] = (float) random.nextGaussian();
            target[i] = hard ? (random.nextDouble() < POSITIVES ? 1 : 0) : (float) random.nextGaussian();
        }
        return new Batch(input, target);
    }
}
