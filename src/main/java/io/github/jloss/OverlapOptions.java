// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.Overlap.Activation;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;

/**
 * The options that all overlap losses have, and what input, target and weights go with them.
 *
 * @param mode what a region is
 * @param product whether the overlap of a pixel is {@code o T}, or {@code min(o, T)}
 * @param fromLogits whether inputs are logits, or probabilities
 * @param perClass whether each class is a region of its own
 * @param perImage whether each image has regions of its own
 * @param smooth smooths the quotient of a region
 * @param ignoreIndex the target of pixels that do not count, or null for none
 */
record OverlapOptions(Mode mode, boolean product, boolean fromLogits, boolean perClass, boolean perImage,
        double smooth, Long ignoreIndex) implements Serializable {

    /** What a region is. */
    enum Mode { BINARY, MULTICLASS, MULTILABEL }

    /** More labels than floats can tell apart. */
    private static final long MOST_CLASSES = 1 << 24;

    /** The most regions whose sums and slopes are held in memory: 2.5 GB. */
    private static final long MOST_REGIONS = 1 << 26;

    /** The defaults of a loss. */
    OverlapOptions(Mode mode, boolean product, boolean perClass, double smooth) {
        this(mode, product, true, perClass, false, smooth, null);
    }

    OverlapOptions withFromLogits(boolean logits) {
        return new OverlapOptions(mode, product, logits, perClass, perImage, smooth, ignoreIndex);
    }

    OverlapOptions withPerClass(boolean apart) {
        return new OverlapOptions(mode, product, fromLogits, apart, perImage, smooth, ignoreIndex);
    }

    OverlapOptions withPerImage(boolean apart) {
        return new OverlapOptions(mode, product, fromLogits, perClass, apart, smooth, ignoreIndex);
    }

    OverlapOptions withSmooth(double constant) {
        Checks.notNegative("smooth", constant);
        return new OverlapOptions(mode, product, fromLogits, perClass, perImage, constant, ignoreIndex);
    }

    OverlapOptions withIgnoreIndex(long label) {
        return new OverlapOptions(mode, product, fromLogits, perClass, perImage, smooth, label);
    }

    /** Whether the classes of a softmax are one region together. */
    boolean joinsClasses() {
        return mode == Mode.MULTICLASS && !perClass;
    }

    @Override
    public String toString() {
        return "mode=" + mode.name().toLowerCase(Locale.ROOT) + ", fromLogits=" + fromLogits + ", perClass=" + perClass
                + ", perImage=" + perImage + ", smooth=" + smooth + ", ignoreIndex=" + ignoreIndex;
    }

    // ---- what fits together

    /** Refuses a target or weights that do not go with an input that the engine sees like this. */
    void requireFitting(Tensor input, Target target, Tensor weights, Overlap what, Backend backend) {
        Objects.requireNonNull(target, "target");
        boolean withoutClasses = input.rank() >= 2 && (mode != Mode.BINARY || input.dim(1) == 1)
                && Shapes.isWithout(1, input, target);
        boolean labels = target instanceof Labels;
        if (labels && mode == Mode.MULTILABEL) {
            Checks.floats(target);
        }
        if (!labels && mode == Mode.MULTICLASS && ignoreIndex != null) {
            throw new IllegalArgumentException("target: found a tensor, expected Labels: with ignoreIndex the classes"
                    + " of a multiclass loss must be labels; " + Checks.HOW_LABELS);
        }
        boolean fits = mode == Mode.BINARY ? withoutClasses || Shapes.isSame(input, target)
                : labels ? withoutClasses : Shapes.isSame(input, target);
        if (!fits) {
            throw new IllegalArgumentException("target: found shape " + Shapes.text(target.shape()) + ", expected"
                    + " that of the input, " + Shapes.text(input.shape()) + (mode == Mode.BINARY
                            ? ", with or without an axis 1 of size 1" : labels ? ", without its axis 1"
                            : mode == Mode.MULTICLASS ? ", or Labels: " + Checks.HOW_LABELS : ""));
        }
        Target like = withoutClasses && weights != null && weights.rank() <= target.rank() ? target : input;
        if (weights != null) {
            Shapes.requireBroadcast("weights", weights, like == input ? "input" : "target", like);
            Weights.require(weights, backend);
        }
        if (target instanceof Labels classes) {
            if (what.classes() > MOST_CLASSES) {
                throw new IllegalArgumentException("input: found " + what.classes() + " classes on axis 1, expected at"
                        + " most 2^24 where the target is labels");
            }
            requireClasses(classes, mode == Mode.BINARY ? 2 : what.classes(), weights, like, what);
        }
    }

    /** Refuses labels that are no class, nor ignored, nor masked: of a pixel whose weight is 0 in all classes. */
    private void requireClasses(Labels labels, int classes, Tensor weights, Target like, Overlap what) {
        for (long i = 0; i < labels.size(); i++) {
            long label = labels.get(i);
            if ((label < 0 || label >= classes) && (weights == null || !(like == labels
                    ? Weights.mask(weights, like, i, 1, 1)
                    : Weights.mask(weights, like, what.element(0, i), what.pixels(), what.classes())))) {
                Checks.label("target", i, label, classes, ignoreIndex);
            }
        }
    }

    /**
     * How the engine sees the input.
     *
     * @param last how it saw that of the last call, or null: given back where nothing changed, as mostly nothing does
     */
    Overlap overlap(Tensor input, Overlap last) {
        Objects.requireNonNull(input, "input");
        boolean byClass = mode == Mode.MULTICLASS || perClass;
        if (input.rank() < (byClass ? 2 : perImage ? 1 : 0)) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape()) + ", expected "
                    + (byClass ? "(N, C, ...)" : "(N, ...)"));
        }
        long images = byClass || perImage ? input.dim(0) : 1;
        long classes = byClass ? input.dim(1) : 1;
        if (classes < 1 || classes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected at least one class on axis 1 and less than 2^31");
        }
        long pixels = images == 0 ? 0 : input.size() / images / classes;
        if (last != null && last.images() == images && last.classes() == classes && last.pixels() == pixels) {
            return last;
        }
        if (pixels > 0) {
            requireHeld(input, perImage ? images : 1, classes);
        }
        Activation activation = !fromLogits ? Activation.NONE
                : mode == Mode.MULTICLASS ? Activation.SOFTMAX : Activation.SIGMOID;
        return new Overlap(activation, product, perImage, images, (int) classes, pixels, mode == Mode.BINARY ? 1 : 0,
                ignoreIndex == null ? Float.NaN : ignoreIndex);
    }

    /** Refuses more regions than there is memory for. */
    static void requireHeld(Tensor input, long images, long classes) {
        if (images > MOST_REGIONS / classes) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape()) + ", expected at most"
                    + " 2^26 regions: " + MOST_REGIONS / classes + " images of so many classes where images are apart;"
                    + " totals of pieces merge");
        }
    }
}
