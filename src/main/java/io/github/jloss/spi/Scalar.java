// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.internal.kernel.Bits;
import io.github.jloss.internal.kernel.Fma;

/**
 * The vocabulary of formulas: scalar functions that a {@link PointwiseFormula} may call besides {@code + - * /},
 * {@link Math#abs(float)}, {@link Float#floatToRawIntBits}, {@link Float#intBitsToFloat} and integer
 * {@code + - & | ^ << >> >>>}. All are straight-line code over these and three choices, {@link #ifLess},
 * {@link #ifEqual} and {@link #ifSignBit}, so that a formula can be run on vectors with the same operations in the
 * same order.
 */
public final class Scalar {

    // Polynomials are minimax fits by linear programming, in extended precision, at 1501 Chebyshev points; their
    // coefficients were rounded to float one by one, with the rest fitted again. All error bounds are of fused fma.

    /** The smallest normal float, 2^-126. */
    private static final float MIN_NORMAL = 0x1p-126f;

    /** ln 2 rounded to float. */
    private static final float LN2 = 0x1.62e43p-1f;

    /** The first 15 bits of ln 2: its product with an integer of 8 bits is exact, even unfused. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;

    /** ln 2 - LN2_HIGH, rounded to float. */
    private static final float LN2_LOW = 0x1.7f7d1cp-20f;

    /** 1 / ln 2 rounded to float. */
    private static final float LOG2E = 0x1.715476p0f;

    /**
     * 1.5 * 2^23: adding it to a small float rounds that float to an integer k and leaves k in the low bits.
     */
    private static final float ROUND = 12582912f;

    /**
     * ROUND + 191: the low bits are then k + 127 + 64, so that a shift left by 23 makes 2^(k+64) with no further add.
     * The 64 keeps the exponent valid for k from -190 to 63; polynomials carry {@link #SCALE} to take it back.
     */
    private static final float ROUND_BIASED = 12583103f;

    /**
     * 2^-64, a factor of every coefficient of the exponential polynomials. It is exact and costs nothing, and makes
     * the last multiplication by 2^(k+64) the only one that can round to a subnormal.
     */
    private static final float SCALE = 0x1p-64f;

    private Scalar() {}

    /**
     * {@code a * b + c}, rounded once.
     *
     * @param a factor
     * @param b factor
     * @param c summand
     * @return the fused result
     */
    public static float fma(float a, float b, float c) {
        return Fma.fma(a, b, c);
    }

    /**
     * {@code a < b ? x : y}; a NaN on either side chooses {@code y}.
     *
     * @param a left side
     * @param b right side
     * @param x result if the left side is less
     * @param y result otherwise
     * @return one of the two results
     */
    public static float ifLess(float a, float b, float x, float y) {
        return a < b ? x : y;
    }

    /**
     * {@code a == b ? x : y}; a NaN on either side chooses {@code y}.
     *
     * @param a left side
     * @param b right side
     * @param x result if both sides are equal
     * @param y result otherwise
     * @return one of the two results
     */
    public static float ifEqual(float a, float b, float x, float y) {
        return a == b ? x : y;
    }

    /**
     * {@code x} if the sign bit of {@code a} is set, {@code y} if not: -0 and NaN have one, too.
     *
     * @param a whose sign decides
     * @param x result if the sign bit is set
     * @param y result otherwise
     * @return one of the two results
     */
    public static float ifSignBit(float a, float x, float y) {
        return Bits.negative(a) ? x : y;
    }

    /**
     * {@code value} with its sign changed if the sign bit of {@code sign} is set.
     *
     * @param value any number
     * @param sign whose sign bit counts
     * @return plus or minus the value
     */
    public static float flipSign(float value, float sign) {
        return Bits.flipSign(value, sign);
    }

    /**
     * -1, 0 or 1; NaN for NaN.
     *
     * @param a any number
     * @return its sign
     */
    public static float sign(float a) {
        return ifLess(a, 0, -1, ifLess(0, a, 1, a));
    }

    /**
     * {@code a} brought into {@code [-bound, bound]}; NaN for NaN.
     *
     * @param a any number
     * @param bound at least 0
     * @return the nearest number of the interval
     */
    public static float clamp(float a, float bound) {
        return ifLess(a, -bound, -bound, ifLess(bound, a, bound, a));
    }

