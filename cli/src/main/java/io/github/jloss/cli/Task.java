// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Batch;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.Random;

/** Something that a network learns from the digits. */
interface Task {

    /** Pixels of an image that the network is shown. */
    default int pixels() {
        return Digits.PIXELS;
    }

    /** Numbers that the network makes of an image. */
    int outputs();

    /** What the network is shown of some of the digits for training. */
    Lesson lesson(int[] digits, Random random);

    /** The arguments of the loss: the network's outputs, a row for each image of a lesson, and their gradient. */
    default Batch batch(Tensor outputs, Target target, Tensor gradient) {
        return Batch.of(outputs, target, gradient);
    }

    /** One step of what learns beside the network, if anything does. */
    default void learn(double rate) {}

    /** How well the network does on the digits held out. */
    Score score(Mlp network);

    /** A picture of what the network does, line by line. */
    default String picture(Mlp network) {
        return "";
    }
}
