// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFamily;
import java.util.Locale;
import java.util.Objects;

/**
 * A loss of rows of logits, each row all classes of one sample or of one pixel, against a label for each row
 * ({@link Labels}) or, where a loss says so, probabilities for all its classes (a {@link Tensor} of the input's shape).
 *
 * <p><b>Shapes.</b> The class axis is axis 1, (N, C, d1, ..., dk), or axis 0 of an input (C) of one row; a loss may put
 * it last. Labels and losses have the input's shape without the class axis.
 *
 * <p>{@link Reduction#MEAN} divides by the sum of the weights of the labels that are not ignored (so without weights by
 * their number), or by the number of rows where the target is probabilities, whatever the weights. Where that divisor
 * is 0 because nothing counts, the mean is NaN, and the gradient 0; the sum is 0. {@link #totals} are two sums: of the
 * losses, and the divisor.
 *
 * <p><b>Rows that do not count.</b> An ignored row has loss 0 and gradient 0 whatever it holds, and so has, without
 * smoothing, a row whose label has weight 0.
 *
 * <p><b>Numbers out of the ordinary.</b> NaN and +infinity make the loss and the gradients of their row NaN, and only
 * those. A class of logit -infinity has probability 0: its terms are 0 where its target is 0, and the loss is +infinity
 * where not, with the gradient that goes there; a row of nothing else is NaN. The loss does not change by a constant
 * added to a row, as the largest logit is subtracted first: logits of 1e4 lose nothing. What a sure and right
 * prediction costs, and its gradient, keep their digits, for 1 - p is summed up from the other classes.
 *
 * <p><b>Errors.</b> A label outside [0, C) that is not ignored, no class at all, and shapes that do not fit, before
 * anything is written. The gradient may be written over the input; other overlaps are errors.
 */
public abstract class SoftmaxLoss implements Loss {

    private static final long serialVersionUID = 1;

    private static final Pool<SoftmaxCall> CALLS = new Pool<>(SoftmaxCall::new);

    private static final int MOST_APART = 1 << 24;

    private final SoftmaxOptions options;
    private final String text;

    SoftmaxLoss(SoftmaxOptions options) {
        this.options = options;
        this.text = getClass().getSimpleName() + "[" + optionsText()
                + (options.weight() == null ? "" : "weight=" + Shapes.text(options.weight().shape()) + ", ")
                + "reduction=" + options.reduction().name().toLowerCase(Locale.ROOT)
                + (options.classLast() ? ", class axis last" : "")
                + (options.meanOfRows() ? ", mean of rows" : "")
                + (options.emptyIsZero() ? ", empty is zero" : "") + "]";
    }

    SoftmaxOptions options() {
        return options;
    }

    /** The options of the formula and the ignored label, each followed by a comma and a space. */
    abstract String optionsText();

    /** The ignored label for {@link #optionsText}; nothing where there is none. */
    final String ignoreText() {
        return options.ignoreIndex() == SoftmaxOptions.NONE ? "" : "ignoreIndex=" + options.ignoreIndex() + ", ";
    }

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

    @Override
    public final double forward(Tensor input, Target target) {
        requireReduced();
        double divisor = check(input, target);
        return mean(run(input, target, null, null, null, 0, false), ownDivisor(divisor));
    }

