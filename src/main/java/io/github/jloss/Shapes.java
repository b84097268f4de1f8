// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** Shape arithmetic and the wording of shape errors. */
final class Shapes {

    private Shapes() {}

    /** Number of elements of a shape; the empty shape is a scalar and has one. */
    static long size(long... shape) {
        long size = 1;
        for (long d : Objects.requireNonNull(shape, "shape")) {
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

    /** Whether two have the same dimensions. */
    static boolean isSame(Target one, Target other) {
        boolean same = one.rank() == other.rank();
        for (int axis = 0; same && axis < one.rank(); axis++) {
            same = one.dim(axis) == other.dim(axis);
        }
        return same;
    }

    /** Whether a target has the shape of the input without one axis. */
    static boolean isWithout(int without, Tensor input, Target target) {
        boolean fits = target.rank() == input.rank() - 1;
        for (int axis = 0; fits && axis < target.rank(); axis++) {
            fits = target.dim(axis) == input.dim(axis < without ? axis : axis + 1);
        }
        return fits;
    }

    /** Refuses what has not the shape of the input without one axis. */
    static void requireWithout(int without, Tensor input, String name, Target found) {
        if (!isWithout(without, input, found)) {
            throw new IllegalArgumentException(name + ": found shape " + text(found.shape())
                    + ", expected the input's shape " + text(input.shape()) + " without axis " + without);
        }
    }

    /** Refuses a tensor whose shape does not broadcast to that of the input by NumPy's rules. */
    static void requireBroadcast(String name, Tensor tensor, Tensor input) {
        requireBroadcast(name, tensor, "input", input);
    }

    /** Refuses a tensor whose shape does not broadcast to that of {@code like} by NumPy's rules. */
    static void requireBroadcast(String name, Tensor tensor, String likeName, Target like) {
        boolean fits = tensor.rank() <= like.rank();
        for (int axis = 1; fits && axis <= tensor.rank(); axis++) {
            long d = tensor.dim(-axis);
            fits = d == 1 || d == like.dim(-axis);
        }
        if (!fits) {
            throw new IllegalArgumentException(name + ": shape " + text(tensor.shape())
                    + " does not broadcast to the " + likeName + "'s shape " + text(like.shape()));
        }
    }

    /** Refuses a tensor whose shape does not broadcast to that of {@code like} without one axis, by NumPy's rules. */
    static void requireBroadcast(String name, Tensor tensor, Tensor like, int without) {
        int rank = like.rank() - 1;
        boolean fits = tensor.rank() <= rank;
        for (int i = 1; fits && i <= tensor.rank(); i++) {
            int axis = rank - i;
            long d = tensor.dim(-i);
            fits = d == 1 || d == like.dim(axis < without ? axis : axis + 1);
        }
        if (!fits) {
            throw new IllegalArgumentException(name + ": shape " + text(tensor.shape())
                    + " does not broadcast to the input's shape " + text(like.shape()) + " without axis " + without);
        }
    }

    /** The shape of rows {@code from} to {@code to} of the first dimension. */
    static long[] sliced(String name, long[] shape, long from, long to) {
        if (shape.length == 0) {
            throw new IllegalArgumentException(name + ": a scalar has no rows to slice");
        }
        Objects.checkFromToIndex(from, to, shape[0]);
        long[] sliced = shape.clone();
        sliced[0] = to - from;
        return sliced;
    }

    /** How many elements a row of the first dimension has. */
    static long row(long... shape) {
        return shape[0] == 0 ? 0 : size(shape) / shape[0];
    }

    /** A copy of another shape for the same elements. */
    static long[] reshaped(String name, long[] shape, long[] other) {
        if (size(other) != size(shape)) {
            throw new IllegalArgumentException(name + ": cannot reshape " + text(shape) + " to " + text(other));
        }
        return other.clone();
    }

    /** {@code (8, 1, 256)}, the way NumPy and PyTorch users read shapes. */
    static String text(long... shape) {
        return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
