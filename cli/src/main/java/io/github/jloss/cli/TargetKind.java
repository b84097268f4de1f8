package io.github.jloss.cli;

import io.github.jloss.Target;

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
    /** Class numbers where the file holds integers, probabilities where it holds floats. */
    LABELS_OR_FLOATS("class labels, or floats of the input's shape"),
    /** Class numbers where the option mode says multiclass, otherwise a float for each element. */
    BY_MODE("class labels where mode=multiclass, otherwise floats of the input's shape");

    private final String text;

    TargetKind(String text) {
        this.text = text;
    }

    /** The target in a file; one that has the input's shape but for axes of length 1 is taken in that shape. */
    Target of(NpyArray file, NpyArray input, Options options) {
        boolean labels = switch (this) {
            case NONE, FLOATS, ROWS -> false;
            case LABELS, LABELS_OR_FLOATS -> file.integers();
            case BY_MODE -> file.integers() && options.word("mode").equals("multiclass");
        };
        if (labels) return file.labels();
        return (this == ROWS ? file : file.squeezedTo(input)).tensor();
    }

    @Override
    public String toString() {
        return text;
    }
}