    @Override
    public final double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        requireReduced();
        double divisor = how.divisorOr(ownDivisor(check(input, target, gradient)));
        return mean(run(input, target, null, null, gradient, scale(how, divisor), how.adds()), divisor);
    }

    /** The input's shape without the class axis. */
    @Override
    public final long[] lossesShape(Batch batch) {
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
        check(input, target);
        requireRows("losses", losses, input);
        apart("losses", losses, "input", input);
        Checks.writable("losses", losses, "input", input);
        apartFromOthers("losses", losses, target);
        run(input, target, losses, null, null, 0, false);
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
        check(input, target, gradient);
        requireRows("upstream", upstream, input);
        apart("gradient", gradient, "upstream", upstream);
        run(input, target, null, upstream, gradient, how.factor() / how.divisorOr(1), how.adds());
    }

    @Override
    public final Totals totals(Tensor input, Target target) {
        double divisor = check(input, target);
        return new Totals(identity(), run(input, target, null, null, null, 0, false), divisor);
    }

    @Override
    public final double finish(Totals totals) {
        requireReduced();
        totals.requireOf(identity(), 2, 0);
        return mean(totals.sum(0), ownDivisor(totals.sum(1)));
    }

    @Override
    public final void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        requireReduced();
        check(input, target, gradient);
        whole.requireOf(identity(), 2, 0);
        double divisor = how.divisorOr(ownDivisor(whole.sum(1)));
        run(input, target, null, null, gradient, scale(how, divisor), how.adds());
    }

    @Override
    public final void requireValid(Tensor input, Target target, Tensor gradient) {
        check(input, target, gradient);
    }

    private double run(Tensor input, Target target, Tensor losses, Tensor upstream, Tensor gradient, double scale,
            boolean add) {
        int axis = classAxis(input);
        long inner = 1;
        for (int i = axis + 1; i < input.rank(); i++) {
            inner *= input.dim(i);
        }
        if (input.size() == 0) {
            return 0;
        }
        SoftmaxCall call = CALLS.take();
        try {
            call.formula = options.formula();
            call.input = input;
            call.classes = input.dim(axis);
            call.inner = inner;
            call.target = target;
            call.classWeights = options.weight();
            call.ignoreIndex = options.ignoreIndex();
            call.losses = losses;
            call.upstream = upstream;
            call.gradient = gradient;
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

    private int classAxis(Tensor input) {
        return options.classLast() || input.rank() == 1 ? input.rank() - 1 : 1;
    }

    private double check(Tensor input, Target target, Tensor gradient) {
        double divisor = check(input, target);
        Checks.sameShape("gradient", gradient, "input", input);
        Checks.writable("gradient", gradient, "input", input);
        apartFromOthers("gradient", gradient, target);
        return divisor;
    }

    private void apartFromOthers(String name, Tensor written, Target target) {
        if (target instanceof Tensor probabilities) {
            apart(name, written, "target", probabilities);
        }
        if (options.weight() != null) {
            apart(name, written, "weight", options.weight());
        }
    }

    private static void apart(String name, Tensor written, String readName, Tensor read) {
        Checks.apart(name, written, readName, read, "it is needed after the first element was written");
    }

    /** Refuses what does not fit, and gives what a mean divides by. */
    private double check(Tensor input, Target target) {
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
        return target instanceof Labels labels ? check(input, labels, classes) : check(input, (Tensor) target, classes);
    }

    /** Refuses inputs of ranks that the loss does not take. */
    void requireInput(Tensor input) {
        if (input.rank() == 0) {
            throw new IllegalArgumentException("input: found a scalar, expected a class axis");
        }
    }

    private double check(Tensor input, Tensor probabilities, long classes) {
        if (!takesProbabilities()) {
            Checks.labels(probabilities);
        }
        if (takesLabels() && Shapes.isWithout(classAxis(input), input, probabilities)) {
            throw new IllegalArgumentException("target: found " + probabilities + ", a float for each row, expected"
                    + " Labels or probabilities " + Shapes.text(input.shape()) + ": " + Checks.HOW_LABELS);
        }
        Checks.sameShape("target", probabilities, "input", input);
        if (options.ignoreIndex() >= 0) {
            throw new IllegalArgumentException("ignoreIndex: found " + options.ignoreIndex()
                    + ", expected a negative one with probabilities as a target, which it cannot mean");
        }
        return input.size() / classes;
    }

    private double check(Tensor input, Labels labels, long classes) {
        if (!takesLabels()) {
            Checks.floats(labels);
        }
        Shapes.requireWithout(classAxis(input), input, "target", labels);
        double sum = 0;
        boolean weighs = options.weight() != null && !options.meanOfRows();
        Long ignored = options.ignored();
        for (long i = 0; i < labels.size(); i++) {
            long label = Checks.label("target", i, labels.get(i), classes, ignored);
            if (ignored == null || label != ignored) {
                sum += weighs ? options.weight().get(label) : 1;
            }
        }
        return sum;
    }

    private void requireRows(String name, Tensor found, Tensor input) {
        Objects.requireNonNull(found, name);
        Shapes.requireWithout(classAxis(input), input, name, found);
    }

    /** The same loss with other options. */
    abstract SoftmaxLoss with(SoftmaxOptions other);

    @Override
    public final SoftmaxLoss on(Backend where) {
        return with(options.withBackend(where));
    }

    /** Equal losses have the same class, options and reduction; weights are equal if they hold the same numbers. */
    @Override
    public final boolean equals(Object o) {
        return o instanceof SoftmaxLoss l && getClass() == l.getClass()
                && options.withWeight(null).equals(l.options.withWeight(null))
                && Tensor.same(options.weight(), l.options.weight());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), options.withWeight(null));
    }

    @Override
    public final String toString() {
        return text;
    }
}
