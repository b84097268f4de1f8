package io.github.jloss.internal;

import io.github.jloss.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One row of a tensor: a part of the caller's array, or a copy that grows to any length. */
final class Row {

    private static final float[] NOTHING = new float[0];

    /** The floats. */
    float[] array = NOTHING;

    /** Index of the first one. */
    int from;

    private float[] buffer = NOTHING;

    /** Points at an array, or copies elements of a segment. */
    void read(Tensor tensor, long first, int n) {
        if (tensor.storage() instanceof float[]) {
            point(tensor, first);
        } else {
            copy(tensor, first, n);
        }
    }

    /** Points at elements of an array. */
    void point(Tensor tensor, long first) {
        array = (float[]) tensor.storage();
        from = (int) (tensor.offset() + first);
    }

    /** Points at the buffer. */
    void own(int n) {
        if (buffer.length < n) {
            buffer = new float[n];
        }
        array = buffer;
        from = 0;
    }

    /** Copies elements to the buffer. */
    void copy(Tensor tensor, long first, int n) {
        own(n);
        if (tensor.storage() instanceof float[] floats) {
            System.arraycopy(floats, (int) (tensor.offset() + first), array, 0, n);
        } else {
            MemorySegment.copy((MemorySegment) tensor.storage(), ValueLayout.JAVA_FLOAT_UNALIGNED,
                    (tensor.offset() + first) * Float.BYTES, array, 0, n);
        }
    }

    /** Copies what is in the buffer to a tensor. */
    void flush(Tensor tensor, long first, int n) {
        if (tensor.storage() instanceof float[] floats) {
            System.arraycopy(array, 0, floats, (int) (tensor.offset() + first), n);
        } else {
            MemorySegment.copy(array, 0, (MemorySegment) tensor.storage(), ValueLayout.JAVA_FLOAT_UNALIGNED,
                    (tensor.offset() + first) * Float.BYTES, n);
        }
    }

    /** Lets go of the caller's memory. */
    void forget() {
        array = NOTHING;
    }
}
