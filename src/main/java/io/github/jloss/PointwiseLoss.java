// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import java.util.Locale;
import java.util.Objects;

/**
 * A loss that is a sum over elements: a formula, its options, and a reduction. Extend it to make a loss of your own;
 * the formula is all that is needed.
 *
 * <p>{@link Reduction#MEAN} divides by the number of elements n, whatever the weights; the mean of an empty batch is
 * NaN, its sum 0. {@link #totals} are two sums: of the losses, and n.
 *
 * <p>With {@link Reduction#NONE} there is one loss per element: {@link #forward(Tensor, Tensor, Tensor)} writes them
 * and {@link #backward(Tensor, Tensor, Tensor, Tensor, Backward)} takes the upstream gradient of each.
 */
public abstract class PointwiseLoss implements Loss, Cloneable {

    private static final long serialVersionUID = 1;

    private final ElementFormula formula;
    private final Tensor a;
    private final Tensor b;
    private final Reduction reduction;
    private Backend backend = Backend.cpu();

    /**
     * A loss without weights.
     *
     * @param formula the loss of one element
     * @param reduction how they become one number
     */
    protected PointwiseLoss(ElementFormula formula, Reduction reduction) {
        this(formula, null, null, reduction);
    }

    /**
     * A loss whose formula has coefficients that differ from element to element.
     *
     * @param formula the loss of one element
     * @param a the formula's first coefficient, broadcast to the input's shape, or null for 1
     * @param b the formula's second coefficient, broadcast to the input's shape, or null for 1
     * @param reduction how the losses become one number
     */
    protected PointwiseLoss(ElementFormula formula, Tensor a, Tensor b, Reduction reduction) {
        this.formula = Objects.requireNonNull(formula, "formula");
        if (formula instanceof PointwiseFormula && (a != null || b != null)) {
            throw new IllegalArgumentException("formula: found a PointwiseFormula, which has no coefficients,"
                    + " expected another ElementFormula");
        }
        this.a = a;
        this.b = b;
        this.reduction = Objects.requireNonNull(reduction, "reduction");
    }

    @Override
    public final Reduction reduction() {
        return reduction;
    }

    @Override
    public final double forward(Tensor input, Target target) {
        requireReduced();
        return run(input, check(input, target), null, null, null, 0, false) / ownDivisor(input.size());
    }

    @Override
    public final double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        requireReduced();
        Tensor floats = check(input, target, gradient);
        double divisor = how.divisorOr(ownDivisor(input.size()));
        return run(input, floats, null, null, gradient, how.factor() / divisor, how.adds()) / divisor;
    }

    @Override
    public final long[] lossesShape(Batch batch) {
        return batch.input(0).shape();
    }

    /**
     * The loss of every element, unreduced.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @param losses overwritten with the losses, of the same shape; may be {@code input} itself
     */
    @Override
    public final void forward(Tensor input, Target target, Tensor losses) {
        Tensor floats = check(input, target);
        Checks.sameShape("losses", losses, "input", input);
        Checks.writable("losses", losses, "input", input);
        Checks.writable("losses", losses, "target", floats);
        apartFromCoefficients("losses", losses);
        run(input, floats, losses, null, null, 0, false);
    }

    /**
     * The gradient of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param input predictions
     * @param target what they should be, of the same shape
     * @param upstream the gradient that reaches the loss of each element, of the same shape
     * @param gradient receives upstream times dloss/dinput; may be {@code input} or {@code upstream} itself
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     */
    @Override
    public final void backward(Tensor input, Target target, Tensor upstream, Tensor gradient, Backward how) {
        Tensor floats = check(input, target, gradient);
        Checks.sameShape("upstream", upstream, "input", input);
        Checks.writable("gradient", gradient, "upstream", upstream);
        run(input, floats, null, upstream, gradient, how.factor() / how.divisorOr(1), how.adds());
    }

    @Override
    public final Totals totals(Tensor input, Target target) {
        return new Totals(identity(), run(input, check(input, target), null, null, null, 0, false), input.size());
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        totals.requireOf(identity(), 2, 0);
        return totals.sum(0) / ownDivisor(totals.sum(1));
    }

    @Override
    public final void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        requireReduced();
        Tensor floats = check(input, target, gradient);
        whole.requireOf(identity(), 2, 0);
        run(input, floats, null, null, gradient, how.factor() / how.divisorOr(ownDivisor(whole.sum(1))), how.adds());
    }

    private double run(Tensor input, Tensor target, Tensor losses, Tensor upstream, Tensor gradient, double scale,
            boolean add) {
        return PointwisePass.run(backend, formula, input, target, a, b, null, losses, upstream, gradient, scale, add);
    }

    private String identity() {
        return Totals.identity(this, a, b);
    }

    private double ownDivisor(double n) {
        return reduction == Reduction.MEAN ? n : 1;
    }

    private void requireReduced() {
        if (reduction == Reduction.NONE) {
            throw new IllegalStateException(getClass().getSimpleName() + " has reduction NONE, one loss per element:"
                    + " call forward(input, target, losses) and backward(input, target, upstream, gradient, how)");
        }
    }

    @Override
    public final void requireValid(Tensor input, Target target, Tensor gradient) {
        check(input, target, gradient);
    }

    private Tensor check(Tensor input, Target target, Tensor gradient) {
        Tensor floats = check(input, target);
        Checks.gradient(input, floats, gradient);
        apartFromCoefficients("gradient", gradient);
        return floats;
    }

    private void apartFromCoefficients(String name, Tensor written) {
        for (int i = 0; i < 2; i++) {
            Tensor coefficient = i == 0 ? a : b;
            if (coefficient != null) {
                Checks.apart(name, written, coefficientName(i), coefficient, "other elements still need it");
            }
        }
    }

    /** The target as floats. */
    private Tensor check(Tensor input, Target target) {
        Tensor floats = Checks.floats(target);
        Checks.sameShape("target", floats, "input", input);
        if (a != null) {
            Shapes.requireBroadcast(coefficientName(0), a, input);
        }
        if (b != null) {
            Shapes.requireBroadcast(coefficientName(1), b, input);
        }
        return floats;
    }

    /**
     * What the user calls a coefficient, for error messages.
     *
     * @param index 0 or 1
     * @return its name
     */
    protected String coefficientName(int index) {
        return index == 0 ? "a" : "b";
    }

    @Override
    public final PointwiseLoss on(Backend where) {
        try {
            PointwiseLoss copy = (PointwiseLoss) clone();
            copy.backend = Objects.requireNonNull(where, "backend");
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Equal losses have the same class, options and reduction; weights are equal if they hold the same numbers. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof PointwiseLoss l && getClass() == l.getClass() && formula.equals(l.formula)
                && Tensor.same(a, l.a) && Tensor.same(b, l.b) && reduction == l.reduction && backend.equals(l.backend);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), formula, reduction);
    }

    @Override
    public String toString() {
        String options = formula.toString();
        options = options.substring(options.indexOf('[') + 1, options.length() - 1);
        return getClass().getSimpleName() + "[" + options + (options.isEmpty() ? "" : ", ")
                + (a == null ? "" : coefficientName(0) + "=" + Shapes.text(a.shape()) + ", ")
                + (b == null ? "" : coefficientName(1) + "=" + Shapes.text(b.shape()) + ", ")
                + "reduction=" + reduction.name().toLowerCase(Locale.ROOT) + "]";
    }
}
