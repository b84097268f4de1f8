// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backward;
import io.github.jloss.Criterion;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.Random;

/** Teaches a network a task. The loss, and the gradient that the network learns from, come from the library. */
final class Training {

    /**
     * How to train.
     *
     * @param epochs times that every digit is seen
     * @param seed of everything random
     * @param hidden units of the hidden layer
     * @param batch digits per step
     * @param rate size of the first step; it shrinks to nothing towards the last
     */
    record Settings(int epochs, long seed, int hidden, int batch, double rate) {}

    /** Makes a task of the random numbers of its training. */
    @FunctionalInterface
    interface Start {
        Task with(Random random);
    }

    private final Criterion loss;
    private final Settings settings;
    private final Random random;
    private final Task task;
    private final Mlp network;
    private final int[] order = new int[Digits.forTraining().size()];
    private long steps;

    Training(Start start, Criterion loss, Settings settings) {
        this.loss = loss;
        this.settings = settings;
        this.random = new Random(settings.seed);
        this.task = start.with(random);
        this.network = new Mlp(task.pixels(), settings.hidden, task.outputs(), random);
    }

    /** Every digit once, in a new order, batch by batch. Returns the mean of the batches' losses. */
    double epoch() {
        shuffle();
        double sum = 0;
        int batches = 0;
        for (int from = 0; from < order.length; from += settings.batch) {
            sum += step(Arrays.copyOfRange(order, from, Math.min(from + settings.batch, order.length)));
            batches++;
        }
        return sum / batches;
    }

    private double step(int[] digits) {
        Lesson lesson = task.lesson(digits, random);
        float[] outputs = network.outputs(lesson.images());
        float[] gradient = new float[outputs.length];
        double value = loss.forwardBackward(task.batch(rows(outputs), lesson.target(), rows(gradient)),
                Backward.OVERWRITE);
        double rate = rate();
        network.learn(lesson.images(), gradient, rate);
        task.learn(rate);
        return value;
    }

    private double rate() {
        long stepsPerEpoch = (order.length + settings.batch - 1) / settings.batch;
        return settings.rate * (1 - (double) steps++ / (stepsPerEpoch * settings.epochs));
    }

    private Tensor rows(float[] data) {
        return Tensor.of(data, data.length / task.outputs(), task.outputs());
    }

    private void shuffle() {
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    /** How well the network does on the digits held out. */
    Score score() {
        return task.score(network);
    }

    /** A picture of what the network does, if the task has one. */
    String picture() {
        return task.picture(network);
    }
}
