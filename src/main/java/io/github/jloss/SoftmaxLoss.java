// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.internal.softmax.RowWeights;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFamily;
import io.github.jloss.spi.SoftmaxFormula;
import java.util.Arrays;
import java.util.Objects;

/**
 * A loss of rows of logits, each row all classes of one sample or of one pixel, against a label for each row
 * ({@link Labels}) or, where a loss says so, probabilities for all its classes (a {@link Tensor} of the input's shape).
 *
 * <p><b>Shapes.</b> The class axis is axis 1, (N, C, d1, ..., dk), or axis 0 of an input (C) of one row; a loss may put
 * it last. Labels and losses have the input's shape without the class axis.
 *
 * <p>{@link Reduction#MEAN} divides by the sum of the class weights of the labels that are not ignored, so without
 * class weights by their number; by the number of rows where the target is probabilities, whatever the class weights.
 * With {@link #withMeanBy}({@link MeanBy#COUNT}) it is always the number of rows that are not ignored. Where the
 * divisor is 0 because nothing counts, the mean is NaN, and the gradient 0; the sum is 0. {@link #totals} are two sums:
 * of the losses, and the divisor.
 *
 * <p><b>Weights and masks.</b> {@linkplain Batch#weights Weights} of a batch are one for each row, broadcast to the
 * shape of the losses. A mean divides by the sum of the products of a row's weight and its label's class weight, of
 * probabilities by the sum of the weights; by {@link MeanBy#COUNT}, by the number of rows whose weight is above 0 and
 * whose label is not ignored. Weights of 1 give the bits of no weights.
 *
 * <p><b>Rows that do not count.</b> A row of weight 0 and an ignored one have loss 0 and gradient 0 whatever they hold,
 * and so has a row none of whose classes has a target: probabilities and smoothing times class weights, all 0. An
 * upstream gradient of 0 is no mask: times a row's NaN it is NaN.
 *
 * <p><b>Numbers out of the ordinary.</b> NaN and +infinity make the loss and the gradients of their row NaN, and only
 * those. A class of logit -infinity has probability 0: its terms are 0 where its target is 0, and the loss is +infinity
 * where not, with the gradient that goes there; a row of nothing else is NaN. The loss does not change by a constant
 * added to a row, as the largest logit is subtracted first: logits of 1e4 lose nothing. What a sure and right
 * prediction costs, and its gradient, keep their digits, for 1 - p is summed up from the other classes.
 *
 * <p><b>Errors.</b> A label outside [0, C), or of an excluded class, that is neither ignored nor masked; no class at
 * all; weights that are negative or not finite; and shapes that do not fit; all before anything is written. The
 * gradient may be written over the input; other overlaps are errors.
 *
 * @param <L> the loss itself
 */
public abstract class SoftmaxLoss<L extends SoftmaxLoss<L>> implements Loss {

    private static final long serialVersionUID = 1;

    private static final Pool<SoftmaxCall> CALLS = new Pool<>(SoftmaxCall::new);

    private static final int MOST_APART = 1 << 24;

    /** The least sum of focusing factors that losses are divided by. */
    private static final double LEAST_NORM = 1e-6;

    private final SoftmaxOptions options;

    /** Of the sum that a normalized loss is divided by. */
    private final SoftmaxFormula focus;
    private final String text;

    SoftmaxLoss(SoftmaxOptions options) {
        this.options = options;
        this.focus = options.formula().ofFactorOnly();
        this.text = getClass().getSimpleName() + "[" + optionsText() + options + "]";
    }

    SoftmaxOptions options() {
        return options;
    }

    /** The same loss with other options. */
    abstract L with(SoftmaxOptions other);

    /** The options of the formula, each followed by a comma and a space. */
    abstract String optionsText();

    /** A smoothing that is one. */
    static double smoothing(String name, double value) {
        return Checks.require(value >= 0 && value <= 1, name, value, "a number from 0 to 1");
    }

    /** An exponent that floats can compute with. */
    static double exponent(String name, double value) {
        Checks.asFloat(name, value);
        return Checks.notNegative(name, value);
    }

