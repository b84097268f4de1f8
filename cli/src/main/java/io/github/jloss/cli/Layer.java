// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Arrays;
import java.util.Random;

/** A fully connected layer: plain loops in a fixed order, so that the same seed gives the same bits everywhere. */
final class Layer {

    private final int inputs;
    private final int outputs;

    /** A row of weights for each input, then the biases. */
    private final float[] parameters;
    private final float[] gradient;
    private final Adam adam;

    Layer(int inputs, int outputs, Random random) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.parameters = new float[(inputs + 1) * outputs];
        this.gradient = new float[parameters.length];
        this.adam = new Adam(parameters);
        // He et al. (2015): the scale that ReLU keeps from layer to layer. Biases start at 0.
        float bound = (float) Math.sqrt(6.0 / inputs);
        for (int i = 0; i < inputs * outputs; i++) {
            parameters[i] = bound * (2 * random.nextFloat() - 1);
        }
    }

    /** y = x W + b, for each row of a batch. */
    void forward(float[] x, float[] y, int batch) {
        for (int row = 0; row < batch; row++) {
            System.arraycopy(parameters, inputs * outputs, y, row * outputs, outputs);
            for (int in = 0; in < inputs; in++) {
                addScaled(x[row * inputs + in], parameters, in * outputs, y, row * outputs);
            }
        }
    }

    /** Keeps the gradient of the parameters and, unless {@code dx} is null, gives that of the inputs. */
    void backward(float[] x, float[] dy, float[] dx, int batch) {
        Arrays.fill(gradient, 0);
        for (int row = 0; row < batch; row++) {
            for (int in = 0; in < inputs; in++) {
                addScaled(x[row * inputs + in], dy, row * outputs, gradient, in * outputs);
                if (dx != null) dx[row * inputs + in] = dot(dy, row * outputs, parameters, in * outputs);
            }
            addScaled(1, dy, row * outputs, gradient, inputs * outputs);
        }
    }

    private void addScaled(float factor, float[] from, int fromStart, float[] to, int toStart) {
        for (int i = 0; i < outputs; i++) {
            to[toStart + i] += factor * from[fromStart + i];
        }
    }

    private float dot(float[] a, int aStart, float[] b, int bStart) {
        float sum = 0;
        for (int i = 0; i < outputs; i++) {
            sum += a[aStart + i] * b[bStart + i];
        }
        return sum;
    }

    void step(double rate) {
        adam.step(gradient, rate);
    }
}
