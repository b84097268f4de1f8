// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Stands in {@link SimdLoop} where a copy has the formula, or its access to arrays or native memory: {@link Emitter}
 * replaces the calls. None is left in the loops, because the JIT compiler stops inlining what is not the JDK's own once
 * a loop has some 40 vector operations.
 */
final class Placeholder {

    private Placeholder() {}

    /** The node at which the formula is {@linkplain Cut cut}, of another input than the one in hand. */
    static FloatVector firstHalf(FloatVector x, FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3,
            FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    /** The value, in the loop that does no more than write it. */
    static FloatVector mapped(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector firstHalf,
            FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    static FloatVector value(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector firstHalf,
            FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    static FloatVector second(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector firstHalf,
            FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    static FloatVector third(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector firstHalf,
            FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    static FloatVector gradient(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector firstHalf,
            FloatVector p0, FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    /** Element i and those after it, of an array or, in copies for native memory, of a segment. */
    static FloatVector load(float[] array, int offset, MemorySegment segment, long bytes, int i) {
        throw new AssertionError();
    }

    /** The other way. */
    static void store(FloatVector v, float[] array, int offset, MemorySegment segment, long bytes, int i) {
        throw new AssertionError();
    }
}
