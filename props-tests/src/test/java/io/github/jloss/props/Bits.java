// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

/** Equality to the bit; one NaN is as good as another, and 0 is not -0. */
final class Bits {

    private Bits() {}

    static void assertSame(float[] a, float[] b) {
        assertArrayEquals(bits(a), bits(b));
    }

    private static int[] bits(float[] floats) {
        int[] bits = new int[floats.length];
        for (int i = 0; i < bits.length; i++) bits[i] = Float.floatToIntBits(floats[i]);
        return bits;
    }
}
