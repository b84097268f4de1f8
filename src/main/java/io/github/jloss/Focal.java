// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * The binary focal loss of one logit, or of one probability: {@code w F ce} with the cross entropy ce,
 * {@code pt = e^-ce}, {@code u = 1 - pt}, {@code F = factor u^gamma} (1 where pt is below the threshold) and
 * {@code w = alpha t + (1-alpha)(1-t)} if there is an alpha.
 *
 * <p>Of a logit: with {@code a = |x|}, {@code q = s(-a)}, p = s(a) and c the weight of the wrong side of x ({@code 1-t}
 * for x >= 0, t below), {@code ce = log1p(e^-a) + c a}, so {@code pt = p e^(-c a)} and
 * {@code u = q + p (1 - e^(-c a))}: a sum of terms of one sign, which is exactly the sigmoid where t is 0 or 1, and
 * never 1 less something near 1. Of a probability, ce is what it is by definition, and {@code u = 1 - e^-ce}.
 */
sealed interface Focal extends ElementFormula {

    /** From this exponent on u^gamma is computed of 1 - u where u is near 1: gamma multiplies the rounding of u. */
    float STEEP = 8;

    /** The focusing exponent. */
    float gamma();

    /** Weight of positives, where there are weights. */
    float alpha();

    /** Where pt is below it, F is 1; 0 for nowhere. */
    float threshold();

    /** Factor on the power. */
    float factor();

    /** The target of elements that count for nothing; NaN for none. */
    float ignored();

    /** The least probability, of elements that are given as probabilities. */
    float eps();

    /** Whether there is an alpha. */
    boolean weighs();

    /** Whether gamma is at least {@link #STEEP}. */
    boolean steep();

    /** Whether x is a probability. */
    boolean probabilities();

    /** E. */
    default float loss(float x, float t, float alpha) {
        float unweighted = focus(x, t) * entropy(x, t);
        if (!weighs()) {
            return unweighted;
        }
        float w = weight(t, alpha);
        // 0 times infinity is 0; a NaN stays.
        return w * Scalar.ifEqual(w, 0, Scalar.clamp(unweighted, Float.MAX_VALUE), unweighted);
    }

    /** E'. */
    default float lossSlope(float x, float t, float alpha) {
        float df = focusSlope(x, t);
        // Beyond float's range the cross entropy is infinite where its factor has vanished: the limit is 0.
        float product = Scalar.ifEqual(df, 0, 0, df * entropy(x, t));
        float unweighted = Scalar.fma(focus(x, t), entropySlope(x, t), product);
        return weighs() ? weight(t, alpha) * unweighted : unweighted;
    }

    /** A number of an element, 0 where it is ignored. */
    default float counted(float t, float value) {
        return Scalar.ifEqual(t, ignored(), 0, value);
    }

    private static float weight(float t, float alpha) {
        return Scalar.fma(alpha, t, (1 - alpha) * (1 - t));
    }

    /** F. */
    default float focus(float x, float t) {
        return Scalar.ifLess(likelihood(x, t), threshold(), 1, factor() * power(x, t));
    }

    /**
     * {@code F' = gamma u^(gamma-1) pt ce'}. At u = 0 a logit's ce' is 0 as well, at most some 4 u before, and the
     * limit is 0; a probability's is not, and the slope is that of the corner.
     */
    default float focusSlope(float x, float t) {
        float u = error(x, t);
        float pt = likelihood(x, t);
        float slope = entropySlope(x, t);
        float corner = probabilities() ? Scalar.ifEqual(gamma(), 1, slope, 0) : 0;
        float ratio = Scalar.ifEqual(u, 0, corner, power(x, t) * (slope / u));
        return Scalar.ifLess(pt, threshold(), 0, gamma() * (factor() * (pt * ratio)));
    }

    /** u^gamma. */
    private float power(float x, float t) {
        float u = error(x, t);
        float power = Scalar.pow(u, gamma());
        if (!steep()) {
            return power;
        }
        float pt = likelihood(x, t);
        return Scalar.ifLess(pt, 0.5f, Scalar.expNeg(gamma() * Scalar.log1pUnit(pt / u)), power);
    }

    /** ce. */
    private float entropy(float x, float t) {
        if (!probabilities()) {
            return Logistic.value(x, t);
        }
        // 1 - x has all digits where x is at least 1/2.
        float negative = Scalar.ifLess(x, 0.5f, Scalar.log1pUnit(atLeast(x, 0) / (1 - x)),
                -Scalar.log(atLeast(1 - x, eps())));
        return Scalar.fma(t, -Scalar.log(atLeast(x, eps())), (1 - t) * negative);
    }

