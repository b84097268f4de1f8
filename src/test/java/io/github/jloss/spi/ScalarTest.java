// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The special values of {@link Scalar}'s functions. Their error bounds are tested where they are measured: in cli. */
class ScalarTest {

    private static final float INF = Float.POSITIVE_INFINITY;

    private static final float NAN = Float.NaN;

    /** A step through the floats: a prime, so that the low bits vary. */
    private static final int STEP = 997;

    @Test
    void expNegSpecialValues() {
        same(1f, Scalar.expNeg(0f));
        same(1f, Scalar.expNeg(-0f));
        same(1f, Scalar.expNeg(Float.MIN_VALUE));
        same(0f, Scalar.expNeg(INF));
        same(0f, Scalar.expNeg(Float.MAX_VALUE));
        same(0f, Scalar.expNeg(128f));
        same(0f, Scalar.expNeg(104f));
        same(Float.MIN_VALUE, Scalar.expNeg(103.9f));
        same((float) Math.exp(-100), Scalar.expNeg(100f));
        same(NAN, Scalar.expNeg(NAN));
    }

    @Test
    void expNegNeverRises() {
        float before = 1f;
        for (int bits = 0; bits <= Float.floatToRawIntBits(INF) - STEP; bits += STEP) {
            float value = Scalar.expNeg(Float.intBitsToFloat(bits));
            assertTrue(value <= before, () -> "at " + value);
            before = value;
        }
    }

    @Test
    void log1pUnitSpecialValues() {
        same(0f, Scalar.log1pUnit(0f));
        same(Float.MIN_VALUE, Scalar.log1pUnit(Float.MIN_VALUE));
        same(Float.MIN_NORMAL, Scalar.log1pUnit(Float.MIN_NORMAL));
        same(1e-30f, Scalar.log1pUnit(1e-30f));
        same(NAN, Scalar.log1pUnit(NAN));
    }

    @Test
    void logSpecialValues() {
        same(-INF, Scalar.log(0f));
        same(-INF, Scalar.log(-0f));
        same(0f, Scalar.log(1f));
        same(INF, Scalar.log(INF));
        same(NAN, Scalar.log(NAN));
        same(NAN, Scalar.log(-1f));
        same(NAN, Scalar.log(-INF));
        same(NAN, Scalar.log(-Float.MIN_VALUE));
        same((float) Math.log(Float.MIN_VALUE), Scalar.log(Float.MIN_VALUE));
        same((float) Math.log(Float.MIN_NORMAL), Scalar.log(Float.MIN_NORMAL));
        same((float) Math.log(Float.MAX_VALUE), Scalar.log(Float.MAX_VALUE));
        same((float) Math.log(Math.nextUp(1f)), Scalar.log(Math.nextUp(1f)));
        same((float) Math.log(Math.nextDown(1f)), Scalar.log(Math.nextDown(1f)));
    }

    @Test
    void powSpecialValues() {
        for (float g : new float[] {0x1p-119f, 1e-3f, 0.5f, 1f, 2f, 3.7f, 16f, 1e10f, Float.MAX_VALUE, INF}) {
            same(0f, Scalar.pow(0f, g));
            same(0f, Scalar.pow(-1e-7f, g));
            same(g == INF ? NAN : 1f, Scalar.pow(1f, g));
            same(NAN, Scalar.pow(NAN, g));
        }
        for (float b : new float[] {0f, Float.MIN_VALUE, 1e-40f, 0.3f, 0.5f, Math.nextDown(1f), 1f, -1e-7f}) {
            same(1f, Scalar.pow(b, 0f));
            same(NAN, Scalar.pow(b, NAN));
        }
        same(NAN, Scalar.pow(NAN, 0f));
        same(0f, Scalar.pow(0.5f, INF));
        same(0f, Scalar.pow(0.5f, 150f));
        same(Float.MIN_VALUE, Scalar.pow(0.5f, 149f));
        same(0x1p-126f, Scalar.pow(0.5f, 126f));
        same(0x1p-60f, Scalar.pow(0x1p-120f, 0.5f));
        same(0f, Scalar.pow(Float.MIN_VALUE, 2f));
    }

    @Test
    void logisticSpecialValues() {
        same((float) Math.log(2), Scalar.softplusNeg(0f));
        same(0f, Scalar.softplusNeg(INF));
        same(0f, Scalar.softplusNeg(104f));
        same(NAN, Scalar.softplusNeg(NAN));
        same(0.5f, Scalar.sigmoidNeg(0f));
        same(0f, Scalar.sigmoidNeg(INF));
        same(0f, Scalar.sigmoidNeg(104f));
        same(NAN, Scalar.sigmoidNeg(NAN));
        // Far out both are e^-a.
        same(Scalar.expNeg(50f), Scalar.softplusNeg(50f));
        same(Scalar.expNeg(50f), Scalar.sigmoidNeg(50f));
        same(Scalar.expNeg(100f), Scalar.softplusNeg(100f));
        same(Scalar.expNeg(100f), Scalar.sigmoidNeg(100f));
    }

    /** Equal bits: tells -0 from 0, and any NaN is as good as another. */
    private static void same(float expected, float actual) {
        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(actual),
                () -> expected + " expected, but was " + actual);
    }
}
