package io.github.jloss.cli;

import io.github.jloss.Loss;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.Random;

/** Teaches a network the digits. The loss, and the gradient that the network learns from, come from the library. */
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

    private final Loss loss;
    private final Settings settings;
    private final Digits train = Digits.forTraining();
    private final Digits heldOut = Digits.heldOut();
    private final Random random;
    private final Mlp model;
    private long steps;

    Training(Loss loss, Settings settings) {
        this.loss = loss;
        this.settings = settings;
        this.random = new Random(settings.seed);
        this.model = new Mlp(Digits.PIXELS, settings.hidden, Digits.CLASSES, random);
    }

    /** Every digit once, in a new order, batch by batch. Returns the mean of the batches' losses. */
    double epoch() {
        int[] order = shuffled();
        double sum = 0;
        int batches = 0;
        for (int from = 0; from < order.length; from += settings.batch) {
            sum += step(Arrays.copyOfRange(order, from, Math.min(from + settings.batch, order.length)));
            batches++;
        }
        return sum / batches;
    }

    private double step(int[] rows) {
        float[] pixels = new float[rows.length * Digits.PIXELS];
        float[] wanted = new float[rows.length * Digits.CLASSES];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(train.pixels(), rows[i] * Digits.PIXELS, pixels, i * Digits.PIXELS, Digits.PIXELS);
            wanted[i * Digits.CLASSES + train.labels()[rows[i]]] = 1;
        }
        float[] scores = new float[wanted.length];
        model.forward(pixels, scores, rows.length);

        float[] gradient = new float[wanted.length];
        double value = loss.forwardBackward(batch(scores), batch(wanted), batch(gradient));

        model.learn(pixels, gradient, rows.length, rate());
        return value;
    }

    private double rate() {
        long stepsPerEpoch = (train.size() + settings.batch - 1) / settings.batch;
        return settings.rate * (1 - (double) steps++ / (stepsPerEpoch * settings.epochs));
    }

    private static Tensor batch(float[] data) {
        return Tensor.of(data, data.length / Digits.CLASSES, Digits.CLASSES);
    }

    private int[] shuffled() {
        int[] order = new int[train.size()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    int heldOutSize() {
        return heldOut.size();
    }

    /** How many of the digits that it never trained on the model recognises. */
    int recognised() {
        float[] scores = new float[heldOut.size() * Digits.CLASSES];
        model.forward(heldOut.pixels(), scores, heldOut.size());
        int right = 0;
        for (int row = 0; row < heldOut.size(); row++) {
            int best = 0;
            for (int c = 1; c < Digits.CLASSES; c++) {
                if (scores[row * Digits.CLASSES + c] > scores[row * Digits.CLASSES + best]) best = c;
            }
            if (best == heldOut.labels()[row]) right++;
        }
        return right;
    }
}
