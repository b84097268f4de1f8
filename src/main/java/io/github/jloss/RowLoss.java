// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.kernel.Elements;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A loss of rows that has several inputs: a formula with its options, a reduction, and where it is computed. What to do
 * with a row's loss is the same for all of them and stands here; what is read, and by which family, in subclasses.
 *
 * @param <F> the formula, equal to others with the same options
 * @param <L> the loss itself
 */
abstract class RowLoss<F, L extends RowLoss<F, L>> implements Criterion, Cloneable {

    private static final long serialVersionUID = 1;

    private final List<String> inputNames;
    private final List<String> gradientNames;
    private final String targetName;
    private F formula;
    private Reduction reduction = Reduction.MEAN;
    private MeanBy meanBy = MeanBy.WEIGHTS;
    private Backend backend = Backend.cpu();

    RowLoss(F formula, List<String> inputNames, List<String> gradientNames, String targetName) {
        this.formula = Objects.requireNonNull(formula, "formula");
        this.inputNames = List.copyOf(inputNames);
        this.gradientNames = List.copyOf(gradientNames);
        this.targetName = targetName;
    }

    /** Refuses inputs that do not fit; the first one has a row for each loss. */
    abstract void requireInputs(Tensor a, Tensor b, Tensor c);

    /** Refuses a target that does not fit, but for what is masked. */
    abstract void requireTarget(Target target, Tensor weights, Tensor a, Tensor b);

    /** Whether the gradient of one input may lie over another input, or over its own. */
    abstract boolean overwrites(int gradient, int input);

    /** Computes the losses, and the gradients if there are any to be written; the sum of the losses. */
    abstract double run(Backend where, Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor losses,
            Tensor upstream, Tensor ga, Tensor gb, Tensor gc, double scale, boolean add);

    /**
     * Whether what a row holds is never to be read.
     *
     * @param weights one for each row or one for all, or null
     * @param row the row
     * @return whether its weight is 0
     */
    protected static boolean isMasked(Tensor weights, long row) {
        return Elements.weight(weights, row) == 0;
    }

    @Override
    public final List<String> inputNames() {
        return inputNames;
    }

    @Override
    public final Reduction reduction() {
        return reduction;
    }

    final MeanBy meanBy() {
        return meanBy;
    }

    final F formula() {
        return formula;
    }

    final String targetName() {
        return targetName;
    }

    /**
     * This loss with another reduction.
     *
     * @param other how the losses of the rows become one number; their mean by default
     * @return a loss with this option
     */
    public final L withReduction(Reduction other) {
        Objects.requireNonNull(other, "reduction");
        return changed(l -> l.reduction = other);
    }

    /**
     * This loss with another divisor of the mean where a batch has weights.
     *
     * @param other their sum, the default, or how many are above 0
     * @return a loss with this option
     */
    public final L withMeanBy(MeanBy other) {
        Objects.requireNonNull(other, "meanBy");
        return changed(l -> l.meanBy = other);
    }

    @Override
    public final L on(Backend where) {
        Objects.requireNonNull(where, "backend");
        return changed(l -> l.backend = where);
    }

    /** This loss with other options. */
    final L with(F other) {
        return changed(l -> l.formula = other);
    }

