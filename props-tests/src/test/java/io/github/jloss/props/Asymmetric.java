// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static io.github.jloss.props.Logistic.product;
import static io.github.jloss.props.Logistic.sigmoid;

import java.util.ArrayList;
import java.util.List;

/** The asymmetric loss of Ridnik et al., as timm has it. */
record Asymmetric(double gammaNeg, double gammaPos, double clip, double eps, boolean frozen) implements Reference {

    @Override
    public double value(int i, double x, double t) {
        return valueSeenFrom(x, x, t);
    }

    @Override
    public double valueSeenFrom(double at, int i, double x, double t) {
        return valueSeenFrom(frozen ? at : x, x, t);
    }

    private double valueSeenFrom(double weightAt, double x, double t) {
        return -product(Math.pow(wrong(weightAt, t), exponent(t)), logLikelihood(x, t));
    }

    private double exponent(double t) {
        return gammaPos * t + gammaNeg * (1 - t);
    }

    private double wrong(double x, double t) {
        return t * sigmoid(-x) + (1 - t) * Math.max(sigmoid(x) - clip, 0);
    }

    private double negative(double x) {
        return Math.min(sigmoid(-x) + clip, 1);
    }

    private double logLikelihood(double x, double t) {
        double logP = Math.max(-Logistic.softplus(-x), Math.log(eps));
        double logN = clip == 0 ? -Logistic.softplus(x) : Math.log(negative(x));
        return product(t, logP) + product(1 - t, Math.max(logN, Math.log(eps)));
    }

    /** A power multiplies the relative error of its base by the exponent. */
    @Override
    public double roundings(int i, double t) {
        return 32 + 16 * Math.max(gammaNeg, gammaPos);
    }

    @Override
    public double slopeScale(int i, double x, double t) {
        double pq = sigmoid(x) * sigmoid(-x);
        double b = wrong(x, t);
        double likelihood = Math.pow(b, exponent(t)) * (t * sigmoid(-x) + (1 - t) * pq / negative(x));
        double focus = frozen || b == 0 ? 0
                : Math.abs(logLikelihood(x, t)) * exponent(t) * Math.pow(b, exponent(t) - 1) * pq;
        return likelihood + focus;
    }

    /** Where p = clip, and where either logarithm meets its floor. */
    @Override
    public List<Double> corners(double t) {
        List<Double> corners = new ArrayList<>();
        if (clip > 0) corners.add(logit(clip));
        if (eps > 0) corners.add(logit(eps));
        if (eps > clip) corners.add(-logit(eps - clip));
        return corners;
    }

    private static double logit(double p) {
        return Math.log(p) - Math.log1p(-p);
    }

    /** A power of p - clip bends the more the nearer it is to 0. */
    @Override
    public double cornerWidth() {
        return 0.05;
    }

    /**
     * Where p and clip are near each other, their difference has few digits left: below 1/2 it has the rounding errors
     * of both, above that of the sigmoid of -|x|, from which p is formed (up to 2.4 ulp).
     */
    @Override
    public List<Reference> neighbours(double x) {
        if (clip == 0) return List.of();
        double slip = 4 * ROUNDING * (x > 0 ? sigmoid(-x) : sigmoid(x) + clip);
        return List.of(new Asymmetric(gammaNeg, gammaPos, clip + slip, eps, frozen),
                new Asymmetric(gammaNeg, gammaPos, clip - slip, eps, frozen));
    }
}