    /** ce'; 0 where a probability is held at its least. */
    private float entropySlope(float x, float t) {
        if (!probabilities()) {
            return Logistic.gradient(x, t);
        }
        float q = 1 - x;
        float negative = Scalar.ifLess(q, eps(), 0, (1 - t) / atLeast(q, eps()));
        return negative - Scalar.ifLess(x, eps(), 0, t / atLeast(x, eps()));
    }

    private static float atLeast(float p, float eps) {
        return Scalar.ifLess(p, eps, eps, p);
    }

    /** c a, where 0 * inf is 0. */
    private static float line(float x, float t) {
        float c = Scalar.ifSignBit(x, t, 1 - t);
        return Scalar.ifEqual(c, 0, 0, c * Math.abs(x));
    }

    /** pt. */
    private float likelihood(float x, float t) {
        return probabilities() ? Scalar.expNeg(entropy(x, t))
                : (1 - Scalar.sigmoidNeg(Math.abs(x))) * Scalar.expNeg(line(x, t));
    }

    /** u; rounding must not take it above 1, where there are no powers. */
    private float error(float x, float t) {
        if (probabilities()) {
            return oneMinusExp(entropy(x, t));
        }
        float q = Scalar.sigmoidNeg(Math.abs(x));
        float u = Scalar.fma(1 - q, oneMinusExp(line(x, t)), q);
        return Scalar.ifLess(1, u, 1, u);
    }

    /** {@code 1 - e^-y}, for small y by its series, whose first term left out is below 1e-8 of it. */
    private static float oneMinusExp(float y) {
        float s = Scalar.fma(y, -1f / 40320, 1f / 5040);
        s = Scalar.fma(y, -s, 1f / 720);
        s = Scalar.fma(y, -s, 1f / 120);
        s = Scalar.fma(y, -s, 1f / 24);
        s = Scalar.fma(y, -s, 1f / 6);
        s = Scalar.fma(y, -s, 0.5f);
        return Scalar.ifLess(y, 0.5f, Scalar.fma(y * y, -s, y), 1 - Scalar.expNeg(y));
    }

    /** Of a target for each element; either E or F. */
    record Binary(float gamma, float alpha, float threshold, float factor, float ignored, float eps, boolean weighs,
            boolean steep, boolean probabilities, boolean factors) implements Focal, PointwiseFormula {

        @Override
        public float value(float x, float t) {
            return counted(t, factors ? focus(x, t) : loss(x, t, alpha));
        }

        @Override
        public float gradient(float x, float t) {
            return counted(t, factors ? focusSlope(x, t) : lossSlope(x, t, alpha));
        }

        /** The same with two coefficients. */
        Coefficients with(boolean ofLabels, boolean perClass, boolean normalized) {
            return new Coefficients(gamma, alpha, threshold, factor, ignored, eps, weighs || perClass, steep,
                    probabilities, ofLabels, perClass, normalized);
        }

        Binary sums() {
            return new Binary(gamma, alpha, threshold, factor, ignored, eps, weighs, steep, probabilities, true);
        }
    }

    /**
     * With coefficients a and b. Of labels: a is the number of the class, whose target is whether it is the label b; or
     * the label t, where b is the alpha of the class. Else t is the target, b an alpha likewise, and a, normalized, the
     * mean E/F of a quotient of sums whose gradient it is, but for the denominator.
     */
    record Coefficients(float gamma, float alpha, float threshold, float factor, float ignored, float eps,
            boolean weighs, boolean steep, boolean probabilities, boolean ofLabels, boolean perClass,
            boolean normalized) implements Focal {

        @Override
        public float value(float x, float t, float a, float b) {
            float told = ofLabels && !perClass ? b : t;
            return counted(told, loss(x, target(told, a), perClass ? b : alpha));
        }

        @Override
        public float gradient(float x, float t, float a, float b) {
            float told = ofLabels && !perClass ? b : t;
            float slope = lossSlope(x, target(told, a), perClass ? b : alpha);
            return counted(told, normalized ? Scalar.fma(-a, focusSlope(x, t), slope) : slope);
        }

        private float target(float told, float number) {
            return ofLabels ? Scalar.ifEqual(number, told, 1, 0) : told;
        }
    }
}