    /**
     * {@code e^-a} for {@code a} in [0, +inf].
     *
     * <p>0 gives exactly 1, everything from 104 on (+inf too) exactly +0, NaN gives NaN; subnormal results are
     * rounded like normal ones. Negative {@code a} is outside the domain. Error at most 1.1 ulp over every float
     * of the domain. 15 operations.
     *
     * <p>Cody-Waite reduction a = r - k ln 2 with |r| at most ln 2 / 2 and a two-part ln 2, then a polynomial of
     * degree 6, weighted minimax in units of the result's ulp, its coefficients rounded to float one by one
     * with the rest fitted again. The form 1 + r H(r) keeps the errors before the last rounding to about 0.5 ulp.
     *
     * @param a exponent, not negative
     * @return e to the power -a
     */
    public static float expNeg(float a) {
        // This order of arguments keeps a NaN. The result is 0 from 104 on, but 2^-150 would be rounded to 0 the slow
        // way: a subnormal result costs Intel processors about 150 cycles a vector, 2^-185 costs nothing.
        float x = ifLess(128f, a, 128f, a);
        float t = fma(x, -LOG2E, ROUND_BIASED);
        float k = t - ROUND_BIASED;
        float r = fma(k, LN2_LOW, fma(k, LN2_HIGH, x));
        float r2 = r * r;
        float h0 = fma(r, 0x1.fffffap-2f * SCALE, -SCALE);
        float h2 = fma(r, 0x1.5559fep-5f * SCALE, -0x1.555492p-3f * SCALE);
        float h4 = fma(r, 0x1.697ba6p-10f * SCALE, -0x1.12398p-7f * SCALE);
        float h = fma(fma(h4, r2, h2), r2, h0);
        return fma(h, r, SCALE) * Bits.powerOfTwo(t);
    }

    /**
     * {@code log(1 + e)} for {@code e} in [0, 1], to small relative error also where {@code e} is tiny.
     *
     * <p>0 gives 0, subnormal {@code e} gives {@code e}, NaN gives NaN; anything else is outside the domain. Error at
     * most 1.4 ulp over every float of the domain. 10 operations, no division.
     *
     * <p>e + e^2 R(e), R of degree 7 in pairs of terms; weighted minimax in units of the result's ulp, the
     * weight allowing for the rounding error measured in each part of the interval.
     *
     * @param e in [0, 1]
     * @return the natural logarithm of 1 + e
     */
    public static float log1pUnit(float e) {
        // 2^-80 is below every rounding error of R, and keeps e2 from being subnormal, which takes Intel processors
        // about 150 cycles a vector; for the same reason the last step is (r e) e + e and not r e2 + e.
        float e2 = fma(e, e, 0x1p-80f);
        float r0 = fma(e, 0x1.552bf4p-2f, -0x1.fffeaep-2f);
        float r2 = fma(e, 0x1.859d42p-3f, -0x1.fc6b3cp-3f);
        float r4 = fma(e, 0x1.36a94ep-4f, -0x1.13ec06p-3f);
        float r6 = fma(e, 0x1.3d2fe8p-8f, -0x1.ca6f8cp-6f);
        float r = fma(fma(fma(r6, e2, r4), e2, r2), e2, r0);
        return fma(r * e, e, e);
    }

    /**
     * Natural logarithm.
     *
     * <p>0 gives -inf, 1 exactly 0, +inf gives +inf, negative numbers and NaN give NaN; subnormal numbers are as good
     * as others. Error at most 1.2 ulp over every float from 0 to the largest. 28 operations (27 where the two
     * equal comparisons are shared), no division.
     *
     * <p>x = 2^k m with m in [sqrt(1/2), sqrt(2)), log m as f + f^2 R(f) at f = m - 1, R of degree 7, weighted
     * minimax in units of the ulp of log m. ln 2 in one part is enough: k times its error is below 0.05 ulp.
     *
     * @param x a number, not negative
     * @return its natural logarithm
     */
    public static float log(float x) {
        // Subnormal x is raised by 2^23, and k then lowered by as much.
        float y = ifLess(x, MIN_NORMAL, x * 0x1p23f, x);
        float round = ifLess(x, MIN_NORMAL, ROUND + 23f, ROUND);
        float v = log(y, Bits.exponent(y, round));
        v = ifLess(x, Float.POSITIVE_INFINITY, v, x);
        v = ifEqual(x, 0f, Float.NEGATIVE_INFINITY, v);
        return ifLess(x, 0f, Bits.nan(x), v);
    }

    /**
     * {@link #log(float)} of a positive normal number: the same bits in 12 operations less. Of others, infinity and NaN
     * too, any result.
     *
     * @param x a number, at least 2^-126 and finite
     * @return its natural logarithm
     */
    public static float logNormal(float x) {
        return log(x, Bits.exponent(x, ROUND));
    }

