// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.Overlap.Activation;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

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
 * where everything is one region. The mean of no regions is 0.
 *
 * <p>{@link #totals} are these three sums for each region; so pieces of a batch give the loss of the
 * whole, which the mean of their losses is not. Where each image has regions of its own they are two sums: of the
 * regions' losses, and their number; and pieces are whole images.
 *
 * @param <L> the loss itself
 */
public abstract sealed class OverlapLoss<L extends OverlapLoss<L>> implements Loss, Cloneable
        permits JaccardLoss, RegionLoss {

    private static final long serialVersionUID = 1;

    /** What a region is. */
    enum Mode { BINARY, MULTICLASS, MULTILABEL }

    private static final Pool<OverlapCall> CALLS = new Pool<>(OverlapCall::new);

    private final Mode mode;
    private final boolean product;
    private boolean fromLogits = true;
    private boolean perClass;
    private boolean perImage;
    private double smooth;
    private Long ignoreIndex;
    private Backend backend = Backend.cpu();
    private transient Overlap last;

    /**
     * A loss in one of the modes, whose options are changed by {@link #changed}.
     *
     * @param product whether the overlap of a pixel is {@code o T}, or {@code min(o, T)}
     */
    OverlapLoss(Mode mode, boolean product, boolean perClass, double smooth) {
        this.mode = mode;
        this.product = product;
        this.perClass = perClass;
        this.smooth = smooth;
    }

    /**
     * This loss of probabilities instead of logits: {@code o = x}, without sigmoid or softmax.
     *
     * @param logits whether inputs are logits (the default) or probabilities
     * @return a loss with this option
     */
    public final L withFromLogits(boolean logits) {
        return changed(l -> ((OverlapLoss<?>) l).fromLogits = logits);
    }

    /**
     * This loss with another constant that smooths the quotient of a region.
     *
     * @param constant at least 0
     * @return a loss with this option
     */
    public final L withSmooth(double constant) {
        Checks.notNegative("smooth", constant);
        return changed(l -> ((OverlapLoss<?>) l).smooth = constant);
    }

    /**
     * This loss without the pixels whose target is a certain number: they count neither in o nor in T, and their
     * gradient is 0. With labels, this one need not be a class. A multiclass loss then takes no tensors as targets.
     *
     * @param label the label, or the value in a tensor, of pixels to ignore
     * @return a loss with this option
     */
    public final L withIgnoreIndex(long label) {
        return changed(l -> ((OverlapLoss<?>) l).ignoreIndex = label);
    }

    /** A copy with options changed, safe to be handed to any thread. */
    final L changed(Consumer<L> change) {
        try {
            @SuppressWarnings("unchecked")
            L copy = (L) clone();
            ((OverlapLoss<?>) copy).last = null;
            change.accept(copy);
            // What final fields would do, were they not copied by clone.
            VarHandle.storeStoreFence();
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    final void setPerClass(boolean apart) {
        perClass = apart;
    }

    final void setPerImage(boolean apart) {
        perImage = apart;
    }

    final Mode mode() {
        return mode;
    }

    final double smooth() {
        return smooth;
    }

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

    /** A thread's numbers. */
    static final class Regions {

        private static final ThreadLocal<Regions> MINE = ThreadLocal.withInitial(Regions::new);

        /** dL/dI of the region looked at, the sums of o and T held. */
        double slopeI;

        /** dL/d(sum o) of the region looked at, I held. */
        double slopeO;

        private double[] sums = new double[3];
        private double[] slopes = new double[2];
        private double total;
        private double count;

        private static Regions of(int regions) {
            Regions mine = MINE.get();
            if (mine.sums.length < 3 * regions) {
                mine.sums = new double[Math.multiplyExact(3, regions)];
                mine.slopes = new double[2 * regions];
            }
            return mine;
        }

        private double mean(double divisor) {
            return count == 0 ? 0 : total / divisor;
        }
    }

    /** Always {@link Reduction#MEAN}. */
    @Override
    public final Reduction reduction() {
        return Reduction.MEAN;
    }

    @Override
    public final double forward(Tensor input, Target target) {
        Overlap what = check(input, target);
        Regions regions = sums(what, input, target, null);
        evaluate(regions, groups(what), groupClasses(what));
        return outer(regions.mean(regions.count));
    }

    @Override
    public final double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        Overlap what = check(input, target, gradient);
        boolean stash = !how.adds() && !(target instanceof Tensor floats && gradient.overlaps(floats))
                && switch (what.activation()) {
                    case SIGMOID -> true;
                    case SOFTMAX -> what.classes() > 1 && !gradient.overlaps(input);
                    case NONE -> false;
                };
        Regions regions = sums(what, input, target, stash ? gradient : null);
        evaluate(regions, groups(what), groupClasses(what));
        double divisor = how.divisorOr(regions.count);
        double mean = regions.mean(divisor);
        gradient(what, input, target, regions, mean, divisor, gradient, stash, how);
        return outer(mean);
    }

    @Override
    public final void requireValid(Tensor input, Target target, Tensor gradient) {
        check(input, target, gradient);
    }

    @Override
    public final void requireValid(Batch batch, Totals whole) {
        requireValid(batch);
        Overlap what = check(batch.input(0), batch.target());
        Objects.requireNonNull(whole, "whole").requireOf(toString(), perImage ? 2 : 3 * groups(what), 0);
    }

    @Override
    public final Totals totals(Tensor input, Target target) {
        Overlap what = check(input, target);
        Regions regions = sums(what, input, target, null);
        if (perImage) {
            evaluate(regions, groups(what), groupClasses(what));
            return new Totals(toString(), regions.total, regions.count);
        }
        return new Totals(toString(), Arrays.copyOf(regions.sums, 3 * groups(what)));
    }

    @Override
    public final double finish(Totals totals) {
        int groups = Math.max(totals.sums().length / 3, 1);
        totals.requireOf(toString(), perImage ? 2 : 3 * groups, 0);
        Regions regions = whole(totals, groups);
        return outer(regions.mean(regions.count));
    }

    @Override
    public final void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        Overlap what = check(input, target, gradient);
        whole.requireOf(toString(), perImage ? 2 : 3 * groups(what), 0);
        if (perImage) {
            evaluate(sums(what, input, target, null), groups(what), groupClasses(what));
        }
        Regions regions = whole(whole, what.regions());
        double divisor = how.divisorOr(regions.count);
        gradient(what, input, target, regions, regions.mean(divisor), divisor, gradient, false, how);
    }

    /** The regions of whole totals; where images are apart, only their mean. */
    private Regions whole(Totals totals, int room) {
        Regions regions = Regions.of(room);
        if (perImage) {
            regions.total = totals.sum(0);
            regions.count = totals.sum(1);
            return regions;
        }
        double[] sums = totals.sums();
        System.arraycopy(sums, 0, regions.sums, 0, sums.length);
        evaluate(regions, sums.length / 3, sums.length / 3);
        return regions;
    }

    /** First pass. Where the classes are one region, their sums are added up. */
    private Regions sums(Overlap what, Tensor input, Target target, Tensor stash) {
        Regions regions = Regions.of(what.regions());
        OverlapCall call = CALLS.take();
        try {
            call.what = what;
            call.input = input;
            call.target = target;
            call.stash = stash;
            call.sums = regions.sums;
            backend.family(OverlapFamily.class).overlapSums(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
        int joined = joinsClasses() ? what.classes() : 1;
        if (joined > 1) {
            double[] sums = regions.sums;
            for (int group = 0; group < groups(what); group++) {
                for (int k = 0; k < 3; k++) {
                    double sum = 0;
                    for (int c = 0; c < joined; c++) {
                        sum += sums[3 * (group * joined + c) + k];
                    }
                    sums[3 * group + k] = sum;
                }
            }
        }
        return regions;
    }

    /** The losses of all groups, added up, and their slopes. */
    private void evaluate(Regions regions, int groups, int classes) {
        regions.total = 0;
        regions.count = 0;
        double[] sums = regions.sums;
        for (int g = 0; g < groups; g++) {
            double weight = weight(g % classes);
            regions.slopeI = 0;
            regions.slopeO = 0;
            if (weight != 0 && counts(sums[3 * g] + sums[3 * g + 2])) {
                regions.total += weight * region(sums[3 * g], sums[3 * g + 1], sums[3 * g + 2], regions);
                regions.count += weight;
            }
            regions.slopes[2 * g] = weight * regions.slopeI;
            regions.slopes[2 * g + 1] = weight * regions.slopeO;
        }
    }

    /** Second pass. */
    private void gradient(Overlap what, Tensor input, Target target, Regions regions, double mean, double divisor,
            Tensor gradient, boolean stashed, Backward how) {
        double factor = regions.count == 0 ? 0 : outerSlope(mean) * how.factor() / divisor;
        int joined = joinsClasses() ? what.classes() : 1;
        double[] slopes = regions.slopes;
        for (int region = what.regions() - 1; region >= 0; region--) {
            for (int k = 0; k < 2; k++) {
                // A slope that float cannot hold multiplies a sigmoid's slope or a target of 0.
                slopes[2 * region + k] = Math.clamp(factor * slopes[2 * (region / joined) + k], -Float.MAX_VALUE,
                        Float.MAX_VALUE);
            }
        }
        OverlapCall call = CALLS.take();
        try {
            call.what = what;
            call.input = input;
            call.target = target;
            call.slopes = slopes;
            call.gradient = gradient;
            call.stashed = stashed;
            call.add = how.adds();
            backend.family(OverlapFamily.class).overlapGradient(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }

    /** How many regions the loss sees: a softmax's classes may be one. */
    private int groups(Overlap what) {
        return joinsClasses() ? what.regions() / what.classes() : what.regions();
    }

    private int groupClasses(Overlap what) {
        return joinsClasses() ? 1 : what.classes();
    }

    private boolean joinsClasses() {
        return mode == Mode.MULTICLASS && !perClass;
    }

    // ---- what fits together

    private Overlap check(Tensor input, Target target, Tensor gradient) {
        Overlap what = check(input, target);
        Checks.sameShape("gradient", gradient, "input", input);
        Checks.writable("gradient", gradient, "input", input);
        if (target instanceof Tensor floats) Checks.writable("gradient", gradient, "target", floats);
        return what;
    }

    private Overlap check(Tensor input, Target target) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(target, "target");
        boolean classes = mode == Mode.MULTICLASS || perClass;
        if (input.rank() < (classes ? 2 : perImage ? 1 : 0)) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape()) + ", expected "
                    + (classes ? "(N, C, ...)" : "(N, ...)"));
        }
        Overlap what = overlap(input, classes);
        requireClasses(what.classes());
        if (target instanceof Labels labels) {
            requireLabels(input, labels, what);
        } else if (mode == Mode.MULTICLASS && ignoreIndex != null) {
            throw new IllegalArgumentException("target: found a tensor, expected Labels: with ignoreIndex the classes"
                    + " of a multiclass loss must be labels");
        } else if (!sameShape(input, target, false) && !(mode == Mode.BINARY && sameShape(input, target, true))) {
            throw wrongShape(input, target, mode != Mode.BINARY, mode == Mode.BINARY);
        }
        return what;
    }

    private void requireLabels(Tensor input, Labels labels, Overlap what) {
        if (mode == Mode.MULTILABEL) {
            throw new IllegalArgumentException("target: found " + labels + ", expected a Tensor of floats");
        }
        if (!sameShape(input, labels, true) && !(mode == Mode.BINARY && sameShape(input, labels, false))) {
            throw wrongShape(input, labels, false, true);
        }
        int classes = mode == Mode.BINARY ? 2 : what.classes();
        for (long i = 0; i < labels.size(); i++) {
            Checks.label("target", i, labels.get(i), classes, ignoreIndex);
        }
    }

    /** Whether a target has the input's shape, without its axis 1 if so; in binary mode that must have size 1. */
    private boolean sameShape(Tensor input, Target target, boolean withoutClasses) {
        if (!withoutClasses) {
            boolean same = target.rank() == input.rank();
            for (int axis = 0; same && axis < input.rank(); axis++) {
                same = target.dim(axis) == input.dim(axis);
            }
            return same;
        }
        return input.rank() >= 2 && (mode != Mode.BINARY || input.dim(1) == 1) && Shapes.isWithout(1, input, target);
    }

    private IllegalArgumentException wrongShape(Tensor input, Target target, boolean onlyWith, boolean onlyWithout) {
        String expected = onlyWith ? "that of the input, " : onlyWithout && mode == Mode.BINARY
                ? "that of the input, with or without an axis 1 of size 1, "
                : "that of the input without its axis 1, ";
        return new IllegalArgumentException("target: found shape " + Shapes.text(target.shape()) + ", expected "
                + expected + Shapes.text(input.shape())
                + (mode == Mode.MULTICLASS && target instanceof Tensor ? ", or Labels: " + Checks.HOW_LABELS : ""));
    }

    /** How the engine sees the input. Kept from call to call, as shapes mostly stay the same. */
    private Overlap overlap(Tensor input, boolean byClass) {
        long images = byClass || perImage ? input.dim(0) : 1;
        long classes = byClass ? input.dim(1) : 1;
        if (classes < 1 || classes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected at least one class on axis 1 and less than 2^31");
        }
        long pixels = images == 0 ? 0 : input.size() / images / classes;
        Overlap what = last;
        if (what == null || what.images() != images || what.classes() != classes || what.pixels() != pixels) {
            Activation activation = !fromLogits ? Activation.NONE
                    : mode == Mode.MULTICLASS ? Activation.SOFTMAX : Activation.SIGMOID;
            what = new Overlap(activation, product, perImage, images, (int) classes, pixels,
                    mode == Mode.BINARY ? 1 : 0, ignoreIndex == null ? Float.NaN : ignoreIndex);
            last = what;
        }
        return what;
    }

    // ---- values

    @Override
    public final L on(Backend where) {
        Objects.requireNonNull(where, "backend");
        return changed(l -> ((OverlapLoss<?>) l).backend = where);
    }

    /** Equal losses have the same class, options and back end. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof OverlapLoss<?> l && backend.equals(l.backend) && toString().equals(l.toString());
    }

    @Override
    public final int hashCode() {
        return toString().hashCode();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[mode=" + mode.name().toLowerCase(Locale.ROOT) + ", fromLogits="
                + fromLogits + ", smooth=" + smooth + ", ignoreIndex=" + ignoreIndex + ", "
                + options(perClass, perImage) + "]";
    }

    /** The options of this kind of loss, for {@link #toString}. */
    abstract String options(boolean eachClass, boolean eachImage);
}
