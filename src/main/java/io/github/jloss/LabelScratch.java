// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;

/** Labels as floats that formulas can read, checked on the way: memory that one thread uses again and again. */
final class LabelScratch {

    private float[] floats = new float[0];
    private long kept;
    private Tensor elements = Tensor.of(floats);
    private Tensor numbers = Tensor.of(floats);

    /** How many of the labels last read were not ignored. */
    long kept() {
        return kept;
    }

    /** Labels 0 and 1 in the shape of the input. */
    Tensor binary(Labels labels, Tensor input, boolean ignores, long ignored) {
        boolean fits = labels.rank() == input.rank();
        for (int axis = 0; fits && axis < labels.rank(); axis++) {
            fits = labels.dim(axis) == input.dim(axis);
        }
        if (!fits) {
            throw new IllegalArgumentException("target: found shape " + Shapes.text(labels.shape()) + ", expected "
                    + Shapes.text(input.shape()) + " as input has");
        }
        read(labels, 2, ignores, ignored);
        if (!elements.hasShapeOf(input) || elements.storage() != floats) {
            elements = Tensor.view(floats, 0, input.shape());
        }
        return elements;
    }

    /** Labels (N, d1, ...) of an input (N, C, d1, ...), in a shape that broadcasts to it: (N, 1, d1, ...). */
    Tensor perElement(Labels labels, Tensor input, boolean ignores, long ignored) {
        if (input.rank() < 2 || input.dim(1) > 1 << 24) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected (N, C, d1, ...) with at most 2^24 classes");
        }
        Shapes.requireWithout(1, input, "target", labels);
        read(labels, input.dim(1), ignores, ignored);
        boolean same = elements.rank() == input.rank() && elements.storage() == floats;
        for (int axis = 0; same && axis < input.rank(); axis++) {
            same = elements.dim(axis) == (axis == 1 ? 1 : input.dim(axis));
        }
        if (!same) {
            long[] shape = input.shape();
            shape[1] = 1;
            elements = Tensor.view(floats, 0, shape);
        }
        return elements;
    }

    /** 0 to C - 1, in a shape that broadcasts along axis 1 of the input: (C, 1, ...). */
    Tensor classNumbers(Tensor input) {
        if (numbers.rank() != input.rank() - 1 || numbers.dim(0) != input.dim(1)) {
            long[] shape = new long[input.rank() - 1];
            Arrays.fill(shape, 1);
            shape[0] = input.dim(1);
            numbers = Tensor.of(new float[(int) shape[0]], shape);
            for (long c = 0; c < shape[0]; c++) {
                numbers.set(c, c);
            }
        }
        return numbers;
    }

    private void read(Labels labels, long classes, boolean ignores, long ignored) {
        int n = (int) labels.size();
        if (floats.length < n) {
            floats = new float[n];
        }
        kept = n;
        Long only = ignores ? Long.valueOf(ignored) : null;
        for (int i = 0; i < n; i++) {
            long label = Checks.label("target", i, labels.get(i), classes, only);
            if (ignores && label == ignored) {
                kept--;
            }
            floats[i] = label;
        }
    }
}
