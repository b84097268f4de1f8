// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Target;
import java.util.Arrays;

/** What a loss compares its inputs with, and how that comes out of a file. */
enum TargetKind {
    /** Nothing: the inputs are compared with each other. */
    NONE("nothing"),
    /** A float for each element of the input. */
    FLOATS("floats of the input's shape"),
    /** A float for each row of the inputs. */
    ROWS("a float for each row"),
    /** A class number for each row or pixel. */
    LABELS("class labels"),
    /** Class numbers where the file holds integers in another shape than the input's, otherwise floats. */
    LABELS_OR_FLOATS("class labels, or floats of the input's shape");

    private final String text;

    TargetKind(String text) {
        this.text = text;
    }

    /** The target in a file; one that has the right shape but for axes of length 1 is taken in that shape. */
    Target of(NpyArray file, NpyArray input) {
        boolean labels = this == LABELS
                || this == LABELS_OR_FLOATS && !Arrays.equals(file.shape(), input.shape());
        if (labels && file.integers()) return file.labels();
        NpyArray floats = file.squeezedTo(this == ROWS ? Arrays.copyOf(input.shape(), 1) : input.shape());
        if (labels && !Arrays.equals(floats.shape(), input.shape())) {
            throw new UserError("target: found floats of shape " + Npy.shapeText(file.shape())
                    + ", expected class labels, which are integers (in NumPy: labels.astype(\"int64\"))"
                    + (this == LABELS ? "" : ", or floats of shape " + Npy.shapeText(input.shape())));
        }
        return floats.tensor();
    }

    @Override
    public String toString() {
        return text;
    }
}
