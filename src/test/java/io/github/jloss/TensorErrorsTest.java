package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
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
                () -> t.dim(-3), () -> t.slice(0, 3), () -> t.slice(2, 1), () -> t.slice(-1, 1))) {
            assertThrows(IndexOutOfBoundsException.class, e);
        }
    }

    @Test
    void nothingThere() {
        for (Executable e : List.<Executable>of(() -> Tensor.of((float[]) null), () -> Tensor.of((float[]) null, 1),
                () -> Tensor.view(null, 0, 1), () -> Tensor.of((MemorySegment) null, 1))) {
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
