// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.Scalar;

/**
 * The binary focal loss of one logit: {@code w F ce} with the cross entropy ce, {@code pt = e^-ce}, {@code u = 1 - pt},
 * {@code F = factor u^gamma} (1 where pt is below the threshold) and {@code w = positive t + negative (1-t)}.
 *
 * <p>With {@code a = |x|}, {@code q = s(-a)}, p = s(a) and c the weight of the wrong side of x ({@code 1-t} for x >= 0,
 * t below), {@code ce = log1p(e^-a) + c a}, so {@code pt = p e^(-c a)} and {@code u = q + p (1 - e^(-c a))}: a sum of
 * terms of one sign, which is exactly the sigmoid where t is 0 or 1, and never 1 less something near 1.
 */
interface Focal extends ElementFormula {

    /** The focusing exponent. */
    float gamma();

    /** Weight of positives. */
    float positive();

    /** Weight of negatives. */
    float negative();

    /** Where pt is below it, F is 1; 0 for nowhere. */
    float threshold();

    /** Factor on the power. */
    float factor();

    /** The target of elements that count for nothing; NaN for none. */
    float ignored();

    /** E = w F ce. */
    default float loss(float x, float t) {
        float w = weight(t);
        float unweighted = focus(x, t) * Logistic.value(x, t);
        // 0 times infinity is 0; a NaN stays.
        return w * Scalar.ifEqual(w, 0, Scalar.clamp(unweighted, Float.MAX_VALUE), unweighted);
    }

    /** E'. */
    default float lossSlope(float x, float t) {
        float df = focusSlope(x, t);
        // Beyond float's range the cross entropy is infinite where its factor has vanished: the limit is 0.
        float product = Scalar.ifEqual(df, 0, 0, df * Logistic.value(x, t));
        return weight(t) * Scalar.fma(focus(x, t), Logistic.gradient(x, t), product);
    }

    /** A number of an element, 0 where it is ignored. */
    default float counted(float t, float value) {
        return Scalar.ifEqual(t, ignored(), 0, value);
    }

    private float weight(float t) {
        return Scalar.fma(positive(), t, negative() * (1 - t));
    }

    /** F, the focal factor. */
    default float focus(float x, float t) {
        return Scalar.ifLess(likelihood(x, t), threshold(), 1, factor() * Scalar.pow(error(x, t), gamma()));
    }

    /** {@code F' = gamma u^(gamma-1) pt ce'}; ce' is at most some 4 u, so that the limit at u = 0 is 0. */
    default float focusSlope(float x, float t) {
        float u = error(x, t);
        float pt = likelihood(x, t);
        float ratio = Scalar.ifEqual(u, 0, 0, Logistic.gradient(x, t) / u);
        return Scalar.ifLess(pt, threshold(), 0, gamma() * (factor() * Scalar.pow(u, gamma())) * (pt * ratio));
    }

    /** c a, where 0 * inf is 0. */
    private static float line(float x, float t) {
        float c = Scalar.ifSignBit(x, t, 1 - t);
        return Scalar.ifEqual(c, 0, 0, c * Math.abs(x));
    }

    /** pt. */
    private static float likelihood(float x, float t) {
        return (1 - Scalar.sigmoidNeg(Math.abs(x))) * Scalar.expNeg(line(x, t));
    }

    /** u; rounding must not take it above 1, where there are no powers. */
    private static float error(float x, float t) {
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
}
