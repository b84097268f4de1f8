// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Target;
import io.github.jloss.TargetKind;
import java.util.Arrays;

/** How a target comes out of a file. */
final class Targets {

    private Targets() {}

    /**
     * The target in a file. Integers are labels where the loss takes labels, but not in the input's shape where it
     * takes floats, too; one that has the right shape but for axes of length 1 is taken in that shape.
     */
    static Target of(TargetKind kind, NpyArray file, NpyArray input) {
        boolean labels = kind == TargetKind.LABELS
                || kind == TargetKind.LABELS_OR_FLOATS && !Arrays.equals(file.shape(), input.shape());
        if (labels && file.integers()) return file.labels();
        NpyArray floats = file.squeezedTo(kind == TargetKind.ROWS ? Arrays.copyOf(input.shape(), 1) : input.shape());
        if (labels && !Arrays.equals(floats.shape(), input.shape())) {
            throw new UserError("target: found floats of shape " + Npy.shapeText(file.shape())
                    + ", expected class labels, which are integers (in NumPy: labels.astype(\"int64\"))"
                    + (kind == TargetKind.LABELS ? "" : ", or floats of shape " + Npy.shapeText(input.shape())));
        }
        return floats.tensor();
    }
}
