// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

/** Adam (Kingma and Ba, 2015) over one array of parameters: gradient descent with a step size for each of them. */
final class Adam {

    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final float[] parameters;
    private final float[] mean;
    private final float[] square;
    private double decay1 = 1;
    private double decay2 = 1;

    Adam(float[] parameters) {
        this.parameters = parameters;
        this.mean = new float[parameters.length];
        this.square = new float[parameters.length];
    }

    void step(float[] gradient, double rate) {
        decay1 *= BETA1;
        decay2 *= BETA2;
        float scale = (float) (rate * Math.sqrt(1 - decay2) / (1 - decay1));
        for (int i = 0; i < parameters.length; i++) {
            float g = gradient[i];
            mean[i] += (1 - BETA1) * (g - mean[i]);
            square[i] += (1 - BETA2) * (g * g - square[i]);
            parameters[i] -= scale * mean[i] / ((float) Math.sqrt(square[i]) + EPSILON);
        }
    }
}
