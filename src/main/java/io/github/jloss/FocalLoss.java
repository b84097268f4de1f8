// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;

/**
 * Focal loss: cross entropy that plays down what is right already, as segmentation_models_pytorch's
 * {@code FocalLoss}. T.-Y. Lin et al., <i>Focal Loss for Dense Object Detection</i>, ICCV 2017.
 *
 * <p>With the cross entropy of a logit
 * {@code ce = -t log s(x) - (1-t) log s(-x)}, {@code pt = e^-ce} and {@code u = 1 - pt}, an element costs
 * {@code w u^gamma ce}, {@code w = alpha t + (1-alpha)(1-t)} if there is an alpha, else 1. Gradient:
 * {@code w (u^gamma ce' + gamma u^(gamma-1) pt ce' ce)}, {@code ce' = (1-t) s(x) - t s(-x)}; where u = 0 it is 0, its
 * limit, for gammas below 1, too.
 *
 * <pre>{@code
 * FocalLoss masks = FocalLoss.binary().withAlpha(0.25).withGamma(2);
 * FocalLoss classes = FocalLoss.multiclass().withIgnoreIndex(255);
 * }</pre>
 *
 * <p><b>Shapes.</b> {@link #binary()}: the target is a tensor of the input's shape, of numbers in [0, 1] (soft ones
 * are allowed), or {@link Labels} of that shape, 0 or 1. {@link #multiclass()}: input (N, C, d1, ...), {@link Labels}
 * (N, d1, ...) in [0, C); every class is a yes-or-no question of its own (a sigmoid, not a softmax). Several labels for
 * each element are the binary loss with a target of the input's shape. Inputs are logits; for probabilities p take
 * {@code log(p / (1-p))} first.
 *
 * <p><b>Options.</b> {@code gamma} 2; {@code alpha}, the weight of positives, none; {@code ignoreIndex}: targets of
 * this value count for nothing; {@code reducedThreshold} th: the factor is {@code (u/th)^gamma}, and 1 where
 * {@code pt < th}; {@code normalized} (binary only): losses are divided by {@code Z = max(sum u^gamma, 1e-6)} as well,
 * and gradients flow through Z.
 *
 * <p><b>Reductions.</b> {@link Reduction#MEAN}, the default, divides by the number of elements that are not ignored,
 * classes included; NaN if there are none, with gradients of 0. {@link Reduction#SUM} adds all elements (the peer's, of
 * several classes, divides that by C). {@link Reduction#NONE} gives losses of the input's shape, 0 where ignored, and
 * does not go with {@code normalized}. {@link #totals} are three sums: of the losses, the number of elements, and of
 * u^gamma (0 unless normalized).
 */
public final class FocalLoss implements Loss {

    private static final long serialVersionUID = 1;

    private static final double LEAST_NORM = 1e-6;

    /** Labels are compared as floats. */
    private static final long LARGEST_LABEL = 1 << 24;

    private final boolean multiclass;
    private final Options options;
    private final Backend backend;
    private final Elements elements;
    private final OneAgainstRest oneAgainstRest;
    private final Normalized normalizedElements;
    private final Weights weights;
    private final Count count;

    /** What can be chosen; NaN where an option is not set. */
    private record Options(double alpha, double gamma, boolean ignores, long ignoreIndex, double reducedThreshold,
            boolean normalized, Reduction reduction) implements Serializable {}

    private FocalLoss(boolean multiclass, Options options, Backend backend) {
        this.multiclass = multiclass;
        this.options = options;
        this.backend = Objects.requireNonNull(backend, "backend");
        float gamma = (float) options.gamma;
        float threshold = Double.isNaN(options.reducedThreshold) ? 0 : (float) options.reducedThreshold;
        float factor = threshold == 0 ? 1 : Checks.asFloat("reducedThreshold to the power -gamma",
                Math.min(Math.pow(threshold, -gamma), Double.MAX_VALUE));
        float positive = Double.isNaN(options.alpha) ? 1 : (float) options.alpha;
        float negative = Double.isNaN(options.alpha) ? 1 : (float) (1 - options.alpha);
        float ignored = options.ignores ? options.ignoreIndex : Float.NaN;
        elements = new Elements(gamma, positive, negative, threshold, factor, ignored);
        oneAgainstRest = new OneAgainstRest(gamma, positive, negative, threshold, factor, ignored);
        normalizedElements = new Normalized(gamma, positive, negative, threshold, factor, ignored);
        weights = new Weights(gamma, positive, negative, threshold, factor, ignored);
        count = new Count(ignored);
    }

