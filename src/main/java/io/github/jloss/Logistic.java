// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.Scalar;

/**
 * Binary cross entropy of a logit, with weights p and n of the two classes:
 * {@code l = p t softplus(-x) + n (1-t) softplus(x)}.
 *
 * <p>With {@code a = |x|}, {@code softplus(±x)} is {@code log1p(e^-a)} on one side and {@code a + log1p(e^-a)} on the
 * other. So {@code l = c a + (pt + n(1-t)) log1p(e^-a)}, where c is {@code n(1-t)} for x >= 0 and {@code pt} below:
 * a sum of terms of one sign, without cancellation. The gradient is {@code ±(c - (pt + n(1-t)) s(-a))} with the sign
 * of x, and {@code 1 - s} never appears.
 */
final class Logistic {

    private Logistic() {}

    static float value(float x, float t, float p, float n) {
        return Scalar.fma(p * t + n * (1 - t), Scalar.softplusNeg(Math.abs(x)), line(x, side(x, p * t, n * (1 - t))));
    }

    static float gradient(float x, float t, float p, float n) {
        float c = side(x, p * t, n * (1 - t));
        return Scalar.flipSign(Scalar.fma(-(p * t + n * (1 - t)), Scalar.sigmoidNeg(Math.abs(x)), c), x);
    }

    /** Both weights 1: {@code t + (1-t)} is 1, too, which saves three operations of 44. */
    static float value(float x, float t) {
        return Scalar.softplusNeg(Math.abs(x)) + line(x, side(x, t, 1 - t));
    }

    static float gradient(float x, float t) {
        return Scalar.flipSign(side(x, t, 1 - t) - Scalar.sigmoidNeg(Math.abs(x)), x);
    }

    /** c: the weight of the class that is on the wrong side of x. */
    private static float side(float x, float positive, float negative) {
        return Scalar.ifSignBit(x, positive, negative);
    }

    /** c a, but 0 * inf is 0: an infinite logit on the right side costs nothing. */
    private static float line(float x, float c) {
        return Scalar.ifEqual(c, 0, 0, c * Math.abs(x));
    }
}
