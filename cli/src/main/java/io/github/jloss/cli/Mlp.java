// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Random;

/** A network with one hidden layer: an image in, some numbers out. */
final class Mlp {

    /** The slope of a hidden unit below 0: units that the losses of one sign (L1) switch off can come back. */
    private static final float LEAK = 0.1f;

    private final int inputs;
    private final int hiddenSize;
    private final int outputs;
    private final Layer first;
    private final Layer second;
    private float[] hidden = {};
    private float[] hiddenGradient = {};

    Mlp(int inputs, int hiddenSize, int outputs, Random random) {
        this.inputs = inputs;
        this.hiddenSize = hiddenSize;
        this.outputs = outputs;
        this.first = new Layer(inputs, hiddenSize, random);
        this.second = new Layer(hiddenSize, outputs, random);
    }

    /** The outputs for a batch of images. */
    float[] outputs(float[] images) {
        int batch = images.length / inputs;
        if (hidden.length < batch * hiddenSize) {
            hidden = new float[batch * hiddenSize];
            hiddenGradient = new float[hidden.length];
        }
        first.forward(images, hidden, batch);
        for (int i = 0; i < batch * hiddenSize; i++) {
            hidden[i] = Math.max(hidden[i], LEAK * hidden[i]);
        }
        float[] result = new float[batch * outputs];
        second.forward(hidden, result, batch);
        return result;
    }

    /** One step down the gradient of the batch that {@link #outputs} saw last. */
    void learn(float[] images, float[] gradient, double rate) {
        int batch = images.length / inputs;
        second.backward(hidden, gradient, hiddenGradient, batch);
        for (int i = 0; i < batch * hiddenSize; i++) {
            if (hidden[i] <= 0) hiddenGradient[i] *= LEAK;
        }
        first.backward(images, hiddenGradient, null, batch);
        second.step(rate);
        first.step(rate);
    }
}
