// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Batch;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.List;
import java.util.Random;

/** Learns from pairs: each digit with another one, as often of the same kind as not. */
final class PairEmbedding extends Embedding {

    private final float different;

    /**
     * The task.
     *
     * @param angles whether the loss is one of angles
     * @param different what the loss calls a pair of different digits; an equal pair is 1
     */
    PairEmbedding(boolean angles, float different) {
        super(angles);
        this.different = different;
    }

    @Override
    public Lesson lesson(int[] digits, Random random) {
        int[] shown = new int[2 * digits.length];
        float[] labels = new float[digits.length];
        for (int i = 0; i < digits.length; i++) {
            boolean same = random.nextBoolean();
            shown[i] = digits[i];
            shown[digits.length + i] = same ? alike(digits[i], random) : different(digits[i], random);
            labels[i] = same ? 1 : different;
        }
        return new Lesson(train.images(shown), Tensor.of(labels));
    }

    @Override
    public Batch batch(Tensor outputs, Target target, Tensor gradient) {
        long pairs = outputs.dim(0) / 2;
        return new Batch(List.of(outputs.slice(0, pairs), outputs.slice(pairs, 2 * pairs)), target,
                List.of(gradient.slice(0, pairs), gradient.slice(pairs, 2 * pairs)));
    }
}
