// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

/**
 * What formulas do with the bits of floats. A device has other means for this than a CPU: with {@link Fma} this is all
 * that a back end replaces to run the library's formulas.
 */
public final class Bits {

    /** 1.5 * 2^23: its bits plus a small int are those of it plus that int. */
    private static final int ROUND_BITS = 0x4b400000;

    /** The bits of sqrt(1/2). */
    private static final int SQRT_HALF_BITS = 0x3f3504f3;

    private Bits() {}

    /**
     * The integer k of {@code x = 2^k m} with m in [sqrt(1/2), sqrt(2)).
     *
     * @param x a positive normal float; of others, any result
     * @param round 1.5 * 2^23 plus an integer
     * @return k less that integer
     */
    public static float exponent(float x, float round) {
        return Float.intBitsToFloat((fromSqrtHalf(x) >> 23) + ROUND_BITS) - round;
    }

    /**
     * The m of {@code x = 2^k m} with m in [sqrt(1/2), sqrt(2)).
     *
     * @param x a positive normal float; of others, any result
     * @return m
     */
    public static float mantissa(float x) {
        return Float.intBitsToFloat((fromSqrtHalf(x) & 0x7fffff) + SQRT_HALF_BITS);
    }

    private static int fromSqrtHalf(float x) {
        return Float.floatToRawIntBits(x) - SQRT_HALF_BITS;
    }

    /**
     * NaN, which not every compiler knows how to write.
     *
     * @param x any float
     * @return NaN
     */
    public static float nan(float x) {
        return Float.NaN;
    }

    /**
     * Whether the sign bit is set. On some devices that of -0 and NaN is not seen.
     *
     * @param x a float
     * @return whether it is negative
     */
    public static boolean negative(float x) {
        return Float.floatToRawIntBits(x) < 0;
    }

    /**
     * {@code value} with its sign changed if {@code sign} is {@link #negative}.
     *
     * @param value any number
     * @param sign whose sign counts
     * @return plus or minus the value
     */
    public static float flipSign(float value, float sign) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) ^ Float.floatToRawIntBits(sign) & 0x80000000);
    }

    /**
     * {@code 2^(n - 127)}, or 0 for n = 0, of an integer that was rounded by adding 1.5 * 2^23.
     *
     * @param rounded 1.5 * 2^23 + n with n from 0 to 254
     * @return the power of two
     */
    public static float powerOfTwo(float rounded) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(rounded) << 23);
    }
}