    /** Whether probabilities will do as a target. */
    abstract boolean takesProbabilities();

    /** Whether labels will do as a target. */
    boolean takesLabels() {
        return true;
    }

    @Override
    public final Reduction reduction() {
        return options.reduction();
    }

    /**
     * With weights for the classes, which multiply the terms of their classes.
     *
     * @param weight one for each class, (C), or null for none
     * @return a new loss
     */
    public final L withWeight(Tensor weight) {
        return with(options.withWeight(weight));
    }

    /**
     * With a label for rows that do not count.
     *
     * @param label any; with probabilities as a target, a negative one
     * @return a new loss
     */
    public final L withIgnoreIndex(long label) {
        return with(options.withIgnoreIndex(label));
    }

    /**
     * With classes left out, as if the input had none of them: their logits are in no maximum, sum, loss or gradient,
     * smoothing does not count them, and their gradient is 0. A label of one is an error, and probabilities that a
     * target gives to them are dropped, unread.
     *
     * @param classes their numbers; none for all classes to take part
     * @return a new loss
     */
    public final L withExcludedClasses(int... classes) {
        return with(options.withExcluded(classes));
    }

    /**
     * For inputs whose class axis is the last one, (..., C), and not axis 1.
     *
     * @return a new loss
     */
    public final L withClassAxisLast() {
        return with(options.withClassLast());
    }

    /**
     * With another divisor of the mean.
     *
     * @param meanBy the sum of the weights, of the rows and of their labels' classes (the default), or the number of
     *        rows that count
     * @return a new loss
     */
    public final L withMeanBy(MeanBy meanBy) {
        return with(options.withMeanBy(meanBy));
    }

    /**
     * With 0, and not NaN, for the mean over nothing: all rows ignored or masked, or none there.
     *
     * @return a new loss
     */
    public final L withEmptyMeanZero() {
        return with(options.withEmptyZero());
    }

    /**
     * With another reduction.
     *
     * @param reduction how the losses of the rows become one number
     * @return a new loss
     */
    public final L withReduction(Reduction reduction) {
        return with(options.withReduction(reduction));
    }

    @Override
    public final L on(Backend where) {
        return with(options.withBackend(where));
    }

    @Override
    public final double forward(Tensor input, Target target) {
        return value(input, target, null);
    }

    @Override
    public final double forward(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return value(batch.input(0), batch.target(), batch.weights());
    }

    private double value(Tensor input, Target target, Tensor weights) {
        requireReduced();
        double divisor = ownDivisor(check(input, target, weights));
        return mean(sum(options.formula(), input, target, weights) / norm(factors(input, target, weights)), divisor);
    }

