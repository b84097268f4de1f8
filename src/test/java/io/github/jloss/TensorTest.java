// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Views of all kinds of memory show, find and keep the numbers that are there. */
class TensorTest {

    private static final float[] NUMBERS = {0.5f, -0f, Float.NaN, Float.POSITIVE_INFINITY, 1e-45f, 6, 7, 8, 9, 10};

    @Test
    void showsShapeAndFirstNumbers() {
        assertEquals("Tensor(2, 3) [1.0, 2.5, -3.0, 0.0, NaN, Infinity]",
                Tensor.of(new float[] {1, 2.5f, -3, 0, Float.NaN, Float.POSITIVE_INFINITY}, 2, 3).toString());
        assertEquals("Tensor(10) [0.5, -0.0, NaN, Infinity, 1.4E-45, 6.0, 7.0, 8.0, ... 2 more]",
                Tensor.of(NUMBERS).toString());
        assertEquals("Tensor() [3.0]", Tensor.of(new float[] {3}, new long[0]).toString());
        assertEquals("Tensor(2, 0) []", Tensor.zeros(2, 0).toString());
        assertEquals("Tensor(1) [9.0]", Tensor.of(NUMBERS).slice(8, 9).toString());
    }

    /** Printing a tensor in a debugger must not fail, whatever became of its memory. */
    @Test
    void showsThatItsMemoryIsGone() throws InterruptedException {
        Tensor freed;
        String[] elsewhere = new String[1];
        try (Arena arena = Arena.ofConfined()) {
            freed = Tensor.of(arena.allocate(8), 2);
            Thread other = new Thread(() -> elsewhere[0] = freed.toString());
            other.start();
            other.join();
        }
        assertEquals("Tensor(2) over memory that was freed", freed.toString());
        assertEquals("Tensor(2) over memory of another thread", elsewhere[0]);
    }

    @Test
    void zeros() {
        Tensor zeros = Tensor.zeros(2, 3);
        assertArrayEquals(new long[] {2, 3}, zeros.shape());
        assertArrayEquals(new float[6], Memory.floats(zeros));
        Tensor like = Tensor.zerosLike(Tensor.of(NUMBERS, 5, 2).slice(1, 3));
        assertArrayEquals(new long[] {2, 2}, like.shape());
        assertArrayEquals(new float[4], Memory.floats(like));
        like.set(0, 1);
        assertEquals(0.5f, NUMBERS[0]);
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void indexOfEachAxis(Memory memory) {
        float[] data = new float[24];
        for (int i = 0; i < data.length; i++) data[i] = i;
        Tensor t = memory.copy(data).reshape(2, 3, 4);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    assertEquals(12 * i + 4 * j + k, t.get(i, j, k));
                    t.set(-t.get(i, j, k), i, j, k);
                }
            }
        }
        for (int i = 0; i < data.length; i++) assertEquals(-data[i], t.get(i));
        assertEquals(-13, t.slice(1, 2).reshape(3, 4).get(0, 1));
    }

    @Test
    void buffersAreViews() {
        float[] array = NUMBERS.clone();
        FloatBuffer heap = FloatBuffer.wrap(array).position(2).limit(8).slice().position(1);
        Tensor t = Tensor.of(heap, 5);
        assertSame(array, t.storage());
        assertEquals(3, t.offset());
        assertEquals(1, heap.position());
        for (ByteBuffer bytes : new ByteBuffer[] {ByteBuffer.allocateDirect(40), ByteBuffer.allocate(40)}) {
            FloatBuffer floats = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().put(NUMBERS).position(1);
            Tensor view = Tensor.of(floats);
            for (int i = 1; i < NUMBERS.length; i++) assertEquals(NUMBERS[i], view.get(i - 1));
            view.set(8, 77);
            assertEquals(77, floats.get(9));
            assertTrue(Tensor.of(floats.asReadOnlyBuffer()).isReadOnly());
        }
    }

    @Test
    void doublesAreRounded() {
        double[] doubles = {0.1, 1e300, -1e-300, Double.NaN, 1 + Math.ulp(1f) * 0.75, 3};
        assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY, -0f, Float.NaN, 1 + Math.ulp(1f), 3},
                Memory.floats(Tensor.copyOf(doubles, 2, 3)));
    }

    /** Memory that may be read as floats, although it is no float[]. */
    @Test
    void segmentsOfBytesAndReadOnlyOnesStayViews() {
        float[] array = {1, 2};
        assertSame(array, Tensor.of(MemorySegment.ofArray(array), 2).storage());
        assertEquals(2, Tensor.of(MemorySegment.ofArray(array).asReadOnly(), 2).get(1));
        assertEquals(0, Tensor.of(MemorySegment.ofArray(new byte[8]).asReadOnly(), 2).get(1));
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void serializedAsNumbers(Memory memory) throws Exception {
        float[] data = new float[10_000];
        System.arraycopy(NUMBERS, 0, data, 4_990, NUMBERS.length);
        Tensor view = memory.copy(data).reshape(100, 100).slice(49, 100);
        Tensor read = Serial.copy(view);
        assertNotSame(view, read);
        assertArrayEquals(view.shape(), read.shape());
        assertArrayEquals(Memory.floats(view), Memory.floats(read));
        assertTrue(view.hasNumbersOf(read));
        assertTrue(read.storage() instanceof float[]);
        // Only the view was written.
        assertTrue(Serial.bytes(view.slice(0, 1)).length < 1000);
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void numbersTellTensorsApart(Memory memory) {
        Tensor t = memory.copy(NUMBERS);
        Tensor other = Tensor.of(NUMBERS.clone());
        assertTrue(t.hasNumbersOf(other));
        assertFalse(t.hasNumbersOf(other.reshape(2, 5)));
        assertFalse(t.hasNumbersOf(null));
        assertNotEquals(t, other);
        other.set(1, 0);
        assertFalse(t.hasNumbersOf(other), "0 is not -0");
        float[] large = new float[10_000];
        Tensor last = memory.copy(large);
        assertTrue(last.hasNumbersOf(Tensor.of(large)));
        last.set(9_999, 1);
        assertFalse(last.hasNumbersOf(Tensor.of(large)));
    }
}
