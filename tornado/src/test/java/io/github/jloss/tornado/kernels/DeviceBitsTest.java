// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.internal.kernel.Bits;
import org.junit.jupiter.api.Test;

/** The stand-ins for bit operations give the same bits. */
class DeviceBitsTest {

    private static final float ROUND = 12582912f;

    /** Every exponent, and in each the numbers next to 1, to sqrt(2) and to 2. */
    @Test
    void exponentsAndMantissas() {
        int count = 0;
        for (int exponent = 1; exponent < 255; exponent++) {
            for (int middle : new int[] {0, 0x3504f3, 0x7fffff, 0x400000}) {
                for (int near = -3; near <= 3; near++) {
                    int mantissa = middle + near;
                    if (mantissa < 0 || mantissa > 0x7fffff) continue;
                    float x = Float.intBitsToFloat(exponent << 23 | mantissa);
                    assertEquals(Bits.exponent(x, ROUND + 5), DeviceBits.exponent(x, ROUND + 5), () -> "of " + x);
                    assertEquals(Bits.mantissa(x), DeviceBits.mantissa(x), () -> "of " + x);
                    count++;
                }
            }
        }
        assertEquals(254 * (4 + 7 + 4 + 7), count);
    }

    @Test
    void powersOfTwo() {
        for (int n = 1; n < 255; n++) {
            assertEquals(Bits.powerOfTwo(ROUND + n), DeviceBits.powerOfTwo(ROUND + n));
        }
    }

    @Test
    void signs() {
        for (float x : new float[] {-1, 1, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -Float.MIN_VALUE, 0}) {
            assertEquals(Bits.negative(x), DeviceBits.negative(x));
            assertEquals(Bits.flipSign(3, x), DeviceBits.flipSign(3, x));
            assertTrue(Float.isNaN(DeviceBits.nan(x)));
        }
    }
}
