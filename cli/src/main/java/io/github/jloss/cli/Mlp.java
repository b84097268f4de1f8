package io.github.jloss.cli;

import java.util.Random;

/** A network with one hidden layer: pixels in, one score for each class out. */
final class Mlp {

    /** The slope of a hidden unit below 0: units that the losses of one sign (L1) switch off can come back. */
    private static final float LEAK = 0.1f;

    private final int hiddenSize;
    private final Layer first;
    private final Layer second;
    private float[] hidden = {};
    private float[] hiddenGradient = {};

    Mlp(int inputs, int hiddenSize, int outputs, Random random) {
        this.hiddenSize = hiddenSize;
        this.first = new Layer(inputs, hiddenSize, random);
        this.second = new Layer(hiddenSize, outputs, random);
    }

    /** The scores of a batch. */
    void forward(float[] inputs, float[] scores, int batch) {
        if (hidden.length < batch * hiddenSize) {
            hidden = new float[batch * hiddenSize];
            hiddenGradient = new float[hidden.length];
        }
        first.forward(inputs, hidden, batch);
        for (int i = 0; i < batch * hiddenSize; i++) {
            hidden[i] = Math.max(hidden[i], LEAK * hidden[i]);
        }
        second.forward(hidden, scores, batch);
    }

    /** One step down the gradient of the batch that {@link #forward} saw last. */
    void learn(float[] inputs, float[] scoreGradient, int batch, double rate) {
        second.backward(hidden, scoreGradient, hiddenGradient, batch);
        for (int i = 0; i < batch * hiddenSize; i++) {
            if (hidden[i] <= 0) hiddenGradient[i] *= LEAK;
        }
        first.backward(inputs, hiddenGradient, null, batch);
        second.step(rate);
        first.step(rate);
    }
}