    @SuppressWarnings("unchecked")
    private L changed(Consumer<RowLoss<F, L>> change) {
        try {
            L copy = (L) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    final double value(Tensor a, Tensor b, Tensor c, Target target, Tensor weights) {
        requireReduced();
        double divisor = ownDivisor(check(a, b, c, target, weights));
        return run(backend, a, b, c, target, weights, null, null, null, null, null, 0, false) / divisor;
    }

    final double valueAndGradients(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor ga, Tensor gb,
            Tensor gc, Backward how) {
        Objects.requireNonNull(how, "how");
        requireReduced();
        double divisor = how.divisorOr(ownDivisor(check(a, b, c, target, weights, ga, gb, gc)));
        return run(backend, a, b, c, target, weights, null, null, ga, gb, gc, how.factor() / divisor, how.adds())
                / divisor;
    }

    final void valid(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor ga, Tensor gb, Tensor gc) {
        check(a, b, c, target, weights, ga, gb, gc);
    }

    final Totals sums(Tensor a, Tensor b, Tensor c, Target target, Tensor weights) {
        double divisor = check(a, b, c, target, weights);
        return new Totals(toString(), run(backend, a, b, c, target, weights, null, null, null, null, null, 0, false),
                divisor);
    }

    final void gradientsOfPiece(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Totals whole, Tensor ga,
            Tensor gb, Tensor gc, Backward how) {
        Objects.requireNonNull(how, "how");
        requireReduced();
        check(a, b, c, target, weights, ga, gb, gc);
        Objects.requireNonNull(whole, "whole").requireOf(toString(), 2, 0);
        run(backend, a, b, c, target, weights, null, null, ga, gb, gc,
                how.factor() / how.divisorOr(ownDivisor(whole.sum(1))), how.adds());
    }

    final void values(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor losses) {
        check(a, b, c, target, weights);
        requireRows("losses", losses, a);
        Checks.writable("losses", losses);
        for (int i = 0; i < inputNames.size(); i++) {
            Checks.apart("losses", losses, inputNames.get(i), pick(i, a, b, c), "other rows need it");
        }
        requireApart("losses", losses, target, weights);
        run(backend, a, b, c, target, weights, losses, null, null, null, null, 0, false);
    }

    final void gradients(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor upstream, Tensor ga,
            Tensor gb, Tensor gc, Backward how) {
        Objects.requireNonNull(how, "how");
        check(a, b, c, target, weights, ga, gb, gc);
        requireRows("upstream", upstream, a);
        for (int i = 0; i < inputNames.size(); i++) {
            Tensor gradient = pick(i, ga, gb, gc);
            if (gradient != null) {
                Checks.apart(gradientNames.get(i), gradient, "upstream", upstream, "other rows need it");
            }
        }
        run(backend, a, b, c, target, weights, null, upstream, ga, gb, gc, how.factor() / how.divisorOr(1),
                how.adds());
    }

    private static Tensor pick(int index, Tensor a, Tensor b, Tensor c) {
        return index == 0 ? a : index == 1 ? b : c;
    }

    private double ownDivisor(double ofMean) {
        return reduction == Reduction.MEAN ? ofMean : 1;
    }

    private void requireReduced() {
        if (reduction == Reduction.NONE) {
            throw new IllegalStateException(getClass().getSimpleName() + " has reduction NONE, one loss per row:"
                    + " call losses, and backward with an upstream gradient");
        }
    }

    /** Checks what is read; what a mean divides by. */
    private double check(Tensor a, Tensor b, Tensor c, Target target, Tensor weights) {
        for (int i = 0; i < inputNames.size(); i++) {
            Objects.requireNonNull(pick(i, a, b, c), inputNames.get(i));
        }
        requireInputs(a, b, c);
        long rows = a.dim(0);
        double divisor = rows;
        if (weights != null) {
            if (weights.rank() > 1 || weights.size() != 1 && weights.size() != rows) {
                throw new IllegalArgumentException("weights: found shape " + Shapes.text(weights.shape())
                        + ", expected " + Shapes.text(rows) + ", one for each row of " + inputNames.get(0)
                        + ", or one for all");
            }
            divisor = Weights.divisor(weights, meanBy, rows, backend);
        }
        requireTarget(target, weights, a, b);
        return divisor;
    }

    /** One number for each row. */
    final void requireRows(String name, Target found, Tensor a) {
        Objects.requireNonNull(found, name);
        if (found.rank() != 1 || found.dim(0) != a.dim(0)) {
            throw new IllegalArgumentException(name + ": found shape " + Shapes.text(found.shape()) + ", expected "
                    + Shapes.text(a.dim(0)) + ", one number for each row of " + inputNames.get(0)
                    + " (nothing is broadcast)");
        }
    }

    /** Checks what is read and where the gradients go; what a mean divides by. */
    private double check(Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor ga, Tensor gb,
            Tensor gc) {
        double divisor = check(a, b, c, target, weights);
        if (ga == null && gb == null && gc == null) {
            throw new IllegalArgumentException("gradients: found none, expected one for at least one of "
                    + String.join(", ", inputNames));
        }
        for (int i = 0; i < inputNames.size(); i++) {
            Tensor gradient = pick(i, ga, gb, gc);
            if (gradient != null) {
                String name = gradientNames.get(i);
                Checks.sameShape(name, gradient, inputNames.get(i), pick(i, a, b, c));
                for (int j = 0; j < inputNames.size(); j++) {
                    requireReadable(name, gradient, overwrites(i, j), inputNames.get(j), pick(j, a, b, c));
                }
                requireApart(name, gradient, target, weights);
                for (int j = 0; j < i; j++) {
                    if (pick(j, ga, gb, gc) != null) {
                        Checks.apart(name, gradient, gradientNames.get(j), pick(j, ga, gb, gc), "both are written");
                    }
                }
            }
        }
        return divisor;
    }

    private static void requireReadable(String name, Tensor written, boolean overwrites, String readName,
            Tensor read) {
        if (overwrites) {
            Checks.writable(name, written, readName, read);
        } else {
            Checks.apart(name, written, readName, read, "other rows need it");
            Checks.writable(name, written);
        }
    }

    private void requireApart(String name, Tensor written, Target target, Tensor weights) {
        if (target instanceof Tensor floats) {
            Checks.apart(name, written, targetName, floats, "other rows need it");
        }
        if (weights != null) {
            Checks.apart(name, written, "weights", weights, "other rows need them");
        }
    }

    @Override
    public final double forward(Batch batch) {
        return value(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights());
    }

    @Override
    public final double forwardBackward(Batch batch, Backward how) {
        return valueAndGradients(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights(),
                gradient(batch, 0), gradient(batch, 1), gradient(batch, 2), how);
    }

    @Override
    public final void requireValid(Batch batch) {
        valid(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights(), gradient(batch, 0),
                gradient(batch, 1), gradient(batch, 2));
    }

    @Override
    public final Totals totals(Batch batch) {
        return sums(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights());
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        Objects.requireNonNull(totals, "totals").requireOf(toString(), 2, 0);
        return totals.sum(0) / ownDivisor(totals.sum(1));
    }

    @Override
    public final void backward(Batch batch, Totals whole, Backward how) {
        gradientsOfPiece(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights(), whole,
                gradient(batch, 0), gradient(batch, 1), gradient(batch, 2), how);
    }

    /** One dimension: the rows. */
    @Override
    public final long[] lossesShape(Batch batch) {
        return new long[] {input(batch, 0).dim(0)};
    }

    @Override
    public final void losses(Batch batch, Tensor losses) {
        values(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights(), losses);
    }

    @Override
    public final void backward(Batch batch, Tensor upstream, Backward how) {
        gradients(input(batch, 0), input(batch, 1), input(batch, 2), target(batch), batch.weights(), upstream,
                gradient(batch, 0), gradient(batch, 1), gradient(batch, 2), how);
    }

    private Tensor input(Batch batch, int index) {
        Objects.requireNonNull(batch, "batch").requireInputs(inputNames);
        return index < inputNames.size() ? batch.input(index) : null;
    }

    private Tensor gradient(Batch batch, int index) {
        return index < inputNames.size() ? batch.gradient(index) : null;
    }

    private Target target(Batch batch) {
        if (targetName == null && batch.target() != null) {
            throw new IllegalArgumentException("target: found one, but " + getClass().getSimpleName() + " takes none");
        }
        return batch.target();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        try {
            out.defaultWriteObject();
        } catch (NotSerializableException e) {
            throw (IOException) new NotSerializableException(this + ": found " + e.getMessage() + " in it, expected"
                    + " it to be Serializable, as a lambda is that is cast to (DoubleUnaryOperator & Serializable)")
                    .initCause(e);
        }
    }

    /** Equal losses have the same class, options and back end. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof RowLoss<?, ?> l && getClass() == l.getClass() && formula.equals(l.formula)
                && reduction == l.reduction && meanBy == l.meanBy && backend.equals(l.backend);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), formula, reduction, meanBy);
    }

    @Override
    public String toString() {
        String options = formula.toString();
        options = options.substring(options.indexOf('[') + 1, options.length() - 1);
        return getClass().getSimpleName() + "[" + options + ", reduction=" + reduction.name().toLowerCase(Locale.ROOT)
                + (meanBy == MeanBy.WEIGHTS ? "" : ", meanBy=count") + "]";
    }
}
