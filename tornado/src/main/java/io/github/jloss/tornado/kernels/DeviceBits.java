// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

/**
 * Stands in for {@code io.github.jloss.internal.kernel.Bits} on a device: TornadoVM compiles no way from a float to its
 * bits, nor back. Powers of two are exact however they are made, so within the formulas' domains the results are the
 * same.
 */
public final class DeviceBits {

    /** 1.5 * 2^23. */
    static final float ROUND = 12582912f;

    /** Twice the float next to sqrt(1/2) that parts the intervals of m. */
    private static final float SQRT_2 = 0x1.6a09e6p0f;

    private DeviceBits() {}

    /**
     * The integer k of {@code x = 2^k m} with m in [sqrt(1/2), sqrt(2)).
     *
     * @param x a positive normal float; of others, any result
     * @param round 1.5 * 2^23 plus an integer
     * @return k less that integer
     */
    public static float exponent(float x, float round) {
        float m = x;
        float k = ROUND - round;
        if (m < 1f) {
            m *= 0x1p126f;
            k -= 126f;
        }
        if (m >= 0x1p64f) {
            m *= 0x1p-64f;
            k += 64f;
        }
        if (m >= 0x1p32f) {
            m *= 0x1p-32f;
            k += 32f;
        }
        if (m >= 0x1p16f) {
            m *= 0x1p-16f;
            k += 16f;
        }
        if (m >= 0x1p8f) {
            m *= 0x1p-8f;
            k += 8f;
        }
        if (m >= 0x1p4f) {
            m *= 0x1p-4f;
            k += 4f;
        }
        if (m >= 0x1p2f) {
            m *= 0x1p-2f;
            k += 2f;
        }
        if (m >= 2f) {
            m *= 0.5f;
            k += 1f;
        }
        return m < SQRT_2 ? k : k + 1f;
    }

    /**
     * The m of {@code x = 2^k m} with m in [sqrt(1/2), sqrt(2)).
     *
     * @param x a positive normal float; of others, any result
     * @return m
     */
    public static float mantissa(float x) {
        float m = x < 1f ? x * 0x1p126f : x;
        m = m >= 0x1p64f ? m * 0x1p-64f : m;
        m = m >= 0x1p32f ? m * 0x1p-32f : m;
        m = m >= 0x1p16f ? m * 0x1p-16f : m;
        m = m >= 0x1p8f ? m * 0x1p-8f : m;
        m = m >= 0x1p4f ? m * 0x1p-4f : m;
        m = m >= 0x1p2f ? m * 0x1p-2f : m;
        m = m >= 2f ? m * 0.5f : m;
        return m < SQRT_2 ? m : m * 0.5f;
    }

    /**
     * NaN; TornadoVM writes the constant in a way that OpenCL does not know.
     *
     * @param x any float
     * @return NaN
     */
    public static float nan(float x) {
        return (x - x) / (x - x);
    }

    /**
     * Whether a float is below 0; -0 and NaN are not.
     *
     * @param x a float
     * @return whether it is negative
     */
    public static boolean negative(float x) {
        return x < 0f;
    }

    /**
     * {@code value} with its sign changed if {@code sign} is {@link #negative}.
     *
     * @param value any number
     * @param sign whose sign counts
     * @return plus or minus the value
     */
    public static float flipSign(float value, float sign) {
        return sign < 0f ? -value : value;
    }

    /**
     * {@code 2^(n - 127)}, or 0 for n = 0.
     *
     * @param rounded 1.5 * 2^23 + n with n from 0 to 254
     * @return the power of two
     */
    public static float powerOfTwo(float rounded) {
        int k = (int) (rounded - ROUND) - 127;
        int n = k < 0 ? -k : k;
        float factor = k < 0 ? 0.5f : 2f;
        float power = (n & 1) == 0 ? 1f : factor;
        factor *= factor;
        power *= (n & 2) == 0 ? 1f : factor;
        factor *= factor;
        power *= (n & 4) == 0 ? 1f : factor;
        factor *= factor;
        power *= (n & 8) == 0 ? 1f : factor;
        factor *= factor;
        power *= (n & 16) == 0 ? 1f : factor;
        factor *= factor;
        power *= (n & 32) == 0 ? 1f : factor;
        factor *= factor;
        return power * ((n & 64) == 0 ? 1f : factor);
    }
}
