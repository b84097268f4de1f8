// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Elements of tensors, whatever memory they are in: copied from and to arrays, and cleared. */
public final class Elements {

    private Elements() {}

    public static void read(Tensor tensor, long from, float[] into, int at, int n) {
        if (tensor.storage() instanceof float[] floats) {
            System.arraycopy(floats, (int) (tensor.offset() + from), into, at, n);
        } else {
            MemorySegment.copy((MemorySegment) tensor.storage(), ValueLayout.JAVA_FLOAT_UNALIGNED,
                    (tensor.offset() + from) * Float.BYTES, into, at, n);
        }
    }

    public static void write(float[] from, int at, Tensor tensor, long to, int n) {
        if (tensor.storage() instanceof float[] floats) {
            System.arraycopy(from, at, floats, (int) (tensor.offset() + to), n);
        } else {
            MemorySegment.copy(from, at, (MemorySegment) tensor.storage(), ValueLayout.JAVA_FLOAT_UNALIGNED,
                    (tensor.offset() + to) * Float.BYTES, n);
        }
    }

    /**
     * The weight of a row.
     *
     * @param weights one for each row, one for all, or null for 1
     * @param row the row
     * @return its weight
     */
    public static float weight(Tensor weights, long row) {
        return weights == null ? 1 : weights.get(weights.size() == 1 ? 0 : row);
    }

    public static void clear(Tensor tensor, long from, long n) {
        long start = tensor.offset() + from;
        if (tensor.storage() instanceof float[] floats) {
            Arrays.fill(floats, (int) start, (int) (start + n), 0);
        } else {
            ((MemorySegment) tensor.storage()).asSlice(start * Float.BYTES, n * Float.BYTES).fill((byte) 0);
        }
    }
}
