// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/** What a loss compares its inputs with, as the catalogue of {@link Losses} has it. */
public enum TargetKind {
    /** Nothing: the inputs are compared with each other. */
    NONE("nothing"),
    /** A float for each element of the input. */
    FLOATS("floats of the input's shape"),
    /** A float for each row of the inputs. */
    ROWS("a float for each row"),
    /** A class number for each row or pixel. */
    LABELS("class labels"),
    /** Either of two. */
    LABELS_OR_FLOATS("class labels, or floats of the input's shape");

    private final String text;

    TargetKind(String text) {
        this.text = text;
    }

    /** In words. */
    @Override
    public String toString() {
        return text;
    }
}
