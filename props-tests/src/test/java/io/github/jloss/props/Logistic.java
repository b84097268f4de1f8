// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Cross entropy of a logit: {@code p t softplus(-x) + n (1-t) softplus(x)}, with weights of the two classes. */
record Logistic(IntToDoubleFunction p, IntToDoubleFunction n) implements Reference {

    @Override
    public double value(int i, double x, double t) {
        return product(p.applyAsDouble(i) * t, softplus(-x)) + product(n.applyAsDouble(i) * (1 - t), softplus(x));
    }

    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** 0 times infinity is 0. */
    static double product(double weight, double value) {
        return weight == 0 ? 0 : weight * value;
    }

    /** Exponential and logarithm are right to some 2 ulp each, and four products are taken. */
    @Override
    public double roundings(int i, double t) {
        return 16;
    }

    @Override
    public double slopeScale(int i, double x, double t) {
        return p.applyAsDouble(i) * t * sigmoid(-x) + n.applyAsDouble(i) * (1 - t) * sigmoid(x);
    }

    @Override
    public List<Double> corners(double t) {
        return List.of();
    }
}
