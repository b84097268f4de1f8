// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.DistanceCall;
import io.github.jloss.spi.DistanceFamily;
import io.github.jloss.spi.DistanceFormula;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A loss of rows of embeddings that depends on the distances between them: a formula, its options, and a reduction.
 * Inputs are two or three tensors of the same shape (N, D); the target, where there is one, has shape (N). Nothing is
 * broadcast: a target of shape (N, 1) is an error.
 *
 * <p>{@link Reduction#MEAN} divides by the number of rows N; the mean of an empty batch is NaN, its sum 0. With
 * {@link Reduction#NONE} there is one loss per row, of shape (N). {@link #totals} are two sums: of the losses, and N.
 * Rows of no elements (D = 0) are at the distance that a sum of nothing gives.
 *
 * <p>A gradient may be null where it is not wanted, and may lie over one of the inputs (from its first element on);
 * every row is read before any of its gradients is written. A NaN in a row is NaN in its loss and its gradients,
 * unless a weight of 0 takes that distance out of the loss; rows do not touch each other.
 */
public abstract class EmbeddingLoss implements Criterion, Cloneable {

    private static final long serialVersionUID = 1;

    private static final Pool<DistanceCall> CALLS = new Pool<>(DistanceCall::new);

    private final DistanceFormula formula;
    private final List<String> inputNames;
    private final List<String> gradientNames;
    private final String targetName;
    private final Reduction reduction;
    private Backend backend = Backend.cpu();

    /**
     * A loss.
     *
     * @param formula the loss of one row
     * @param inputNames what the two or three inputs are called
     * @param targetName what the target is called, or null if there is none
     * @param reduction how the rows' losses become one number
     */
    protected EmbeddingLoss(DistanceFormula formula, List<String> inputNames, String targetName, Reduction reduction) {
        this.formula = Objects.requireNonNull(formula, "formula");
        this.inputNames = List.copyOf(inputNames);
        this.gradientNames = this.inputNames.stream().map(n -> "gradient of " + n).toList();
        this.targetName = targetName;
        this.reduction = Objects.requireNonNull(reduction, "reduction");
    }

    @Override
    public final List<String> inputNames() {
        return inputNames;
    }

    @Override
    public final Reduction reduction() {
        return reduction;
    }

    /**
     * Refuses targets that the loss has no meaning for; called before anything is computed.
     *
     * @param target has the right shape; null if the loss has none
     */
    protected void requireTarget(Target target) {
        // Most losses take any number.
    }

    final double value(Tensor a, Tensor b, Tensor c, Target target) {
        requireReduced();
        check(a, b, c, target);
        return run(a, b, c, target, null, null, null, null, null, 0, false) / ownDivisor(a.dim(0));
    }

    final double valueAndGradients(Tensor a, Tensor b, Tensor c, Target target, Tensor ga, Tensor gb, Tensor gc,
            Backward how) {
        requireReduced();
        check(a, b, c, target);
        checkGradients(a, b, c, target, ga, gb, gc);
        double divisor = how.divisorOr(ownDivisor(a.dim(0)));
        return run(a, b, c, target, null, null, ga, gb, gc, how.factor() / divisor, how.adds()) / divisor;
    }

    final void valid(Tensor a, Tensor b, Tensor c, Target target, Tensor ga, Tensor gb, Tensor gc) {
        check(a, b, c, target);
        checkGradients(a, b, c, target, ga, gb, gc);
    }

    final Totals sums(Tensor a, Tensor b, Tensor c, Target target) {
        check(a, b, c, target);
        return new Totals(toString(), run(a, b, c, target, null, null, null, null, null, 0, false), a.dim(0));
    }

    final void gradientsOfPiece(Tensor a, Tensor b, Tensor c, Target target, Totals whole, Tensor ga, Tensor gb,
            Tensor gc, Backward how) {
        requireReduced();
        check(a, b, c, target);
        checkGradients(a, b, c, target, ga, gb, gc);
        whole.requireOf(toString(), 2, 0);
        run(a, b, c, target, null, null, ga, gb, gc, how.factor() / how.divisorOr(ownDivisor(whole.sum(1))),
                how.adds());
    }

    final void values(Tensor a, Tensor b, Tensor c, Target target, Tensor losses) {
        check(a, b, c, target);
        requireRows("losses", losses, a);
        Checks.writable("losses", losses);
        for (int i = 0; i < inputNames.size(); i++) {
            Checks.apart("losses", losses, inputNames.get(i), i == 0 ? a : i == 1 ? b : c, "other rows need it");
        }
        if (target instanceof Tensor floats) {
            Checks.apart("losses", losses, targetName, floats, "they are different things");
        }
        run(a, b, c, target, losses, null, null, null, null, 0, false);
    }

    final void gradients(Tensor a, Tensor b, Tensor c, Target target, Tensor upstream, Tensor ga, Tensor gb, Tensor gc,
            Backward how) {
        check(a, b, c, target);
        checkGradients(a, b, c, target, ga, gb, gc);
        requireRows("upstream", upstream, a);
        for (int i = 0; i < inputNames.size(); i++) {
            Tensor gradient = i == 0 ? ga : i == 1 ? gb : gc;
            if (gradient != null) {
                Checks.apart(gradientNames.get(i), gradient, "upstream", upstream, "other rows need it");
            }
        }
        run(a, b, c, target, null, upstream, ga, gb, gc, how.factor() / how.divisorOr(1), how.adds());
    }

    private double run(Tensor a, Tensor b, Tensor c, Target target, Tensor losses, Tensor upstream, Tensor ga,
            Tensor gb, Tensor gc, double scale, boolean add) {
        DistanceCall call = CALLS.take();
        try {
            call.formula = formula;
            call.first = a;
            call.second = b;
            call.third = c;
            call.target = target;
            call.losses = losses;
            call.upstream = upstream;
            call.firstGradient = ga;
            call.secondGradient = gb;
            call.thirdGradient = gc;
            call.scale = scale;
            call.add = add;
            return backend.family(DistanceFamily.class).distances(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }

    private double ownDivisor(double rows) {
        return reduction == Reduction.MEAN ? rows : 1;
    }

    private void requireReduced() {
        if (reduction == Reduction.NONE) {
            throw new IllegalStateException(getClass().getSimpleName() + " has reduction NONE, one loss per row:"
                    + " call losses, and backward with an upstream gradient");
        }
    }

    private void check(Tensor a, Tensor b, Tensor c, Target target) {
        Objects.requireNonNull(a, inputNames.get(0));
        if (a.rank() != 2 || a.dim(1) > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(inputNames.get(0) + ": found shape " + Shapes.text(a.shape())
                    + ", expected (N, D), D below 2^31 - 8");
        }
        Checks.sameShape(inputNames.get(1), b, inputNames.get(0), a);
        if (inputNames.size() > 2) {
            Checks.sameShape(inputNames.get(2), c, inputNames.get(0), a);
        }
        if (targetName != null) {
            Objects.requireNonNull(target, targetName);
            if (target instanceof Tensor floats) {
                requireRows(targetName, floats, a);
            } else if (target instanceof Labels labels && (labels.rank() != 1 || labels.dim(0) != a.dim(0))) {
                refuseShape(targetName, target, a);
            }
        }
        requireTarget(target);
    }

    /** One number for each row. */
    private void requireRows(String name, Tensor found, Tensor a) {
        Objects.requireNonNull(found, name);
        if (found.rank() != 1 || found.dim(0) != a.dim(0)) {
            refuseShape(name, found, a);
        }
    }

    private void refuseShape(String name, Target found, Tensor a) {
        throw new IllegalArgumentException(name + ": found shape " + Shapes.text(found.shape()) + ", expected "
                + Shapes.text(a.dim(0)) + ", one number for each row of " + inputNames.get(0)
                + " (nothing is broadcast)");
    }

    private void checkGradients(Tensor a, Tensor b, Tensor c, Target target, Tensor ga, Tensor gb, Tensor gc) {
        if (ga == null && gb == null && gc == null) {
            throw new IllegalArgumentException("gradients: found none, expected one for at least one of "
                    + String.join(", ", inputNames));
        }
        checkGradient(0, ga, a, b, c, target);
        checkGradient(1, gb, a, b, c, target);
        checkGradient(2, gc, a, b, c, target);
        checkApart(0, ga, 1, gb);
        checkApart(0, ga, 2, gc);
        checkApart(1, gb, 2, gc);
    }

    private void checkGradient(int index, Tensor gradient, Tensor a, Tensor b, Tensor c, Target target) {
        if (gradient == null) {
            return;
        }
        String name = gradientNames.get(index);
        Checks.sameShape(name, gradient, inputNames.get(0), a);
        Checks.writable(name, gradient, inputNames.get(0), a);
        Checks.writable(name, gradient, inputNames.get(1), b);
        if (c != null) {
            Checks.writable(name, gradient, inputNames.get(2), c);
        }
        if (target instanceof Tensor floats) {
            Checks.apart(name, gradient, targetName, floats, "other rows need it");
        }
    }

    private void checkApart(int one, Tensor gradient, int other, Tensor otherGradient) {
        if (gradient != null && otherGradient != null) {
            Checks.apart(gradientNames.get(one), gradient, gradientNames.get(other), otherGradient,
                    "both are written");
        }
    }

    @Override
    public final double forward(Batch batch) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        return value(batch.input(0), batch.input(1), third(batch), target(batch));
    }

    @Override
    public final double forwardBackward(Batch batch, Backward how) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        return valueAndGradients(batch.input(0), batch.input(1), third(batch), target(batch), batch.gradient(0),
                batch.gradient(1), thirdGradient(batch), how);
    }

    @Override
    public final void requireValid(Batch batch) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        valid(batch.input(0), batch.input(1), third(batch), target(batch), batch.gradient(0), batch.gradient(1),
                thirdGradient(batch));
    }

    @Override
    public final Totals totals(Batch batch) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        return sums(batch.input(0), batch.input(1), third(batch), target(batch));
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        totals.requireOf(toString(), 2, 0);
        return totals.sum(0) / ownDivisor(totals.sum(1));
    }

    @Override
    public final void backward(Batch batch, Totals whole, Backward how) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        gradientsOfPiece(batch.input(0), batch.input(1), third(batch), target(batch), whole, batch.gradient(0),
                batch.gradient(1), thirdGradient(batch), how);
    }

    @Override
    public final long[] lossesShape(Batch batch) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        return new long[] {batch.input(0).dim(0)};
    }

    @Override
    public final void losses(Batch batch, Tensor losses) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        values(batch.input(0), batch.input(1), third(batch), target(batch), losses);
    }

    @Override
    public final void backward(Batch batch, Tensor upstream, Backward how) {
        batch.requireInputs(inputNames);
        batch.requireUnweighted();
        gradients(batch.input(0), batch.input(1), third(batch), target(batch), upstream, batch.gradient(0),
                batch.gradient(1), thirdGradient(batch), how);
    }

    private Tensor third(Batch batch) {
        return inputNames.size() > 2 ? batch.input(2) : null;
    }

    private Tensor thirdGradient(Batch batch) {
        return inputNames.size() > 2 ? batch.gradient(2) : null;
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

    @Override
    public EmbeddingLoss on(Backend where) {
        try {
            EmbeddingLoss copy = (EmbeddingLoss) clone();
            copy.backend = Objects.requireNonNull(where, "backend");
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Equal losses have the same class, options and reduction. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof EmbeddingLoss l && getClass() == l.getClass() && formula.equals(l.formula)
                && reduction == l.reduction && backend.equals(l.backend);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), formula, reduction);
    }

    @Override
    public String toString() {
        String options = formula.toString();
        options = options.substring(options.indexOf('[') + 1, options.length() - 1);
        return getClass().getSimpleName() + "[" + options + ", reduction=" + reduction.name().toLowerCase(Locale.ROOT)
                + "]";
    }
}
