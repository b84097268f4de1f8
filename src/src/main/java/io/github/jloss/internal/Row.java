package io.github.jloss.internal;

import io.github.jloss.Tensor;

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
        Elements.read(tensor, first, array, 0, n);
    }

    /** Copies what is in the buffer to a tensor. */
    void flush(Tensor tensor, long first, int n) {
        Elements.write(array, 0, tensor, first, n);
    }

    /** Lets go of the caller's memory. */
    void forget() {
        array = NOTHING;
    }
}