    private static FocalLoss of(boolean multiclass) {
        return new FocalLoss(multiclass, new Options(Double.NaN, 2, false, 0, Double.NaN, false, Reduction.MEAN),
                Backend.cpu());
    }

    /**
     * One yes-or-no question for each element: gamma 2, no alpha, the mean.
     *
     * @return the loss
     */
    public static FocalLoss binary() {
        return of(false);
    }

    /**
     * One class of several for each element, each class against the rest: gamma 2, no alpha, the mean.
     *
     * @return the loss
     */
    public static FocalLoss multiclass() {
        return of(true);
    }

    private FocalLoss with(Options changed) {
        return new FocalLoss(multiclass, changed, backend);
    }

    /**
     * The same loss with weights of the two classes.
     *
     * @param alpha weight of positives, in [0, 1]; that of negatives is 1 - alpha
     * @return a new loss
     */
    public FocalLoss withAlpha(double alpha) {
        Checks.require(alpha >= 0 && alpha <= 1, "alpha", alpha, "a number in [0, 1]");
        return with(new Options(alpha, options.gamma, options.ignores, options.ignoreIndex, options.reducedThreshold,
                options.normalized, options.reduction));
    }

    /**
     * The same loss with another focusing exponent.
     *
     * @param gamma at least 0; 0 gives the cross entropy
     * @return a new loss
     */
    public FocalLoss withGamma(double gamma) {
        Checks.asFloat("gamma", Checks.notNegative("gamma", gamma));
        return with(new Options(options.alpha, gamma, options.ignores, options.ignoreIndex, options.reducedThreshold,
                options.normalized, options.reduction));
    }

    /**
     * The same loss without the elements of a certain target.
     *
     * @param target the target of elements that count for nothing, from -2^24 to 2^24
     * @return a new loss
     */
    public FocalLoss withIgnoreIndex(long target) {
        Checks.require(Math.abs(target) <= LARGEST_LABEL && target != Long.MIN_VALUE, "ignoreIndex", target,
                "a number from -2^24 to 2^24");
        return with(new Options(options.alpha, options.gamma, true, target, options.reducedThreshold,
                options.normalized, options.reduction));
    }

    /**
     * The same loss with a focusing factor that is 1 up to a certain likelihood.
     *
     * @param threshold where pt is below it nothing is played down; in (0, 1)
     * @return a new loss
     */
    public FocalLoss withReducedThreshold(double threshold) {
        Checks.require((float) threshold > 0 && (float) threshold < 1, "reducedThreshold", threshold,
                "a number in (0, 1)");
        return with(new Options(options.alpha, options.gamma, options.ignores, options.ignoreIndex, threshold,
                options.normalized, options.reduction));
    }

    /**
     * The same loss divided by the sum of the focusing factors; binary only.
     *
     * @return a new loss
     */
    public FocalLoss withNormalized() {
        if (multiclass) {
            throw new IllegalArgumentException("normalized: found it with several classes, each of which would have a"
                    + " norm of its own; expected FocalLoss.binary()");
        }
        requireReduced(options.reduction);
        return with(new Options(options.alpha, options.gamma, options.ignores, options.ignoreIndex,
                options.reducedThreshold, true, options.reduction));
    }

    /**
     * The same loss with another reduction.
     *
     * @param reduction how the elements' losses become one number
     * @return a new loss
     */
    public FocalLoss withReduction(Reduction reduction) {
        Objects.requireNonNull(reduction, "reduction");
        if (options.normalized) {
            requireReduced(reduction);
        }
        return with(new Options(options.alpha, options.gamma, options.ignores, options.ignoreIndex,
                options.reducedThreshold, options.normalized, reduction));
    }

    private static void requireReduced(Reduction reduction) {
        if (reduction == Reduction.NONE) {
            throw new IllegalArgumentException("reduction: found NONE with normalized, expected SUM or MEAN");
        }
    }

    @Override
    public Reduction reduction() {
        return options.reduction;
    }

    @Override
    public double forward(Tensor input, Target target) {
        requireReduced();
        Call call = call(input, target);
        double sum = call.sum();
        return sum / call.norm() / ownDivisor(call.elements());
    }

