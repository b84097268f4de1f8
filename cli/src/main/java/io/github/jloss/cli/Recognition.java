// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.Random;

/** A score for each of the ten digits, the highest for the right one. */
final class Recognition implements Task {

    private final Digits train = Digits.forTraining();
    private final Digits heldOut = Digits.heldOut();
    private final boolean labelled;

    /**
     * The task.
     *
     * @param labelled whether the loss is told the number of the right digit, or of each digit whether it is the one
     */
    Recognition(boolean labelled) {
        this.labelled = labelled;
    }

    @Override
    public int outputs() {
        return Digits.CLASSES;
    }

    @Override
    public Lesson lesson(int[] digits, Random random) {
        int[] labels = Arrays.stream(digits).map(digit -> train.labels()[digit]).toArray();
        return new Lesson(train.images(digits), labelled ? Labels.of(labels) : oneHot(labels));
    }

    private static Tensor oneHot(int[] labels) {
        float[] wanted = new float[labels.length * Digits.CLASSES];
        for (int row = 0; row < labels.length; row++) {
            wanted[row * Digits.CLASSES + labels[row]] = 1;
        }
        return Tensor.of(wanted, labels.length, Digits.CLASSES);
    }

    @Override
    public Score score(Mlp network) {
        float[] scores = network.outputs(heldOut.pixels());
        int right = 0;
        for (int row = 0; row < heldOut.size(); row++) {
            int best = 0;
            for (int c = 1; c < Digits.CLASSES; c++) {
                if (scores[row * Digits.CLASSES + c] > scores[row * Digits.CLASSES + best]) best = c;
            }
            if (best == heldOut.labels()[row]) right++;
        }
        return Score.accuracy(right, heldOut.size());
    }
}
