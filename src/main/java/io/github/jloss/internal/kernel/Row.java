// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.Tensor;

/** One row of a tensor: a part of the caller's array, or a copy that grows to any length. */
public final class Row {

    private static final float[] NOTHING = new float[0];

    /** The floats. */
    public float[] array = NOTHING;

    /** Index of the first one. */
    public int from;

    private float[] buffer = NOTHING;

    /** Points at an array, or copies elements of a segment. */
    public void read(Tensor tensor, long first, int n) {
        if (tensor.storage() instanceof float[]) {
            point(tensor, first);
        } else {
            copy(tensor, first, n);
        }
    }

    /** Points at elements of an array. */
    public void point(Tensor tensor, long first) {
        array = (float[]) tensor.storage();
        from = (int) (tensor.offset() + first);
    }

    /** Points at the buffer. */
    public void own(int n) {
        if (buffer.length < n) {
            buffer = new float[n];
        }
        array = buffer;
        from = 0;
    }

    /** Copies elements to the buffer. */
    public void copy(Tensor tensor, long first, int n) {
        own(n);
        Elements.read(tensor, first, array, 0, n);
    }

    /** Points at a gradient in the caller's array, or at a buffer, with what is added to. */
    public void begin(Tensor gradient, boolean inPlace, boolean add, long first, int n) {
        if (inPlace) {
            point(gradient, first);
        } else if (add) {
            copy(gradient, first, n);
        } else {
            own(n);
        }
    }

    /** Copies what is in the buffer to a tensor. */
    public void flush(Tensor tensor, long first, int n) {
        Elements.write(array, 0, tensor, first, n);
    }

    /** Lets go of the caller's memory. */
    public void forget() {
        array = NOTHING;
    }
}
