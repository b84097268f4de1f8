// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Locale;
import java.util.Objects;

/**
 * What losses of single elements share: the way from a batch to sums, and from sums to a value and a gradient. A loss
 * of this kind tells what to add up and what becomes of it.
 *
 * @param <L> the loss itself
 */
abstract sealed class ElementLoss<L extends ElementLoss<L>> extends SingleInputLoss<L>
        permits PointwiseLoss, RMSELoss, FocalLoss {

    private static final long serialVersionUID = 1;

    private Reduction reduction;
    private MeanBy meanBy = MeanBy.WEIGHTS;

    ElementLoss(Reduction reduction) {
        this.reduction = Objects.requireNonNull(reduction, "reduction");
    }

    @Override
    public final Reduction reduction() {
        return reduction;
    }

    /**
     * This loss with another reduction.
     *
     * @param how what becomes of the losses of the elements
     * @return a loss with this option
     */
    public final L withReduction(Reduction how) {
        requireReduction(Objects.requireNonNull(how, "reduction"));
        return changed(l -> ((ElementLoss<?>) l).reduction = how);
    }

    /**
     * This loss with another divisor of the mean of a batch that has weights.
     *
     * @param divisor the sum of the weights, as by default, or how many are above 0
     * @return a loss with this option
     */
    public final L withMeanBy(MeanBy divisor) {
        Objects.requireNonNull(divisor, "meanBy");
        return changed(l -> ((ElementLoss<?>) l).meanBy = divisor);
    }

    /** Refuses a reduction that does not go with the loss. */
    void requireReduction(Reduction how) {}

    /** Refuses to give losses of elements where there are none. */
    void requireElements() {}

    /** Checks target and options against the input, and lets the pass {@linkplain PointwisePass#over know} them. */
    abstract void prepare(PointwisePass pass, Tensor input, Target target, Tensor weights);

    /** What a mean divides by. */
    double count(PointwisePass pass, Tensor weights) {
        return Weights.divisor(weights, meanBy, pass.input().size(), backend());
    }

    /** Whether sums must be known before the gradient; if not, {@link #differentiate} finds them. */
    abstract boolean sumsFirst();

    /** Finds the sums. */
    abstract void reduce(PointwisePass pass);

    /** The value, of the sums. */
    abstract double finish(double sum, double norm, double divisor);

    /** Writes the gradient. */
    abstract void differentiate(PointwisePass pass, double divisor, Tensor gradient, Backward how);

    /** Writes the losses of the elements. */
    abstract void writeLosses(PointwisePass pass, Tensor losses);

    /** Writes their gradients. */
    abstract void writeGradients(PointwisePass pass, Tensor upstream, Tensor gradient, double scale, boolean add);

    /** Whether totals have a third sum. */
    boolean hasNorm() {
        return false;
    }

    /** The name of one of the two coefficients, for messages. */
    String nameOf(int coefficient) {
        return "target";
    }

    /** What tells the totals of this loss from others. */
    String identity() {
        return toString();
    }

    /** The options that all have, for {@link #toString}. */
    final String commonOptions() {
        return (meanBy == MeanBy.WEIGHTS ? "" : "meanBy=count, ") + "reduction="
                + reduction.name().toLowerCase(Locale.ROOT);
    }

    final MeanBy meanBy() {
        return meanBy;
    }

    final boolean hasOptionsOf(ElementLoss<?> other) {
        return reduction == other.reduction && meanBy == other.meanBy && backend().equals(other.backend());
    }

    /** What a gradient is multiplied by; where nothing counts the mean is NaN, but no gradient is. */
    static double scale(Backward how, double divisor) {
        return divisor == 0 ? 0 : how.factor() / divisor;
    }

    private double ownDivisor(double count) {
        return reduction == Reduction.MEAN ? count : 1;
    }

    @Override
    final String unit() {
        return "element";
    }

    @Override
    final double value(Tensor input, Target target, Tensor weights) {
        requireReduced();
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights);
            reduce(pass);
            return finish(pass.sum, pass.norm, ownDivisor(pass.count));
        }
    }

    @Override
    final double valueAndGradient(Tensor input, Target target, Tensor weights, Tensor gradient, Backward how) {
        requireReduced();
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights, gradient);
            if (sumsFirst()) {
                reduce(pass);
            }
            double divisor = how.divisorOr(ownDivisor(pass.count));
            differentiate(pass, divisor, gradient, how);
            return finish(pass.sum, pass.norm, divisor);
        }
    }

    @Override
    final void valid(Tensor input, Target target, Tensor weights, Tensor gradient) {
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights, gradient);
        }
    }

    @Override
    final Totals sums(Tensor input, Target target, Tensor weights) {
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights);
            reduce(pass);
            return hasNorm() ? new Totals(identity(), pass.sum, pass.count, pass.norm)
                    : new Totals(identity(), pass.sum, pass.count);
        }
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        requireOwn(totals);
        return finish(totals.sum(0), hasNorm() ? totals.sum(2) : 0, ownDivisor(totals.sum(1)));
    }

    private void requireOwn(Totals totals) {
        Objects.requireNonNull(totals, "totals").requireOf(identity(), hasNorm() ? 3 : 2, 0);
    }

    @Override
    final void gradientOfPiece(Tensor input, Target target, Tensor weights, Totals whole, Tensor gradient,
            Backward how) {
        requireReduced();
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights, gradient);
            requireOwn(whole);
            pass.sum = whole.sum(0);
            pass.norm = hasNorm() ? whole.sum(2) : 0;
            differentiate(pass, how.divisorOr(ownDivisor(whole.sum(1))), gradient, how);
        }
    }

    /** That of the input. */
    @Override
    public final long[] lossesShape(Batch batch) {
        requireElements();
        return Objects.requireNonNull(batch, "batch").input(0).shape();
    }

    @Override
    final void values(Tensor input, Target target, Tensor weights, Tensor losses) {
        requireElements();
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights);
            Checks.sameShape("losses", losses, "input", input);
            Checks.writable("losses", losses, "input", input);
            Checks.writable("losses", losses, "target", pass.target());
            apartFromCoefficients("losses", losses, pass, weights);
            writeLosses(pass, losses);
        }
    }

    @Override
    final void gradientOfLosses(Tensor input, Target target, Tensor weights, Tensor upstream, Tensor gradient,
            Backward how) {
        requireElements();
        try (PointwisePass pass = PointwisePass.on(backend())) {
            check(pass, input, target, weights, gradient);
            Checks.sameShape("upstream", upstream, "input", input);
            Checks.writable("gradient", gradient, "upstream", upstream);
            writeGradients(pass, upstream, gradient, how.factor() / how.divisorOr(1), how.adds());
        }
    }

    private void check(PointwisePass pass, Tensor input, Target target, Tensor weights, Tensor gradient) {
        check(pass, input, target, weights);
        Checks.gradient(input, pass.target(), gradient);
        apartFromCoefficients("gradient", gradient, pass, weights);
    }

    private void check(PointwisePass pass, Tensor input, Target target, Tensor weights) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(target, "target");
        if (weights != null) {
            Shapes.requireBroadcast("weights", weights, input);
        }
        prepare(pass, input, target, weights);
        pass.count = count(pass, weights);
    }

    private void apartFromCoefficients(String name, Tensor written, PointwisePass pass, Tensor weights) {
        apart(name, written, nameOf(0), pass.a());
        apart(name, written, nameOf(1), pass.b());
        apart(name, written, "weights", weights);
    }

    private static void apart(String name, Tensor written, String readName, Tensor read) {
        if (read != null) {
            Checks.apart(name, written, readName, read, "other elements still need it");
        }
    }
}
