// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import java.util.Objects;

/**
 * A loss that is a sum over elements: a formula, its options, and a reduction. Extend it to make a loss of your own;
 * the formula is all that is needed.
 *
 * <p>{@link Reduction#MEAN}, the default, divides by the number of elements n, whatever the coefficients of the
 * formula; the mean of an empty batch is NaN, its sum 0. With {@link Reduction#NONE} there is one loss per element,
 * which {@link #forward(Tensor, Target, Tensor)} writes (over the input, if you like), and
 * {@link #backward(Tensor, Target, Tensor, Tensor, Backward)} takes the upstream gradient of each. {@link #totals} are
 * two sums: of the losses, and of what a mean divides by.
 *
 * <p><b>Weights and masks</b> ({@link Batch#withWeights}) are broadcast to the shape of the input; losses and gradients
 * of the elements are multiplied by them, and the mean divides by their sum or by how many are above 0 ({@link
 * #withMeanBy}); where all are 0 the mean is NaN and the gradient 0. Where a weight is 0, loss and gradient are 0,
 * whatever input, target and upstream gradient hold. Weights of 1 change no bit. A weighted loss of one element is a
 * float: beyond its range it is infinite, as an unweighted one is, and below 2^-126 it has fewer digits.
 *
 * @param <L> the loss itself
 */
public abstract non-sealed class PointwiseLoss<L extends PointwiseLoss<L>> extends ElementLoss<L> {

    private static final long serialVersionUID = 1;

    private ElementFormula formula;
    private Tensor a;
    private Tensor b;

    /**
     * A loss without coefficients.
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
        super(reduction);
        set(formula, a, b);
    }

    private void set(ElementFormula newFormula, Tensor newA, Tensor newB) {
        Objects.requireNonNull(newFormula, "formula");
        if (newFormula instanceof PointwiseFormula && (newA != null || newB != null)) {
            throw new IllegalArgumentException("formula: found a PointwiseFormula, which has no coefficients,"
                    + " expected another ElementFormula");
        }
        formula = newFormula;
        a = newA;
        b = newB;
    }

    /**
     * This loss with another formula: what methods that set an option are made of.
     *
     * @param other the loss of one element
     * @return a loss that differs from this one by its formula
     */
    protected final L with(ElementFormula other) {
        return with(other, a, b);
    }

    /**
     * This loss with another formula and other coefficients.
     *
     * @param other the loss of one element
     * @param newA the formula's first coefficient, broadcast to the input's shape, or null for 1
     * @param newB the formula's second coefficient, broadcast to the input's shape, or null for 1
     * @return a loss that differs from this one by its formula and coefficients
     */
    protected final L with(ElementFormula other, Tensor newA, Tensor newB) {
        return changed(l -> ((PointwiseLoss<?>) l).set(other, newA, newB));
    }

    /**
     * What this loss computes for an element.
     *
     * @return the formula, with its options
     */
    protected final ElementFormula formula() {
        return formula;
    }

    final Tensor a() {
        return a;
    }

    final Tensor b() {
        return b;
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
    final String nameOf(int coefficient) {
        return coefficientName(coefficient);
    }

    @Override
    final void prepare(PointwisePass pass, Tensor input, Target target, Tensor weights) {
        Tensor floats = Checks.floats(target);
        Checks.sameShape("target", floats, "input", input);
        if (a != null) {
            Shapes.requireBroadcast(coefficientName(0), a, input);
        }
        if (b != null) {
            Shapes.requireBroadcast(coefficientName(1), b, input);
        }
        pass.over(input, floats, a, b, weights);
    }

    /** The elements that are not ignored, of a loss that ignores some; else null. */
    Kept kept() {
        return null;
    }

    @Override
    final double count(PointwisePass pass, Tensor weights) {
        double all = super.count(pass, weights);
        return kept() == null ? all : kept().count(pass, weights, null, meanBy());
    }

    @Override
    final boolean sumsFirst() {
        return false;
    }

    @Override
    final void reduce(PointwisePass pass) {
        pass.sum = pass.sum(formula);
    }

    @Override
    final double finish(double sum, double norm, double divisor) {
        return sum / divisor;
    }

    @Override
    final void differentiate(PointwisePass pass, double divisor, Tensor gradient, Backward how) {
        pass.sum = pass.gradients(formula, null, gradient, scale(how, divisor), how.adds());
    }

    @Override
    final void writeLosses(PointwisePass pass, Tensor losses) {
        pass.values(formula, losses);
    }

    @Override
    final void writeGradients(PointwisePass pass, Tensor upstream, Tensor gradient, double scale, boolean add) {
        pass.gradients(formula, upstream, gradient, scale, add);
    }

    @Override
    final String identity() {
        return Totals.identity(this, a, b);
    }

    /** Equal losses have the same class and options; coefficients are equal if they hold the same numbers. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof PointwiseLoss<?> l && getClass() == l.getClass() && formula.equals(l.formula)
                && Tensor.same(a, l.a) && Tensor.same(b, l.b) && hasOptionsOf(l);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), formula, reduction());
    }

    @Override
    public String toString() {
        String options = formula.toString();
        options = options.substring(options.indexOf('[') + 1, options.length() - 1);
        return getClass().getSimpleName() + "[" + options + (options.isEmpty() ? "" : ", ")
                + (a == null ? "" : coefficientName(0) + "=" + Shapes.text(a.shape()) + ", ")
                + (b == null ? "" : coefficientName(1) + "=" + Shapes.text(b.shape()) + ", ") + commonOptions() + "]";
    }
}
