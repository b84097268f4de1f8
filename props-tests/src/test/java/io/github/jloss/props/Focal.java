// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static io.github.jloss.props.Logistic.product;
import static io.github.jloss.props.Logistic.sigmoid;
import static io.github.jloss.props.Logistic.softplus;

import java.util.List;

/** The focal loss of Lin et al., as segmentation_models_pytorch has it; no alpha is NaN, no threshold 0. */
record Focal(double gamma, double alpha, double threshold) implements Reference {

    @Override
    public double value(int i, double x, double t) {
        return product(weight(t), focus(x, t) * entropy(x, t));
    }

    private double weight(double t) {
        return Double.isNaN(alpha) ? 1 : alpha * t + (1 - alpha) * (1 - t);
    }

    private static double entropy(double x, double t) {
        return product(t, softplus(-x)) + product(1 - t, softplus(x));
    }

    private double focus(double x, double t) {
        double ce = entropy(x, t);
        return Math.exp(-ce) < threshold ? 1 : Math.pow(-Math.expm1(-ce) / (threshold == 0 ? 1 : threshold), gamma);
    }

    /** A power multiplies the relative error of its base by the exponent. */
    @Override
    public double roundings(int i, double t) {
        return 32 + 16 * gamma;
    }

    @Override
    public double slopeScale(int i, double x, double t) {
        double ce = entropy(x, t);
        double u = -Math.expm1(-ce);
        double terms = t * sigmoid(-x) + (1 - t) * sigmoid(x);
        double inner = Math.exp(-ce) < threshold || u == 0 ? 0 : gamma * focus(x, t) / u * Math.exp(-ce) * ce;
        return weight(t) * terms * (focus(x, t) + inner);
    }

    @Override
    public List<Double> corners(double t) {
        return List.of();
    }

    /** The threshold is one of pt, not of x. */
    @Override
    public boolean atCorner(double x, double t) {
        return Math.exp(-entropy(x - cornerWidth(), t)) < threshold != Math.exp(-entropy(x + cornerWidth(), t))
                < threshold;
    }
}