    @Override
    public double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        requireReduced();
        Call call = call(input, target, gradient);
        double divisor = how.divisorOr(ownDivisor(call.elements()));
        if (!options.normalized) {
            return call.run(null, null, gradient, gradientScale(how, divisor), how.adds()) / divisor;
        }
        double sum = call.sum();
        double sumOfWeights = call.sumOfWeights();
        call.normalizedGradient(gradient, sum, sumOfWeights, gradientScale(how, divisor), how.adds());
        return sum / norm(sumOfWeights) / divisor;
    }

    /** Where everything is ignored the mean is NaN, but no gradient is. */
    private static double gradientScale(Backward how, double divisor) {
        return divisor == 0 ? 0 : how.factor() / divisor;
    }

    @Override
    public void requireValid(Tensor input, Target target, Tensor gradient) {
        call(input, target, gradient);
    }

    @Override
    public Totals totals(Tensor input, Target target) {
        Call call = call(input, target);
        return new Totals(toString(), call.sum(), call.elements(), options.normalized ? call.sumOfWeights() : 0);
    }

    @Override
    public double finish(Totals totals) {
        requireReduced();
        totals.requireOf(toString(), 3, 0);
        return totals.sum(0) / (options.normalized ? norm(totals.sum(2)) : 1) / ownDivisor(totals.sum(1));
    }

    @Override
    public void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        requireReduced();
        Call call = call(input, target, gradient);
        whole.requireOf(toString(), 3, 0);
        double scale = gradientScale(how, how.divisorOr(ownDivisor(whole.sum(1))));
        if (options.normalized) {
            call.normalizedGradient(gradient, whole.sum(0), whole.sum(2), scale, how.adds());
        } else {
            call.run(null, null, gradient, scale, how.adds());
        }
    }

    @Override
    public long[] lossesShape(Batch batch) {
        requireElements();
        return batch.input(0).shape();
    }

    @Override
    public void forward(Tensor input, Target target, Tensor losses) {
        requireElements();
        Call call = call(input, target);
        Checks.sameShape("losses", losses, "input", input);
        Checks.writable("losses", losses, "input", input);
        Checks.writable("losses", losses, "target", call.floats);
        call.run(losses, null, null, 0, false);
    }

    @Override
    public void backward(Tensor input, Target target, Tensor upstream, Tensor gradient, Backward how) {
        requireElements();
        Call call = call(input, target, gradient);
        Checks.sameShape("upstream", upstream, "input", input);
        Checks.writable("gradient", gradient, "upstream", upstream);
        call.run(null, upstream, gradient, how.factor() / how.divisorOr(1), how.adds());
    }

    private double ownDivisor(double n) {
        return options.reduction == Reduction.MEAN ? n : 1;
    }

    private static double norm(double sumOfWeights) {
        return sumOfWeights < LEAST_NORM ? LEAST_NORM : sumOfWeights;
    }

    private void requireReduced() {
        if (options.reduction == Reduction.NONE) {
            throw new IllegalStateException("FocalLoss has reduction NONE, one loss per element:"
                    + " call forward(input, target, losses) and backward(input, target, upstream, gradient, how)");
        }
    }

    private void requireElements() {
        if (options.normalized) {
            throw new IllegalStateException("FocalLoss, normalized, is one number: it has no losses of elements");
        }
    }

    private Call call(Tensor input, Target target, Tensor gradient) {
        Call call = call(input, target);
        Checks.gradient(input, call.floats, gradient);
        return call;
    }

    /** The calling thread's call, its arguments checked and labels turned to floats. */
    private Call call(Tensor input, Target target) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(target, "target");
        Call call = Call.MINE.get();
        call.loss = this;
        call.input = input;
        call.classNumbers = null;
        call.labels = null;
        call.kept = -1;
        if (multiclass) {
            call.floats = input;
            call.labels = call.scratch.perElement(Checks.labels(target), input, options.ignores, options.ignoreIndex);
            call.classNumbers = call.scratch.classNumbers(input);
            call.kept = call.scratch.kept() * input.dim(1);
        } else if (target instanceof Labels labels) {
            call.floats = call.scratch.binary(labels, input, options.ignores, options.ignoreIndex);
            call.kept = call.scratch.kept();
        } else {
            call.floats = (Tensor) target;
            Checks.sameShape("target", call.floats, "input", input);
        }
        return call;
    }

    @Override
    public FocalLoss on(Backend where) {
        return new FocalLoss(multiclass, options, where);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FocalLoss l && multiclass == l.multiclass && options.equals(l.options)
                && backend.equals(l.backend);
    }

    @Override
    public int hashCode() {
        return Objects.hash(multiclass, options);
    }

    @Override
    public String toString() {
        return "FocalLoss[mode=" + (multiclass ? "multiclass" : "binary")
                + (Double.isNaN(options.alpha) ? "" : ", alpha=" + options.alpha) + ", gamma=" + options.gamma
                + (options.ignores ? ", ignoreIndex=" + options.ignoreIndex : "")
                + (Double.isNaN(options.reducedThreshold) ? "" : ", reducedThreshold=" + options.reducedThreshold)
                + (options.normalized ? ", normalized" : "") + ", reduction="
                + options.reduction.name().toLowerCase(Locale.ROOT) + "]";
    }

    /** One call: passes of the pointwise engine over the same arguments. Each thread has one, so none is garbage. */
    private static final class Call {

        static final ThreadLocal<Call> MINE = ThreadLocal.withInitial(Call::new);

        final LabelScratch scratch = new LabelScratch();
        final float[] ratio = new float[1];
        final Tensor ratioTensor = Tensor.of(ratio);
        FocalLoss loss;
        Tensor input;
        Tensor floats;
        Tensor classNumbers;
        Tensor labels;
        long kept;

        double run(Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add) {
            ElementFormula formula = labels == null ? loss.elements : loss.oneAgainstRest;
            return PointwisePass.run(loss.backend, formula, input, floats, classNumbers, labels, null, losses, upstream,
                    gradient, scale, add);
        }

        double sum() {
            return run(null, null, null, 0, false);
        }

        /** The sum of u^gamma; binary only. */
        double sumOfWeights() {
            return PointwisePass.sum(loss.backend, loss.weights, input, floats);
        }

        double norm() {
            return loss.options.normalized ? FocalLoss.norm(sumOfWeights()) : 1;
        }

        /** How many elements count. */
        double elements() {
            if (kept < 0 && !loss.options.ignores) {
                return input.size();
            }
            return kept >= 0 ? kept
                    : PointwisePass.sum(loss.backend, loss.count, input, floats);
        }

        /** {@code dE/Z - (sum E / Z²) dF} of every element; a constant Z passes nothing on. */
        void normalizedGradient(Tensor gradient, double sum, double sumOfWeights, double scale, boolean add) {
            double z = FocalLoss.norm(sumOfWeights);
            ratio[0] = sumOfWeights < LEAST_NORM ? 0 : (float) (sum / z);
            PointwisePass.run(loss.backend, loss.normalizedElements, input, floats, ratioTensor, null, null, null, null,
                    gradient, scale / z, add);
        }
    }

    private record Elements(float gamma, float positive, float negative, float threshold, float factor, float ignored)
            implements Focal, PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return counted(t, loss(x, t));
        }

        @Override
        public float gradient(float x, float t) {
            return counted(t, lossSlope(x, t));
        }
    }

    /** The target of an element is whether its class is the label. */
    private record OneAgainstRest(float gamma, float positive, float negative, float threshold, float factor,
            float ignored) implements Focal {
        @Override
        public float value(float x, float t, float number, float label) {
            return counted(label, loss(x, Scalar.ifEqual(number, label, 1, 0)));
        }

        @Override
        public float gradient(float x, float t, float number, float label) {
            return counted(label, lossSlope(x, Scalar.ifEqual(number, label, 1, 0)));
        }
    }

    /** The gradient of a quotient of sums, but for its denominator. */
    private record Normalized(float gamma, float positive, float negative, float threshold, float factor,
            float ignored) implements Focal {
        @Override
        public float value(float x, float t, float ratio, float b) {
            return counted(t, loss(x, t));
        }

        @Override
        public float gradient(float x, float t, float ratio, float b) {
            return counted(t, Scalar.fma(-ratio, focusSlope(x, t), lossSlope(x, t)));
        }
    }

    private record Weights(float gamma, float positive, float negative, float threshold, float factor, float ignored)
            implements Focal, PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return counted(t, focus(x, t));
        }

        @Override
        public float gradient(float x, float t) {
            return counted(t, focusSlope(x, t));
        }
    }

    /** 1 for each element that counts. */
    private record Count(float ignored) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Scalar.ifEqual(t, ignored, 0, 1);
        }

        @Override
        public float gradient(float x, float t) {
            return 0;
        }
    }
}