    @Override
    public final double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        return valueAndGradient(input, target, null, gradient, how);
    }

    @Override
    public final double forwardBackward(Batch batch, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return valueAndGradient(batch.input(0), batch.target(), batch.weights(), batch.gradient(0), how);
    }

    private double valueAndGradient(Tensor input, Target target, Tensor weights, Tensor gradient, Backward how) {
        Objects.requireNonNull(how, "how");
        requireReduced();
        double divisor = how.divisorOr(ownDivisor(check(input, target, weights, gradient)));
        double sum = options.normalized() ? sum(options.formula(), input, target, weights) : 0;
        double factors = factors(input, target, weights);
        double same = gradient(input, target, weights, sum, factors, gradient, how, divisor);
        return mean((options.normalized() ? sum : same) / norm(factors), divisor);
    }

    /** The gradient, given the divisor and, if normalized,
            the sums over the whole batch; gives the sum of the losses. */
    private double gradient(Tensor input, Target target, Tensor weights, double sum, double factors, Tensor gradient,
            Backward how, double divisor) {
        double norm = norm(factors);
        // d(E/Z) = (dE - E/Z dZ) / Z, where Z is not held at its least.
        double offset = options.normalized() && factors >= LEAST_NORM ? -sum / norm : 0;
        return run(options.formula(), input, target, weights, null, null, gradient, offset,
                scale(how, divisor) / norm, how.adds());
    }

    /** If normalized, the sum of the focusing factors. */
    private double factors(Tensor input, Target target, Tensor weights) {
        return options.normalized() ? sum(focus, input, target, weights) : 1;
    }

    private static double norm(double factors) {
        return factors < LEAST_NORM ? LEAST_NORM : factors;
    }

    /** The input's shape without the class axis. */
    @Override
    public final long[] lossesShape(Batch batch) {
        requireRows();
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        long[] shape = batch.input(0).shape();
        if (shape.length == 0) {
            throw new IllegalArgumentException("input: found a scalar, expected a class axis");
        }
        int axis = classAxis(batch.input(0));
        long[] rows = new long[shape.length - 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = shape[i < axis ? i : i + 1];
        }
        return rows;
    }

    /**
     * The loss of every row, unreduced.
     *
     * @param input logits
     * @param target what they should be
     * @param losses overwritten with the losses, of the input's shape without the class axis
     */
    @Override
    public final void forward(Tensor input, Target target, Tensor losses) {
        losses(input, target, null, losses);
    }

    @Override
    public final void losses(Batch batch, Tensor losses) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        losses(batch.input(0), batch.target(), batch.weights(), losses);
    }

    private void losses(Tensor input, Target target, Tensor weights, Tensor losses) {
        requireRows();
        check(input, target, weights);
        requireRows("losses", losses, input);
        apart("losses", losses, "input", input);
        Checks.writable("losses", losses, "input", input);
        apartFromOthers("losses", losses, target, weights);
        run(options.formula(), input, target, weights, losses, null, null, 0, 0, false);
    }

    /**
     * The gradient of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param input logits
     * @param target what they should be
     * @param upstream the gradient that reaches the loss of each row, of the input's shape without the class axis
     * @param gradient receives upstream times dloss/dinput; may be {@code input} itself
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     */
    @Override
    public final void backward(Tensor input, Target target, Tensor upstream, Tensor gradient, Backward how) {
        backward(input, target, null, upstream, gradient, how);
    }

    @Override
    public final void backward(Batch batch, Tensor upstream, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        backward(batch.input(0), batch.target(), batch.weights(), upstream, batch.gradient(0), how);
    }

    private void backward(Tensor input, Target target, Tensor weights, Tensor upstream, Tensor gradient,
            Backward how) {
        Objects.requireNonNull(how, "how");
        requireRows();
        check(input, target, weights, gradient);
        requireRows("upstream", upstream, input);
        apart("gradient", gradient, "upstream", upstream);
        run(options.formula(), input, target, weights, null, upstream, gradient, 0,
                how.factor() / how.divisorOr(1), how.adds());
    }

    @Override
    public final Totals totals(Tensor input, Target target) {
        return totals(input, target, null);
    }

    @Override
    public final Totals totals(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        return totals(batch.input(0), batch.target(), batch.weights());
    }

    private Totals totals(Tensor input, Target target, Tensor weights) {
        double divisor = check(input, target, weights);
        double sum = sum(options.formula(), input, target, weights);
        return options.normalized() ? new Totals(identity(), sum, divisor, factors(input, target, weights))
                : new Totals(identity(), sum, divisor);
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        requireOwn(totals);
        return mean(totals.sum(0) / norm(factors(totals)), ownDivisor(totals.sum(1)));
    }

    @Override
    public final void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        backward(input, target, null, whole, gradient, how);
    }

    @Override
    public final void backward(Batch batch, Totals whole, Backward how) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        backward(batch.input(0), batch.target(), batch.weights(), whole, batch.gradient(0), how);
    }

    private void backward(Tensor input, Target target, Tensor weights, Totals whole, Tensor gradient, Backward how) {
        Objects.requireNonNull(how, "how");
        requireReduced();
        check(input, target, weights, gradient);
        requireOwn(Objects.requireNonNull(whole, "whole"));
        gradient(input, target, weights, whole.sum(0), factors(whole), gradient, how,
                how.divisorOr(ownDivisor(whole.sum(1))));
    }

    private void requireOwn(Totals totals) {
        Objects.requireNonNull(totals, "totals").requireOf(identity(), options.normalized() ? 3 : 2, 0);
    }

    private double factors(Totals totals) {
        return options.normalized() ? totals.sum(2) : 1;
    }

    @Override
    public final void requireValid(Tensor input, Target target, Tensor gradient) {
        check(input, target, null, gradient);
    }

    @Override
    public final void requireValid(Batch batch) {
        Objects.requireNonNull(batch, "batch").requireInputs(INPUT);
        check(batch.input(0), batch.target(), batch.weights(), batch.gradient(0));
    }

    /** The sum over all rows. */
    private double sum(SoftmaxFormula formula, Tensor input, Target target, Tensor weights) {
        return run(formula, input, target, weights, null, null, null, 0, 0, false);
    }

    private double run(SoftmaxFormula formula, Tensor input, Target target, Tensor weights, Tensor losses,
            Tensor upstream, Tensor gradient, double offset, double scale, boolean add) {
        if (input.size() == 0) {
            return 0;
        }
        SoftmaxCall call = CALLS.take();
        try {
            call.formula = formula;
            call.input = input;
            call.axis = classAxis(input);
            call.classes = input.dim(call.axis);
            call.inner = 1;
            for (int i = call.axis + 1; i < input.rank(); i++) {
                call.inner *= input.dim(i);
            }
            call.target = target;
            call.classWeights = options.weight();
            call.excluded = options.excluded();
            call.ignores = options.ignored() != null;
            call.ignoreIndex = call.ignores ? options.ignored() : 0;
            call.weights = weights;
            call.losses = losses;
            call.upstream = upstream;
            call.gradient = gradient;
            call.offset = offset;
            call.scale = scale;
            call.add = add;
            return options.backend().family(SoftmaxFamily.class).softmax(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }

    private double mean(double sum, double divisor) {
        return divisor == 0 && options.emptyIsZero() ? 0 : sum / divisor;
    }

    private String identity() {
        return Totals.identity(this, options.weight());
    }

    private double ownDivisor(double divisor) {
        return options.reduction() == Reduction.MEAN ? divisor : 1;
    }

    /** Where the divisor is 0 no row counts. */
    private static double scale(Backward how, double divisor) {
        return divisor == 0 ? 0 : how.factor() / divisor;
    }

    private void requireReduced() {
        if (options.reduction() == Reduction.NONE) {
            throw new IllegalStateException(getClass().getSimpleName() + " has reduction NONE, one loss per row:"
                    + " call forward(input, target, losses) and backward(input, target, upstream, gradient, how)");
        }
    }

    private void requireRows() {
        if (options.normalized()) {
            throw new IllegalStateException(getClass().getSimpleName()
                    + ", normalized, is one number: it has no losses of rows");
        }
    }

    private int classAxis(Tensor input) {
        return options.classLast() || input.rank() == 1 ? input.rank() - 1 : 1;
    }

    private double check(Tensor input, Target target, Tensor weights, Tensor gradient) {
        double divisor = check(input, target, weights);
        Checks.sameShape("gradient", gradient, "input", input);
        Checks.writable("gradient", gradient, "input", input);
        apartFromOthers("gradient", gradient, target, weights);
        return divisor;
    }

    private void apartFromOthers(String name, Tensor written, Target target, Tensor weights) {
        if (target instanceof Tensor probabilities) {
            apart(name, written, "target", probabilities);
        }
        if (options.weight() != null) {
            apart(name, written, "weight", options.weight());
        }
        if (weights != null) {
            apart(name, written, "weights", weights);
        }
    }

    private static void apart(String name, Tensor written, String readName, Tensor read) {
        Checks.apart(name, written, readName, read, "it is needed after the first element was written");
    }

    /** Refuses what does not fit, and gives what a mean divides by. */
    private double check(Tensor input, Target target, Tensor weights) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(target, "target");
        requireInput(input);
        long classes = input.dim(classAxis(input));
        if (classes < 1) {
            throw new IllegalArgumentException("input: found shape " + Shapes.text(input.shape())
                    + ", expected at least one class on axis " + classAxis(input));
        }
        if (classes > (classAxis(input) == input.rank() - 1 ? Integer.MAX_VALUE : MOST_APART)) {
            throw new IllegalArgumentException("input: found " + classes
                    + " classes, expected at most 2^31-1, or 2^24 where the class axis is not the last");
        }
        if (options.weight() != null && options.weight().size() != classes) {
            throw new IllegalArgumentException("weight: found shape " + Shapes.text(options.weight().shape())
                    + ", expected (" + classes + "), one for each class");
        }
        requireClasses(classes);
        if (weights != null) {
            Shapes.requireBroadcast("weights", weights, input, classAxis(input));
        }
        return target instanceof Labels labels ? check(input, labels, weights, classes)
                : check(input, (Tensor) target, weights, classes);
    }

    private void requireClasses(long classes) {
        int[] excluded = options.excluded();
        if (excluded.length > 0 && (excluded[excluded.length - 1] >= classes || excluded.length == classes)) {
            throw new IllegalArgumentException("excludedClasses: found " + Arrays.toString(excluded)
                    + ", expected some of 0 to " + (classes - 1) + ", and not all");
        }
    }

    /** Refuses inputs of ranks that the loss does not take. */
    void requireInput(Tensor input) {
        if (input.rank() == 0) {
            throw new IllegalArgumentException("input: found a scalar, expected a class axis");
        }
    }

    private double check(Tensor input, Tensor probabilities, Tensor weights, long classes) {
        if (!takesProbabilities()) {
            Checks.labels(probabilities);
        }
        if (takesLabels() && Shapes.isWithout(classAxis(input), input, probabilities)) {
            throw new IllegalArgumentException("target: found " + probabilities + ", a float for each row, expected"
                    + " Labels or probabilities " + Shapes.text(input.shape()) + ": " + Checks.HOW_LABELS);
        }
        Checks.sameShape("target", probabilities, "input", input);
        if (options.ignored() != null && options.ignored() >= 0) {
            throw new IllegalArgumentException("ignoreIndex: found " + options.ignored()
                    + ", expected a negative one with probabilities as a target, which it cannot mean");
        }
        return Weights.divisor(weights, options.meanBy(), input.size() / classes, options.backend());
    }

    private double check(Tensor input, Labels labels, Tensor weights, long classes) {
        if (!takesLabels()) {
            Checks.floats(labels);
        }
        int axis = classAxis(input);
        Shapes.requireWithout(axis, input, "target", labels);
        Tensor classWeights = options.weight();
        boolean counts = options.meanBy() == MeanBy.COUNT;
        Long ignored = options.ignored();
        double sum = 0;
        for (long i = 0; i < labels.size(); i++) {
            double w = weights == null ? 1 : Weights.at(weights, RowWeights.index(weights, input, axis, i));
            if (w == 0) {
                continue;
            }
            long label = Checks.label("target", i, labels.get(i), classes, ignored);
            if (ignored == null || label != ignored) {
                requireIncluded(i, label);
                sum += counts ? 1 : classWeights == null ? w : w * classWeights.get(label);
            }
        }
        return sum;
    }

    private void requireIncluded(long index, long label) {
        if (options.excluded().length > 0 && Arrays.binarySearch(options.excluded(), (int) label) >= 0) {
            throw new IllegalArgumentException("target[" + index + "]: found " + label
                    + ", expected a class that is not among the excluded ones, "
                    + Arrays.toString(options.excluded()));
        }
    }

    private void requireRows(String name, Tensor found, Tensor input) {
        Objects.requireNonNull(found, name);
        Shapes.requireWithout(classAxis(input), input, name, found);
    }

    /** Equal losses have the same class and options; weights are equal if they hold the same numbers. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof SoftmaxLoss<?> l && getClass() == l.getClass() && options.equals(l.options);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), options);
    }

    @Override
    public final String toString() {
        return text;
    }
}
