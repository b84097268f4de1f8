// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Stands in for {@code io.github.jloss.internal.kernel.Bits} where fast is good enough: powers of two and logarithms
 * of base two are single instructions on GPUs, as exact as the driver makes them.
 */
public final class FastBits {

    private FastBits() {}

    /**
     * An integer k of {@code x = 2^k m} with m next to [sqrt(1/2), sqrt(2)).
     *
     * @param x a positive normal float; of others, any result
     * @param round 1.5 * 2^23 plus an integer
     * @return k less that integer
     */
    public static float exponent(float x, float round) {
        return whole(x) + (DeviceBits.ROUND - round);
    }

    /**
     * The m of that k.
     *
     * @param x a positive normal float; of others, any result
     * @return m
     */
    public static float mantissa(float x) {
        return x * TornadoMath.pow(2f, -whole(x));
    }

    private static float whole(float x) {
        return x < 0x1p-126f ? -126f : TornadoMath.floor(TornadoMath.log2(x) + 0.5f);
    }

    /**
     * NaN.
     *
     * @param x any float
     * @return NaN
     */
    public static float nan(float x) {
        return DeviceBits.nan(x);
    }

    /**
     * Whether a float is below 0; -0 and NaN are not.
     *
     * @param x a float
     * @return whether it is negative
     */
    public static boolean negative(float x) {
        return DeviceBits.negative(x);
    }

    /**
     * {@code value} with its sign changed if {@code sign} is {@link #negative}.
     *
     * @param value any number
     * @param sign whose sign counts
     * @return plus or minus the value
     */
    public static float flipSign(float value, float sign) {
        return DeviceBits.flipSign(value, sign);
    }

    /**
     * {@code 2^(n - 127)}.
     *
     * @param rounded 1.5 * 2^23 + n with n from 0 to 254
     * @return the power of two
     */
    public static float powerOfTwo(float rounded) {
        return TornadoMath.pow(2f, rounded - (DeviceBits.ROUND + 127f));
    }
}
