// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.Overlap;
import java.util.Objects;

/**
 * A loss of how well predicted regions cover the true ones: a function of three sums over the pixels of each region: of
 * the overlap I, of what the prediction o has more than that (false positives), and of what the target T has more
 * (false negatives).
 *
 * <p><b>Modes.</b> A loss is made for one of three:
 * <ul>
 * <li><i>binary</i>: {@code o = s(x)}, s the sigmoid; all elements are one region. The target is a tensor of the
 * input's shape, or of that shape without an axis 1 of size 1, or {@link Labels} 0 and 1 of either shape;
 * <li><i>multiclass</i>: input (N, C, d1..dk), o its softmax over axis 1. The target is labels (N, d1..dk) of classes
 * 0 to C-1, or a tensor (one-hot, or soft) of the input's shape;
 * <li><i>multilabel</i>: input (N, C, d1..dk), {@code o = s(x)}, the target a tensor of the input's shape.
 * </ul>
 * Targets are meant to be in [0, 1]; this is not checked.
 *
 * <p><b>Gradient.</b> The loss depends on an element by I and the sum of o only:
 * {@code dL/do = dL/dI dI/do + dL/d(sum o)}, then {@code do/dx = s(x) s(-x)}, or for the softmax
 * {@code dL/dx_c = o_c (dL/do_c - sum_j o_j dL/do_j)}. Infinite logits have the gradient's limit, 0; a pixel with a
 * logit of +infinity has no softmax, and gives NaN. A NaN makes the value of its region NaN, and with it the loss and
 * every gradient. The gradient may be the input itself, or the target.
 *
 * <p><b>Reduction.</b> One number: {@link Reduction#MEAN} over regions, as each loss tells, with no
 * {@link Reduction#NONE}. {@link Backward#divisor} replaces the number of regions (or sum of their weights), which is 1
 * where everything is one region. The mean of no regions is 0. A region without pixels is one whose sums are 0.
 *
 * <p><b>Weights and masks</b> ({@link Batch#withWeights}). A weight for each pixel, in a shape that broadcasts to the
 * input's, as (N, 1, d1..dk); where the target is without axis 1, weights of no more dimensions than it has broadcast
 * to its shape instead, as (N, d1..dk). Every sum over pixels takes them, {@code I = sum w o T} and so on, and a region
 * is empty where its weighted sum of T is 0; nothing is divided by them, so there is no {@link MeanBy}. Weight 0 masks:
 * neither input nor target there matter, whatever they are, and the gradient is 0. Weights may differ from class to
 * class; with a softmax a pixel is masked where they are 0 in all classes, else all of its logits count, as each of
 * them moves the probabilities of the others.
 *
 * <p>{@link #totals} are these three sums for each region; so pieces of a batch give the loss of the
 * whole, which the mean of their losses is not. Where each image has regions of its own they are two sums: of the
 * regions' losses, and their number; and pieces are whole images.
 *
 * @param <L> the loss itself
 */
