// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;

/** Labels as floats that formulas can read, checked on the way: memory that one thread uses again and again. */
final class LabelScratch {

    /** Where the numbers of classes are kept. */
    private static final int NUMBERS = 0;

    /** Where weights of classes are kept. */
    static final int WEIGHTS = 1;

    /** Where weights of positives are kept. */
    static final int ALPHA = 2;

    private float[] floats = new float[0];
    private long kept;
    private Tensor elements = Tensor.of(floats);
    private float[] numbers = floats;
    private final Tensor[] ofClasses = new Tensor[3];

    /** How many of the labels last read were not ignored. */
    long kept() {
        return kept;
    }

    /** Whether a tensor is the labels last read, in the shape of the input. */
    boolean holds(Tensor tensor) {
        return tensor == elements;
    }

    /** Labels 0 and 1 in the shape of the input. Those that weights mask, if there are weights, may be any number. */
    Tensor binary(Labels labels, Tensor input, Long ignored, Tensor weights) {
        Checks.sameShape("target", labels, "input", input);
        read(labels, 2, ignored, input, false, weights);
        if (!elements.hasShapeOf(input) || elements.storage() != floats) {
            elements = Tensor.view(floats, 0, input.shape());
        }
        return elements;
    }

    /** Labels (N, d1, ...) of an input (N, C, d1, ...), in a shape that broadcasts to it: (N, 1, d1, ...). */
    Tensor perElement(Labels labels, Tensor input, Long ignored, Tensor weights) {
        if (input.rank() < 2 || input.dim(1) > 1 << 24) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected (N, C, d1, ...) with at most 2^24 classes");
        }
        Shapes.requireWithout(1, input, "target", labels);
        read(labels, input.dim(1), ignored, input, true, weights);
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
        int classes = (int) input.dim(1);
        if (numbers.length != classes) {
            numbers = new float[classes];
            for (int c = 0; c < classes; c++) {
                numbers[c] = c;
            }
        }
        return ofClasses("input", numbers, input, NUMBERS);
    }

    /** A number for each class, in a shape that broadcasts along axis 1 of the input: (C, 1, ...). */
    Tensor ofClasses(String name, float[] values, Tensor input, int place) {
        if (input.rank() < 2 || input.dim(1) != values.length) {
            throw new IllegalArgumentException(name + ": found numbers for " + values.length
                    + " classes, expected one for each along axis 1 of input, " + Shapes.text(input.shape()));
        }
        if (ofClasses[place] == null || ofClasses[place].storage() != values
                || ofClasses[place].rank() != input.rank() - 1) {
            long[] shape = new long[input.rank() - 1];
            Arrays.fill(shape, 1);
            shape[0] = values.length;
            ofClasses[place] = Tensor.view(values, 0, shape);
        }
        return ofClasses[place];
    }

    private void read(Labels labels, long classes, Long ignored, Tensor input, boolean perClass, Tensor weights) {
        int n = (int) labels.size();
        if (floats.length < n) {
            floats = new float[n];
        }
        long pixels = n == 0 || !perClass ? 1 : n / labels.dim(0);
        kept = n;
        for (int i = 0; i < n; i++) {
            long label = labels.get(i);
            if (ignored != null && label == ignored) {
                kept--;
            } else if (label < 0 || label >= classes) {
                boolean hidden = weights != null && (perClass
                        ? Weights.mask(weights, input, i / pixels * classes * pixels + i % pixels, pixels, classes)
                        : Weights.mask(weights, input, i, 1, 1));
                label = hidden ? 0 : Checks.label("target", i, label, classes, ignored);
            }
            floats[i] = label;
        }
    }
}
