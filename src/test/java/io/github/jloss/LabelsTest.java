// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Integers of every width, wherever they are, are the same labels. */
class LabelsTest {

    private static final long[] LONGS = {0, 1, 2, 1, 0, -1, 2, 0};
    private static final int[] INTS = {0, 1, 2, 1, 0, -1, 2, 0};
    private static final short[] SHORTS = {0, 1, 2, 1, 0, -1, 2, 0};
    private static final byte[] BYTES = {0, 1, 2, 1, 0, -1, 2, 0};

    private static Labels filled(ByteBuffer buffer, int width) {
        buffer.order(ByteOrder.nativeOrder());
        return switch (width) {
            case 8 -> Labels.of(buffer.asLongBuffer().put(LONGS).flip(), 4, 2);
            case 4 -> Labels.of(buffer.asIntBuffer().put(INTS).flip(), 4, 2);
            case 2 -> Labels.of(buffer.asShortBuffer().put(SHORTS).flip(), 4, 2);
            default -> Labels.of(buffer.put(BYTES).flip(), 4, 2);
        };
    }

    private static Labels filled(MemorySegment segment, ValueLayout layout) {
        for (int i = 0; i < LONGS.length; i++) {
            switch (layout) {
                case ValueLayout.OfLong _ -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, LONGS[i]);
                case ValueLayout.OfInt _ -> segment.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * i, INTS[i]);
                case ValueLayout.OfShort _ -> segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, SHORTS[i]);
                default -> segment.set(ValueLayout.JAVA_BYTE, i, BYTES[i]);
            }
        }
        return Labels.of(segment, layout, 4, 2);
    }

    /** The same labels, (4, 2), in all the ways there are. */
    static List<Labels> all() {
        long[] shape = {4, 2};
        List<Labels> all = new ArrayList<>(List.of(Labels.of(LONGS, shape), Labels.of(INTS, shape),
                Labels.of(SHORTS, shape), Labels.of(BYTES, shape), Labels.of(LONGS).reshape(4, 2),
                Labels.of(SHORTS).reshape(4, 2), Labels.of(BYTES).reshape(4, 2),
                Labels.view(new long[] {9, 0, 1, 2, 1, 0, -1, 2, 0, 9}, 1, 4, 2),
                Labels.view(new int[] {9, 0, 1, 2, 1, 0, -1, 2, 0, 9}, 1, 4, 2),
                Labels.view(new short[] {9, 0, 1, 2, 1, 0, -1, 2, 0, 9}, 1, 4, 2),
                Labels.view(new byte[] {9, 0, 1, 2, 1, 0, -1, 2, 0, 9}, 1, 4, 2),
                Labels.of(LongBuffer.wrap(LONGS), shape), Labels.of(IntBuffer.wrap(INTS).asReadOnlyBuffer(), shape),
                Labels.of(ShortBuffer.wrap(SHORTS), shape), Labels.of(ByteBuffer.wrap(BYTES)).reshape(4, 2)));
        for (ValueLayout layout : List.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_SHORT,
                ValueLayout.JAVA_BYTE, ValueLayout.JAVA_INT_UNALIGNED)) {
            int width = (int) layout.byteSize();
            all.add(filled(ByteBuffer.allocate(8 * width), width));
            all.add(filled(ByteBuffer.allocateDirect(8 * width), width));
            all.add(filled(Arena.ofAuto().allocate(8L * width, 8), layout));
            all.add(filled(Arena.ofAuto().allocate(8L * width + 1).asSlice(1), layout));
            all.add(filled(MemorySegment.ofArray(new byte[8 * width]), layout));
        }
        all.add(filled(MemorySegment.ofArray(new long[9]).asSlice(8), ValueLayout.JAVA_LONG));
        all.add(filled(MemorySegment.ofArray(new int[9]).asSlice(4), ValueLayout.JAVA_INT));
        all.add(filled(MemorySegment.ofArray(new short[9]).asSlice(2), ValueLayout.JAVA_SHORT));
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void areTheSame(Labels labels) {
        assertArrayEquals(new long[] {4, 2}, labels.shape());
        for (int i = 0; i < 8; i++) assertEquals(LONGS[i], labels.get(i), labels::toString);
        Labels slice = labels.slice(1, 3);
        assertArrayEquals(new long[] {2, 2}, slice.shape());
        for (int i = 0; i < 4; i++) assertEquals(LONGS[2 + i], slice.get(i), labels::toString);
        assertEquals(LONGS[3], slice.reshape(4).slice(1, 2).reshape(new long[0]).get(0));

        Tensor x = Tensor.of(Numbers.inputs(24, 3), 4, 3, 2);
        float[] expected = new float[24];
        float[] found = new float[24];
        CrossEntropyLoss loss = new CrossEntropyLoss().withIgnoreIndex(-1);
        double value = loss.forwardBackward(x, Labels.of(LONGS, new long[] {4, 2}), Tensor.of(expected, 4, 3, 2));
        assertEquals(value, loss.forwardBackward(x, labels, Tensor.of(found, 4, 3, 2)));
        assertArrayEquals(expected, found);
    }

    /** 255, which masks often mean for "nobody knows", is -1 in a byte of Java. */
    @Test
    void unsigned() {
        byte[] pixels = {0, 127, (byte) 128, (byte) 255};
        Labels labels = Labels.of(pixels).unsigned();
        assertEquals("Labels(4) over unsigned byte[]", labels.toString());
        assertEquals(127, labels.get(1));
        assertEquals(128, labels.get(2));
        assertEquals(255, labels.slice(3, 4).get(0));
        assertEquals(-1, Labels.of(pixels).get(3));
        assertEquals(255, Labels.of(MemorySegment.ofArray(pixels), ValueLayout.JAVA_BYTE, 4).unsigned().get(3));
        assertEquals(65535, Labels.of(ShortBuffer.wrap(new short[] {-1})).unsigned().get(0));
        assertEquals(-1, Labels.of(-1).unsigned().get(0));
        assertEquals(-1, Labels.of(-1L).unsigned().get(0));
    }

    @Test
    void areShown() {
        assertEquals("Labels(2, 1) over int[]", Labels.of(new int[2], new long[] {2, 1}).toString());
        assertEquals("Labels(2) over short[]", Labels.of(new short[2]).toString());
        assertEquals("Labels(2) over 64-bit integers of a MemorySegment",
                Labels.of(Arena.ofAuto().allocate(16), ValueLayout.JAVA_LONG, 2).toString());
    }
}
