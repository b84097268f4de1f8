// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A tensor that its memory does not hold is refused, with the shape that was asked for and the size that was found. */
class TensorErrorsTest {

    private static final float[] SIX = new float[6];
    private static final MemorySegment SEGMENT = MemorySegment.ofArray(new byte[24]);
    private static final ByteBuffer OTHER = ByteBuffer.allocate(24).order(
            ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    private static final long HUGE = 1L << 62;

    private static Arguments row(String what, Executable make, String... message) {
        return Arguments.of(what, make, List.of(message));
    }

    static List<Arguments> tensors() {
        return List.of(
                row("array too small", () -> Tensor.of(SIX, 7), "(7)", "7", "6"),
                row("array too small", () -> Tensor.of(SIX, 2, 4), "(2, 4)", "8", "6"),
                row("array too large", () -> Tensor.of(SIX, 5), "(5)", "5", "6"),
                row("array for a scalar", () -> Tensor.of(SIX, new long[0]), "()", "1", "6"),
                row("negative dimension", () -> Tensor.of(SIX, -6), "negative", "(-6)"),
                row("two negative dimensions", () -> Tensor.of(SIX, -2, -3), "negative", "(-2, -3)"),
                row("product overflows", () -> Tensor.of(SIX, HUGE, 4), "(" + HUGE + ", 4)", "2^63"),
                row("product overflows a little", () -> Tensor.of(SIX, HUGE / 3 + 1, 6), "2^63"),
                row("view too long", () -> Tensor.view(SIX, 3, 4), "4", "(4)", "3", "6"),
                row("view from before", () -> Tensor.view(SIX, -1, 2), "-1", "6"),
                row("view from behind", () -> Tensor.view(SIX, 7, 0), "7", "6"),
                row("view from far behind", () -> Tensor.view(SIX, Integer.MAX_VALUE, 1), "6"),
                row("segment too small", () -> Tensor.of(SEGMENT, 7), "(7)", "7", "6"),
                row("segment too large", () -> Tensor.of(SEGMENT, 5), "(5)", "5", "6"),
                row("half a float", () -> Tensor.of(SEGMENT.asSlice(0, 22), 5), "22 bytes"),
                row("a segment of doubles", () -> Tensor.of(MemorySegment.ofArray(new double[3]), 6), "double[]",
                        "copyOf"),
                row("a segment of longs", () -> Tensor.of(MemorySegment.ofArray(new long[3]), 6), "long[]", "float[]"),
                row("a segment of ints", () -> Tensor.of(MemorySegment.ofArray(new int[6]), 6), "int[]", "float[]"),
                row("a segment of shorts", () -> Tensor.of(MemorySegment.ofArray(new short[12]), 6), "short[]"),
                row("a segment of chars", () -> Tensor.of(MemorySegment.ofArray(new char[12]), 6), "char[]"),
                row("a read-only segment of doubles",
                        () -> Tensor.of(MemorySegment.ofArray(new double[3]).asReadOnly(), 6), "8-byte"),
                row("a buffer of the other order", () -> Tensor.of(OTHER.asFloatBuffer(), 6), OTHER.order().toString(),
                        ByteOrder.nativeOrder().toString(), "order(ByteOrder.nativeOrder())"),
                row("a buffer too small", () -> Tensor.of(FloatBuffer.wrap(SIX).position(1), 2, 3), "(2, 3)", "6", "5"),
                row("doubles too few", () -> Tensor.copyOf(new double[5], 2, 3), "(2, 3)", "6", "5"),
                row("zeros of a negative shape", () -> Tensor.zeros(2, -3), "negative", "(2, -3)"),
                row("zeros beyond memory", () -> Tensor.zeros(HUGE), "(" + HUGE + ")", "memory"),
                row("labels too few", () -> Labels.of(new byte[5], new long[] {2, 3}), "(2, 3)", "6", "5"),
                row("labels beyond", () -> Labels.view(new short[6], 3, 4), "4", "(4)", "3", "short[]", "6"),
                row("labels from before", () -> Labels.view(new int[6], -1, 4), "-1", "int[]", "6"),
                row("labels of floats", () -> Labels.of(FloatBuffer.wrap(SIX)), "FloatBuffer", "IntBuffer"),
                row("labels of the other order", () -> Labels.of(OTHER.asIntBuffer()), OTHER.order().toString()),
                row("labels of a layout of floats", () -> Labels.of(SEGMENT, ValueLayout.JAVA_FLOAT, 6), "layout",
                        "JAVA_INT"),
                row("labels of a layout of the other order", () -> Labels.of(SEGMENT,
                        ValueLayout.JAVA_INT.withOrder(OTHER.order()), 6), OTHER.order().toString()),
                row("labels of another array", () -> Labels.of(MemorySegment.ofArray(new int[2]),
                        ValueLayout.JAVA_LONG, 1), "int[]", "long"),
                row("labels of half an element", () -> Labels.of(SEGMENT.asSlice(0, 7), ValueLayout.JAVA_SHORT, 3),
                        "7 bytes", "short"),
                row("labels reshaped", () -> Labels.of(1, 2, 3).reshape(2, 2), "labels", "(3)", "(2, 2)"),
                row("a row of one label", () -> Labels.of(1).reshape().slice(0, 1), "labels", "scalar"),
                row("reshape", () -> Tensor.of(SIX, 2, 3).reshape(7), "(2, 3)", "(7)"),
                row("reshape to negative", () -> Tensor.of(SIX, 2, 3).reshape(-2, -3), "negative"),
                row("slice of a scalar", () -> Tensor.view(SIX, 0).slice(0, 1), "scalar"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    void doesNotFit(String what, Executable make, List<String> expected) {
        String message = assertThrows(IllegalArgumentException.class, make).getMessage();
        for (String part : expected) assertTrue(message.contains(part), message + " has no " + part);
    }

    @Test
    void outside() {
        Tensor t = Tensor.of(SIX, 2, 3);
        for (Executable e : List.<Executable>of(() -> t.get(6), () -> t.get(-1), () -> t.set(6, 0), () -> t.dim(2),
                () -> t.dim(-3), () -> t.slice(0, 3), () -> t.slice(2, 1), () -> t.slice(-1, 1),
                () -> Labels.of(1, 2).get(2), () -> Labels.of(1, 2).slice(1, 3))) {
            assertThrows(IndexOutOfBoundsException.class, e);
        }
    }

    @Test
    void outsideAnAxis() {
        Tensor t = Tensor.of(SIX, 1, 2, 3);
        for (Executable e : List.<Executable>of(() -> t.get(0, 2, 0), () -> t.set(1, 0, 2, 0))) {
            String message = assertThrows(IndexOutOfBoundsException.class, e).getMessage();
            assertEquals("index: found 2 on axis 1, expected 0 to 1 in shape (1, 2, 3)", message);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(0, 0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(1, 0, 0));
        String message = assertThrows(IndexOutOfBoundsException.class, () -> t.get(0, 1)).getMessage();
        assertEquals("index: found 2 numbers, expected 3 for shape (1, 2, 3)", message);
    }

    @Test
    void nothingThere() {
        for (Executable e : List.<Executable>of(() -> Tensor.of((float[]) null), () -> Tensor.of((float[]) null, 1),
                () -> Tensor.view(null, 0, 1), () -> Tensor.of((MemorySegment) null, 1),
                () -> Tensor.of((FloatBuffer) null), () -> Tensor.copyOf(null), () -> Labels.of((ByteBuffer) null),
                () -> Labels.view((byte[]) null, 0, 1), () -> Labels.of(null, ValueLayout.JAVA_INT, 1))) {
            assertTrue(assertThrows(NullPointerException.class, e).getMessage().contains("data"));
        }
    }

    @Test
    void sharedShapesCannotBeChanged() {
        long[] shape = {2, 3};
        Tensor t = Tensor.of(SIX, shape);
        shape[0] = 1;
        t.shape()[1] = 1;
        assertTrue(t.hasShapeOf(Tensor.of(SIX, 2, 3)));
    }
}
