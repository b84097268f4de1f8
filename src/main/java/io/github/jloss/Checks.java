// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.nio.ByteOrder;
import java.util.Objects;

/** Argument checks. Each message names the argument, what was found and what was expected. */
final class Checks {

    /** The cure for floats where classes are expected. */
    static final String HOW_LABELS = "classes are integers, in an int[], a long[] or the like, see Labels.of";

    private Checks() {}

    static double finite(String name, double value) {
        return require(Double.isFinite(value), name, value, "a finite number");
    }

    static double positive(String name, double value) {
        return require(Double.isFinite(value) && value > 0, name, value, "a finite number above 0");
    }

    static double notNegative(String name, double value) {
        return require(Double.isFinite(value) && value >= 0, name, value, "a finite number of at least 0");
    }

    static double require(boolean holds, String name, double value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": found " + value + ", expected " + expected);
        }
        return value;
    }

    static int threads(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("threads: found " + value + ", expected at least 1");
        }
        return value;
    }

    /** An option as the float the formulas compute with; one that float cannot hold is an error, not an infinity. */
    static float asFloat(String name, double value) {
        finite(name, value);
        if (!Float.isFinite((float) value)) {
            throw new IllegalArgumentException(name + ": found " + value + ", which does not fit into a float");
        }
        return (float) value;
    }

    /** Options of classes as the floats formulas compute with, each from 0 to a most. */
    static float[] each(String name, double[] values, double most, String expected) {
        float[] floats = new float[Objects.requireNonNull(values, name).length];
        for (int i = 0; i < floats.length; i++) {
            boolean holds = values[i] >= 0 && values[i] <= most;
            floats[i] = (float) require(holds, holds ? name : name + "[" + i + "]", values[i], expected);
        }
        return floats;
    }

    /** Numbers in the other byte order would be read as garbage. */
    static void nativeOrder(String name, Object found, ByteOrder order) {
        if (order != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException(name + ": found " + order + " numbers in " + found + ", expected "
                    + ByteOrder.nativeOrder() + ": call order(ByteOrder.nativeOrder()) on the ByteBuffer before"
                    + " making a view of it, or copy the numbers");
        }
    }

    /** A target that must not be labels. */
    static Tensor floats(Target target) {
        if (target instanceof Labels labels) {
            throw new IllegalArgumentException("target: found " + labels + ", expected a Tensor of floats");
        }
        return (Tensor) Objects.requireNonNull(target, "target");
    }

    /** A target that must be labels. */
    static Labels labels(Target target) {
        if (target instanceof Tensor tensor) {
            throw new IllegalArgumentException("target: found " + tensor + ", expected Labels: " + HOW_LABELS);
        }
        return (Labels) Objects.requireNonNull(target, "target");
    }

    /** A label that must be a class, or the ignored one where there is one; returned as it is. */
    static long label(String name, long index, long label, long classes, Long ignored) {
        if ((label < 0 || label >= classes) && (ignored == null || label != ignored)) {
            throw new IllegalArgumentException(name + "[" + index + "]: found " + label
                    + ", expected a class from 0 to " + (classes - 1) + (ignored == null ? ""
                            : ", or " + ignored + ", which is ignored"));
        }
        return label;
    }

    static void sameShape(String name, Target found, String expectedName, Tensor expected) {
        Objects.requireNonNull(found, name);
        Objects.requireNonNull(expected, expectedName);
        if (!Shapes.isSame(found, expected)) {
            throw new IllegalArgumentException(name + ": found shape " + Shapes.text(found.shape()) + ", expected "
                    + Shapes.text(expected.shape()) + " as " + expectedName + " has (nothing is broadcast)");
        }
    }

    /**
     * A tensor that is written element by element may be the very tensor that is read (each element is read before it
     * is written), but must not overlap it shifted.
     */
    static void writable(String name, Tensor written, String readName, Tensor read) {
        if (written != read && written.overlaps(read) && !written.startsWith(read)) {
            throw new IllegalArgumentException(name + ": overlaps " + readName
                    + " shifted by some elements; it may be the same memory from its first element on, or apart");
        }
        writable(name, written);
    }

    static void writable(String name, Tensor written) {
        if (written.isReadOnly()) {
            throw new IllegalArgumentException(name + ": its MemorySegment is read-only, expected a writable one");
        }
    }

    static void gradient(Tensor input, Tensor target, Tensor gradient) {
        sameShape("gradient", gradient, "input", input);
        writable("gradient", gradient, "input", input);
        writable("gradient", gradient, "target", target);
    }

    /** A tensor that is written before all of another one has been read must not share any element with it. */
    static void apart(String name, Tensor written, String readName, Tensor read, String why) {
        Objects.requireNonNull(written, name);
        Objects.requireNonNull(read, readName);
        if (written.overlaps(read)) {
            throw new IllegalArgumentException(name + ": shares memory with " + readName + ", but " + why);
        }
    }
}