public abstract sealed class OverlapLoss<L extends OverlapLoss<L>> extends SingleInputLoss<L>
        permits JaccardLoss, RegionLoss {

    private static final long serialVersionUID = 1;

    private OverlapOptions options;

    /** How the engine saw the last input. */
    private transient Overlap last;

    OverlapLoss(OverlapOptions options) {
        this.options = options;
    }

    final OverlapOptions options() {
        return options;
    }

    /** This loss with other options. */
    final L with(OverlapOptions others) {
        return changed(l -> {
            OverlapLoss<?> loss = l;
            loss.options = others;
            loss.last = null;
        });
    }

    /**
     * This loss of probabilities instead of logits: {@code o = x}, without sigmoid or softmax.
     *
     * @param logits whether inputs are logits (the default) or probabilities
     * @return a loss with this option
     */
    public final L withFromLogits(boolean logits) {
        return with(options.withFromLogits(logits));
    }

    /**
     * This loss with or without regions for each image, the rows of axis 0.
     *
     * @param apart whether each image has regions of its own, one or one for each class, and the loss is their mean;
     *        false by default: regions go over the whole batch
     * @return a loss with this option
     */
    public final L withPerImage(boolean apart) {
        return with(options.withPerImage(apart));
    }

    /**
     * This loss with another constant that smooths the quotient of a region.
     *
     * @param constant at least 0
     * @return a loss with this option
     */
    public final L withSmooth(double constant) {
        return with(options.withSmooth(constant));
    }

    /**
     * This loss without the pixels whose target is a certain number: they count neither in o nor in T, and their
     * gradient is 0. With labels, this one need not be a class. A multiclass loss then takes no tensors as targets.
     *
     * @param label the label, or the value in a tensor, of pixels to ignore
     * @return a loss with this option
     */
    public final L withIgnoreIndex(long label) {
        return with(options.withIgnoreIndex(label));
    }

    // ---- what the losses differ in

    /**
     * The loss of one region; its derivatives by I and by the sum of o go to {@code slopes}.
     *
     * @param overlap sum of the overlap, I
     * @param more what the sum of o is more
     * @param missing what the sum of T is more
     */
    abstract double region(double overlap, double more, double missing, Regions slopes);

    /** Whether a region counts in the mean; t is the sum of its target. */
    boolean counts(double t) {
        return true;
    }

    /** The weight of a class. */
    double weight(int c) {
        return 1;
    }

    /** The weight of all classes together. */
    double weightOfAll(int classes) {
        return classes;
    }

    /** Refuses a number of classes that does not go with the options. */
    void requireClasses(int classes) {}

    /** What the mean over regions becomes in the end. */
    double outer(double mean) {
        return mean;
    }

    /** The derivative of {@link #outer}. */
    double outerSlope(double mean) {
        return 1;
    }

    // ---- calls

    /** Always {@link Reduction#MEAN}. */
    @Override
    public final Reduction reduction() {
        return Reduction.MEAN;
    }

    @Override
    final double value(Tensor input, Target target, Tensor weights) {
        try (Regions regions = Regions.of(this)) {
            regions.set(check(input, target, weights), input, target, weights);
            regions.look(null);
            return outer(regions.mean(regions.count()));
        }
    }

    @Override
    final double valueAndGradient(Tensor input, Target target, Tensor weights, Tensor gradient, Backward how) {
        Overlap what = check(input, target, weights, gradient);
        boolean stash = !how.adds() && !(target instanceof Tensor floats && gradient.overlaps(floats))
                && switch (what.activation()) {
                    case SIGMOID -> true;
                    case SOFTMAX -> what.classes() > 1 && !gradient.overlaps(input);
                    case NONE -> false;
                };
        try (Regions regions = Regions.of(this)) {
            regions.set(what, input, target, weights);
            regions.look(stash ? gradient : null);
            return outer(deliver(regions, gradient, stash, how));
        }
    }

    @Override
    final void valid(Tensor input, Target target, Tensor weights, Tensor gradient) {
        check(input, target, weights, gradient);
    }

    @Override
    public final void requireValid(Batch batch, Totals whole) {
        requireValid(batch);
        try (Regions regions = Regions.of(this)) {
            regions.set(options.overlap(batch.input(0), last), null, null, null);
            regions.require(Objects.requireNonNull(whole, "whole"));
        }
    }

    @Override
    final Totals sums(Tensor input, Target target, Tensor weights) {
        try (Regions regions = Regions.of(this)) {
            regions.set(check(input, target, weights), input, target, weights);
            return regions.totals();
        }
    }

    @Override
    public final double finish(Totals totals) {
        try (Regions regions = Regions.of(this)) {
            regions.whole(Objects.requireNonNull(totals, "totals"));
            return outer(regions.mean(regions.count()));
        }
    }

    @Override
    final void gradientOfPiece(Tensor input, Target target, Tensor weights, Totals whole, Tensor gradient,
            Backward how) {
        try (Regions regions = Regions.of(this)) {
            regions.set(check(input, target, weights, gradient), input, target, weights);
            regions.piece(whole);
            deliver(regions, gradient, false, how);
        }
    }

    /** Second pass; returns the mean over regions. */
    private double deliver(Regions regions, Tensor gradient, boolean stashed, Backward how) {
        double divisor = how.divisorOr(regions.count());
        double mean = regions.mean(divisor);
        double factor = regions.count() == 0 ? 0 : outerSlope(mean) * how.factor() / divisor;
        regions.gradient(gradient, factor, stashed, how.adds());
        return mean;
    }

    @Override
    final void values(Tensor input, Target target, Tensor weights, Tensor losses) {
        lossesShape(null);
    }

    @Override
    final void gradientOfLosses(Tensor input, Target target, Tensor weights, Tensor upstream, Tensor gradient,
            Backward how) {
        lossesShape(null);
    }

    /** There is but one. */
    @Override
    final String unit() {
        return "batch";
    }

    private Overlap check(Tensor input, Target target, Tensor weights, Tensor gradient) {
        Overlap what = check(input, target, weights);
        Checks.sameShape("gradient", gradient, "input", input);
        Checks.writable("gradient", gradient, "input", input);
        if (target instanceof Tensor floats) Checks.writable("gradient", gradient, "target", floats);
        if (weights != null) Checks.apart("gradient", gradient, "weights", weights, "other elements still need them");
        return what;
    }

    private Overlap check(Tensor input, Target target, Tensor weights) {
        Overlap what = options.overlap(input, last);
        last = what;
        requireClasses(what.classes());
        options.requireFitting(input, target, weights, what, backend());
        return what;
    }

    // ---- values

    /** Equal losses have the same class, options and back end. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof OverlapLoss<?> l && backend().equals(l.backend())
                && toString().equals(l.toString());
    }

    @Override
    public final int hashCode() {
        return toString().hashCode();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + options + ownOptions() + "]";
    }

    /** The options of this kind of loss, each after a comma, for {@link #toString}. */
    abstract String ownOptions();
}
