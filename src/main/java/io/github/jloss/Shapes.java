package io.github.jloss;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Shape arithmetic and the wording of shape errors. */
final class Shapes {

    private Shapes() {}

    /** Number of elements of a shape; the empty shape is a scalar and has one. */
    static long size(long... shape) {
        long size = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new IllegalArgumentException("shape: found a negative dimension in " + text(shape));
            }
            try {
                size = Math.multiplyExact(size, d);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape: " + text(shape) + " has more than 2^63-1 elements", e);
            }
        }
        return size;
    }

    /** Refuses a tensor whose shape does not broadcast to that of {@code like} by NumPy's rules. */
    static void requireBroadcast(String name, Tensor tensor, Tensor like) {
        boolean fits = tensor.rank() <= like.rank();
        for (int axis = 1; fits && axis <= tensor.rank(); axis++) {
            long d = tensor.dim(-axis);
            fits = d == 1 || d == like.dim(-axis);
        }
        if (!fits) {
            throw new IllegalArgumentException(name + ": shape " + text(tensor.shape())
                    + " does not broadcast to the input's shape " + text(like.shape()));
        }
    }

    /** {@code (8, 1, 256)}, the way NumPy and PyTorch users read shapes. */
    static String text(long... shape) {
        return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