    /** The logarithm of {@code 2^k m}, of which y has the mantissa. */
    private static float log(float y, float k) {
        float f = Bits.mantissa(y) - 1f;
        float f2 = f * f;
        float r0 = fma(f, 0x1.5556cp-2f, -0x1.fffff6p-2f);
        float r2 = fma(f, 0x1.98e43ap-3f, -0x1.00059ap-2f);
        float r4 = fma(f, 0x1.30c164p-3f, -0x1.5342aap-3f);
        float r6 = fma(f, 0x1.6a48cp-4f, -0x1.254cbcp-3f);
        float r = fma(fma(fma(r6, f2, r4), f2, r2), f2, r0);
        return fma(k, LN2, fma(r, f2, f));
    }

    /**
     * {@code b^g} for {@code b} in [0, 1] and {@code g} at least 0.
     *
     * <p>1^g and b^0 (0^0 too) are exactly 1, 0^g is +0 for g from 2^-119 on, NaN on either side gives NaN, also
     * as NaN^0, and 1^inf is NaN. A negative {@code b}, say 1 - p with p a little above 1, counts as 0; {@code b}
     * above 1 is outside the domain. Subnormal numbers are as good as others on both ends. Error at every 13th
     * float of [0, 1]: at most 1.2 ulp at g = 0.5, 1.5 up to 2, 1.8 up to 3, 2.2 at 4 and 3.8 at 8. 38 operations, no
     * division.
     *
     * <p>log2(b) is kept as an integer k and a fraction f, and g k + g f is never rounded as one float: with
     * n the nearest integer, two fma give g k - n + g f. What is left is the rounding of f, half of 2^-25 times g.
     * log2(1 + x) = x log2(e) + x^2 R(x) with R of degree 7, minimax in absolute error, as that is what g
     * multiplies; 2^f of degree 6 as in {@link #expNeg}.
     *
     * @param b base, in [0, 1]
     * @param g exponent, not negative
     * @return b to the power g
     */
    public static float pow(float b, float g) {
        // Every base up to 1 can be raised by 2^24, so subnormal ones need no choice.
        float raised = b * 0x1p24f;
        float k = Bits.exponent(raised, ROUND + 24f);
        // Base 0: a finite stand-in for -inf, so that times g = 0 it is 0. A NaN also takes this way and stays NaN.
        k = ifLess(0f, b, k, b - 0x1p127f);
        float x = Bits.mantissa(raised) - 1f;
        float x2 = x * x;
        float r0 = fma(x, 0x1.ec7452p-2f, -0x1.71546ep-1f);
        float r2 = fma(x, 0x1.26c0f2p-2f, -0x1.715deep-2f);
        float r4 = fma(x, 0x1.bae8d2p-3f, -0x1.e90758p-3f);
        float r6 = fma(x, 0x1.01b19ap-3f, -0x1.ab02e8p-3f);
        float r = fma(fma(fma(r6, x2, r4), x2, r2), x2, r0);
        float f = fma(x, LOG2E, r * x2);
        float y = g * (k + f);
        float t = y + ROUND_BIASED;
        float z = fma(g, f, fma(g, k, ROUND_BIASED - t));
        float z2 = z * z;
        float h0 = fma(z, 0x1.ebfbb2p-3f * SCALE, 0x1.62e432p-1f * SCALE);
        float h2 = fma(z, 0x1.3b3ebp-7f * SCALE, 0x1.c6ad1ep-5f * SCALE);
        float h4 = fma(z, 0x1.3d2658p-13f * SCALE, 0x1.601c62p-10f * SCALE);
        float h = fma(fma(h4, z2, h2), z2, h0);
        float v = fma(h, z, SCALE) * Bits.powerOfTwo(t);
        return ifLess(y, -150f, 0f, v);
    }

    /**
     * {@code log(1 + e^-a)} for {@code a} in [0, +inf], the part of softplus that is not linear:
     * softplus(x) = max(x, 0) + softplusNeg(|x|).
     *
     * <p>0 gives log 2, +inf gives 0, NaN gives NaN. Error at most 2.3 ulp over every float of the domain.
     * 25 operations, no division; {@link #sigmoidNeg} of the same argument shares the 15 of {@link #expNeg}.
     *
     * @param a not negative
     * @return the natural logarithm of 1 + e^-a
     */
    public static float softplusNeg(float a) {
        return log1pUnit(expNeg(a));
    }

    /**
     * {@code 1 / (1 + e^a)} for {@code a} in [0, +inf], the logistic function of -a:
     * the slope of {@link #softplusNeg} with its sign changed.
     *
     * <p>0 gives exactly 0.5, +inf gives 0, NaN gives NaN; the relative error stays small down to the subnormal
     * results. Error at most 2.5 ulp over every float of the domain. 17 operations, one of them a division;
     * {@link #softplusNeg} of the same argument shares the 15 of {@link #expNeg}.
     *
     * @param a not negative
     * @return 1 / (1 + e^a)
     */
    public static float sigmoidNeg(float a) {
        float e = expNeg(a);
        return e / (1f + e);
    }
}
