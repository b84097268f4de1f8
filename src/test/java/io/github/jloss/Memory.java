// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The kinds of memory a tensor may be a view of. */
enum Memory {
    ARRAY {
        @Override
        Tensor copy(float[] data) {
            return Tensor.of(data.clone());
        }
    },
    /** In the middle of a larger array, at an odd index. */
    PART_OF_ARRAY {
        @Override
        Tensor copy(float[] data) {
            float[] larger = new float[data.length + 9];
            System.arraycopy(data, 0, larger, 5, data.length);
            return Tensor.view(larger, 5, data.length);
        }
    },
    NATIVE {
        @Override
        Tensor copy(float[] data) {
            return fill(Arena.ofAuto().allocate(4L * data.length, 64), data);
        }
    },
    /** Native, and no float is where a float should be. */
    NATIVE_UNALIGNED {
        @Override
        Tensor copy(float[] data) {
            return fill(Arena.ofAuto().allocate(4L * data.length + 3, 64).asSlice(3), data);
        }
    },
    BYTE_ARRAY {
        @Override
        Tensor copy(float[] data) {
            return fill(MemorySegment.ofArray(new byte[4 * data.length + 1]).asSlice(1), data);
        }
    },
    /** Of the calling thread alone: no other thread may help. */
    CONFINED {
        // The tests' little memory is theirs until the JVM ends.
        @Override
        @SuppressWarnings("resource")
        Tensor copy(float[] data) {
            return fill(Arena.ofConfined().allocate(4L * data.length, 4), data);
        }
    };

    /** A tensor of one dimension that holds these floats in memory of this kind. */
    abstract Tensor copy(float[] data);

    private static Tensor fill(MemorySegment segment, float[] data) {
        MemorySegment.copy(data, 0, segment,
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.nativeOrder()), 0, data.length);
        return Tensor.of(segment, data.length);
    }

    /** What a tensor holds. */
    static float[] floats(Tensor tensor) {
        float[] floats = new float[(int) tensor.size()];
        for (int i = 0; i < floats.length; i++) floats[i] = tensor.get(i);
        return floats;
    }
}
