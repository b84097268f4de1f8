package io.github.jloss.internal.simd;

import jdk.incubator.vector.FloatVector;

/** Stands in {@link SimdLoop} where the formula will be: {@link Emitter} replaces the calls. */
final class Placeholder {

    private Placeholder() {}

    static FloatVector value(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector p0,
            FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }

    static FloatVector gradient(FloatVector x, FloatVector t, FloatVector a, FloatVector b, FloatVector p0,
            FloatVector p1, FloatVector p2, FloatVector p3, FloatVector p4, FloatVector p5) {
        throw new AssertionError();
    }
}
