// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Batch;
import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Learns from digits and their kinds: each kind has a direction of its own, which is learnt, too. */
final class MarginEmbedding extends Embedding {

    private final float[] directions = new float[Digits.CLASSES * SIZE];
    private final float[] gradient = new float[directions.length];
    private final Adam adam = new Adam(directions);

    MarginEmbedding(Random random) {
        super(true);
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) random.nextGaussian();
        }
    }

    @Override
    public Lesson lesson(int[] digits, Random random) {
        int[] labels = Arrays.stream(digits).map(digit -> train.labels()[digit]).toArray();
        return new Lesson(train.images(digits), Labels.of(labels));
    }

    @Override
    public Batch batch(Tensor outputs, Target target, Tensor outputsGradient) {
        return new Batch(List.of(outputs, Tensor.of(directions, Digits.CLASSES, SIZE)), target,
                List.of(outputsGradient, Tensor.of(gradient, Digits.CLASSES, SIZE)));
    }

    @Override
    public void learn(double rate) {
        adam.step(gradient, rate);
    }
}
