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
        float positive = p * t;
        float negative = n * (1 - t);
        float c = Scalar.ifSignBit(x, positive, negative);
        float a = Math.abs(x);
        // 0 * inf is 0 here: an infinite logit on the right side costs nothing.
        float line = Scalar.ifEqual(c, 0, 0, c * a);
        return Scalar.fma(positive + negative, Scalar.softplusNeg(a), line);
    }

    static float gradient(float x, float t, float p, float n) {
        float positive = p * t;
        float negative = n * (1 - t);
        float c = Scalar.ifSignBit(x, positive, negative);
        return Scalar.flipSign(Scalar.fma(-(positive + negative), Scalar.sigmoidNeg(Math.abs(x)), c), x);
    }
}
