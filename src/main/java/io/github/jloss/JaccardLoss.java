// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.OverlapOptions.Mode;
import java.util.Locale;
import java.util.Objects;

/**
 * Jaccard loss, 1 - intersection over union: {@code L = 1 - I / (sum o + sum T - I + smooth)} with
 * {@code I = sum o T}, as deep-ml's {@code JaccardLoss}.
 *
 * <p>Gradient, with U the denominator: {@code dL/do = -(T U - I (1 - T)) / U²}, then through sigmoid or softmax.
 *
 * <p>As in deep-ml the sums of {@link #binary()} and {@link #multiclass()} go over the whole batch, all classes and
 * pixels together. {@link #withPerClass} and {@link #withPerImage} take the mean over classes, images, or both instead;
 * {@link #multilabel()} is binary with a region for each class. What an image, or a class, without any true pixel costs
 * is decided by {@link #withEmpty}. {@code smooth} is 1e-7 by default, so that a perfect prediction costs
 * {@code smooth / (sum T)}.
 *
 * <p>deep-ml reads a 3-D multiclass input as (C, H, W); here axis 1 is the class axis of every input. For soft targets
 * the overlap {@code o T} is less than T even where o = T; {@link SoftJaccardLoss} takes {@code min(o, T)}.
 */
public final class JaccardLoss extends OverlapLoss<JaccardLoss> {

    private static final long serialVersionUID = 1;

    /** What a region costs whose target is empty. */
    public enum Empty {
        /** 1, whatever is predicted, with gradient 0, as in deep-ml: {@code L = 1 - I / (U + smooth)}. */
        ONE,
        /** Nothing if nothing is predicted: the numerator is smoothed, too, {@code 1 - (I + smooth) / (U + smooth)}. */
        SMOOTHED,
        /** Nothing, and it does not count in the mean; the mean of no regions is 0. */
        SKIP
    }

    private Empty empty = Empty.ONE;

    private JaccardLoss(Mode mode, boolean perClass) {
        super(new OverlapOptions(mode, true, perClass, 1e-7));
    }

    /**
     * All elements are one region; the activation is a sigmoid.
     *
     * @return deep-ml's {@code JaccardLoss(is_multiclass=False)}
     */
    public static JaccardLoss binary() {
        return new JaccardLoss(Mode.BINARY, false);
    }

    /**
     * Inputs (N, C, ...) with a softmax over the classes; all elements are one region.
     *
     * @return deep-ml's {@code JaccardLoss(is_multiclass=True)}
     */
    public static JaccardLoss multiclass() {
        return new JaccardLoss(Mode.MULTICLASS, false);
    }

    /**
     * Inputs (N, C, ...) with a sigmoid; the mean over classes.
     *
     * @return the loss
     */
    public static JaccardLoss multilabel() {
        return new JaccardLoss(Mode.MULTILABEL, true);
    }

    /**
     * This loss with or without a region for each class. A binary loss has no classes: see {@link #multilabel()}.
     *
     * @param apart whether each class is a region of its own
     * @return a loss with this option
     */
    public JaccardLoss withPerClass(boolean apart) {
        if (apart && options().mode() == Mode.BINARY) {
            throw new IllegalArgumentException("perClass: found true, expected false in a binary loss;"
                    + " the loss with a region for each class is multilabel()");
        }
        return with(options().withPerClass(apart));
    }

    /**
     * This loss with another policy for regions whose target is empty.
     *
     * @param policy what they cost
     * @return a loss with this option
     */
    public JaccardLoss withEmpty(Empty policy) {
        Objects.requireNonNull(policy, "policy");
        return changed(l -> l.empty = policy);
    }

    Empty empty() {
        return empty;
    }

    @Override
    boolean counts(double t) {
        return empty != Empty.SKIP || t != 0;
    }

    /** {@code 1 - I/U} as what is not overlap, over U: near 0 it has all its digits. */
    @Override
    double region(double overlap, double more, double missing, Regions slopes) {
        double smooth = options().smooth();
        boolean smoothed = empty == Empty.SMOOTHED;
        double wrong = more + missing;
        double union = overlap + wrong + smooth;
        if (union == 0) {
            return smoothed ? 0 : 1;
        }
        double numerator = smoothed ? overlap + smooth : overlap;
        slopes.slopeI = -(1 + numerator / union) / union;
        slopes.slopeO = numerator / union / union;
        return (smoothed ? wrong : wrong + smooth) / union;
    }

    @Override
    String ownOptions() {
        return ", empty=" + empty.name().toLowerCase(Locale.ROOT);
    }
}
