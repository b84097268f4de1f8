// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.Objects;
import java.util.function.Consumer;

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
 * does not go with {@code normalized}. {@link #totals} are two sums: of the losses, and of what the mean divides by; if
 * normalized a third one of u^gamma.
 *
 * <p><b>Weights and masks</b> ({@link Batch#withWeights}) are broadcast to the shape of the input: a weight for each
 * element, (N, 1, d1, ...) for one that all classes share. They multiply losses and gradients, and the factors in Z,
 * too. The mean divides by the sum of those that are not ignored, or by how many are above 0 ({@link #withMeanBy}).
 * Where a weight is 0, loss and gradient are 0, whatever input and target hold, a label out of range included.
 */
public final class FocalLoss extends ElementLoss<FocalLoss> {

    private static final long serialVersionUID = 1;

    private static final double LEAST_NORM = 1e-6;

    /** Labels are compared as floats. */
    private static final long LARGEST_LABEL = 1 << 24;

    private final boolean multiclass;
    private double gamma = 2;
    private double alpha = Double.NaN;
    private double reducedThreshold = Double.NaN;
    private Long ignoreIndex;
    private boolean normalized;
    private ElementFormula losses;
    private ElementFormula normalizedLosses;
    private ElementFormula factors;
    private ElementFormula weightSum;
    private ElementFormula count;

    private FocalLoss(boolean multiclass) {
        super(Reduction.MEAN);
        this.multiclass = multiclass;
        makeFormulas();
    }

    /**
     * One yes-or-no question for each element: gamma 2, no alpha, the mean.
     *
     * @return the loss
     */
    public static FocalLoss binary() {
        return new FocalLoss(false);
    }

    /**
     * One class of several for each element, each class against the rest: gamma 2, no alpha, the mean.
     *
     * @return the loss
     */
    public static FocalLoss multiclass() {
        return new FocalLoss(true);
    }

    private FocalLoss with(Consumer<FocalLoss> change) {
        return changed(l -> {
            change.accept(l);
            l.makeFormulas();
        });
    }

    private void makeFormulas() {
        float g = (float) gamma;
        float threshold = Double.isNaN(reducedThreshold) ? 0 : (float) reducedThreshold;
        float factor = threshold == 0 ? 1 : Checks.asFloat("reducedThreshold to the power -gamma",
                Math.min(Math.pow(threshold, -g), Double.MAX_VALUE));
        float positive = Double.isNaN(alpha) ? 1 : (float) alpha;
        float negative = Double.isNaN(alpha) ? 1 : (float) (1 - alpha);
        float ignored = ignoreIndex == null ? Float.NaN : ignoreIndex;
        losses = multiclass ? new OneAgainstRest(g, positive, negative, threshold, factor, ignored)
                : new Elements(g, positive, negative, threshold, factor, ignored);
        normalizedLosses = new Normalized(g, positive, negative, threshold, factor, ignored);
        factors = new Factors(g, positive, negative, threshold, factor, ignored);
        weightSum = new Kept(ignored, multiclass, false);
        count = new Kept(ignored, multiclass, true);
    }

    /**
     * This loss with weights of the two classes.
     *
     * @param weight of positives, in [0, 1]; that of negatives is 1 - weight
     * @return a loss with this option
     */
    public FocalLoss withAlpha(double weight) {
        Checks.require(weight >= 0 && weight <= 1, "alpha", weight, "a number in [0, 1]");
        return with(l -> l.alpha = weight);
    }

    /**
     * This loss with another focusing exponent.
     *
     * @param exponent at least 0; 0 gives the cross entropy
     * @return a loss with this option
     */
    public FocalLoss withGamma(double exponent) {
        Checks.asFloat("gamma", Checks.notNegative("gamma", exponent));
        return with(l -> l.gamma = exponent);
    }

    /**
     * This loss without the elements of a certain target.
     *
     * @param target the target of elements that count for nothing, from -2^24 to 2^24
     * @return a loss with this option
     */
    public FocalLoss withIgnoreIndex(long target) {
        Checks.require(Math.abs(target) <= LARGEST_LABEL && target != Long.MIN_VALUE, "ignoreIndex", target,
                "a number from -2^24 to 2^24");
        return with(l -> l.ignoreIndex = target);
    }

    /**
     * This loss with a focusing factor that is 1 up to a certain likelihood.
     *
     * @param threshold where pt is below it nothing is played down; in (0, 1)
     * @return a loss with this option
     */
    public FocalLoss withReducedThreshold(double threshold) {
        Checks.require((float) threshold > 0 && (float) threshold < 1, "reducedThreshold", threshold,
                "a number in (0, 1)");
        return with(l -> l.reducedThreshold = threshold);
    }

    /**
     * This loss divided by the sum of the focusing factors; binary only.
     *
     * @return a loss with this option
     */
    public FocalLoss withNormalized() {
        if (multiclass) {
            throw new IllegalArgumentException("normalized: found it with several classes, each of which would have a"
                    + " norm of its own; expected FocalLoss.binary()");
        }
        FocalLoss changed = with(l -> l.normalized = true);
        changed.requireReduction(reduction());
        return changed;
    }

    @Override
    void requireReduction(Reduction how) {
        if (normalized && how == Reduction.NONE) {
            throw new IllegalArgumentException("reduction: found NONE with normalized, expected SUM or MEAN");
        }
    }

    @Override
    void requireElements() {
        if (normalized) {
            throw new IllegalStateException("FocalLoss, normalized, is one number: it has no losses of elements");
        }
    }

    @Override
    void prepare(PointwisePass pass, Tensor input, Target target, Tensor weights) {
        if (multiclass) {
            Tensor labels = pass.scratch.perElement(Checks.labels(target), input, ignoreIndex, weights);
            pass.over(input, input, pass.scratch.classNumbers(input), labels, weights);
        } else if (target instanceof Labels labels) {
            pass.over(input, pass.scratch.binary(labels, input, ignoreIndex, weights), null, null, weights);
        } else {
            Checks.sameShape("target", (Tensor) target, "input", input);
            pass.over(input, (Tensor) target, null, null, weights);
        }
    }

    @Override
    double count(PointwisePass pass) {
        double all = super.count(pass);
        if (ignoreIndex == null) {
            return all;
        }
        Tensor weights = pass.weights();
        if (weights == null && (multiclass || pass.scratch.holds(pass.target()))) {
            return (double) pass.scratch.kept() * (multiclass ? pass.input().dim(1) : 1);
        }
        Tensor numbers = pass.a();
        pass.over(pass.input(), pass.target(), weights, pass.b(), null);
        double kept = pass.sum(meanBy() == MeanBy.COUNT ? count : weightSum);
        pass.over(pass.input(), pass.target(), numbers, pass.b(), weights);
        return kept;
    }

    @Override
    boolean hasNorm() {
        return normalized;
    }

    @Override
    boolean sumsFirst() {
        return normalized;
    }

    @Override
    void reduce(PointwisePass pass) {
        pass.sum = pass.sum(losses);
        if (normalized) {
            pass.norm = pass.sum(factors);
        }
    }

    @Override
    double finish(double sum, double norm, double divisor) {
        return (normalized ? sum / Math.max(norm, LEAST_NORM) : sum) / divisor;
    }

    /** Normalized: {@code dE/Z - (sum E / Z²) dF} of every element; a constant Z passes nothing on. */
    @Override
    void differentiate(PointwisePass pass, double divisor, Tensor gradient, Backward how) {
        if (!normalized) {
            pass.sum = pass.gradients(losses, null, gradient, scale(how, divisor), how.adds());
            return;
        }
        double z = Math.max(pass.norm, LEAST_NORM);
        Tensor ratio = pass.scalar(pass.norm < LEAST_NORM ? 0 : (float) (pass.sum / z));
        pass.over(pass.input(), pass.target(), ratio, null, pass.weights());
        pass.gradients(normalizedLosses, null, gradient, scale(how, divisor) / z, how.adds());
    }

    @Override
    void writeLosses(PointwisePass pass, Tensor into) {
        pass.values(losses, into);
    }

    @Override
    void writeGradients(PointwisePass pass, Tensor upstream, Tensor gradient, double scale, boolean add) {
        pass.gradients(losses, upstream, gradient, scale, add);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FocalLoss l && losses.equals(l.losses) && normalized == l.normalized && hasOptionsOf(l);
    }

    @Override
    public int hashCode() {
        return Objects.hash(losses, normalized, reduction(), meanBy());
    }

    @Override
    public String toString() {
        return "FocalLoss[mode=" + (multiclass ? "multiclass" : "binary")
                + (Double.isNaN(alpha) ? "" : ", alpha=" + alpha) + ", gamma=" + gamma
                + (ignoreIndex == null ? "" : ", ignoreIndex=" + ignoreIndex)
                + (Double.isNaN(reducedThreshold) ? "" : ", reducedThreshold=" + reducedThreshold)
                + (normalized ? ", normalized" : "") + ", " + commonOptions() + "]";
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

    private record Factors(float gamma, float positive, float negative, float threshold, float factor, float ignored)
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

    /** The weight of each element that is not ignored, or 1 for each of them whose weight is above 0. */
    private record Kept(float ignored, boolean ofLabels, boolean counts) implements ElementFormula {
        @Override
        public float value(float x, float t, float weight, float label) {
            float kept = counts ? Scalar.ifLess(0, weight, 1, 0) : weight;
            return Scalar.ifEqual(ofLabels ? label : t, ignored, 0, kept);
        }

        @Override
        public float gradient(float x, float t, float weight, float label) {
            return 0;
        }
    }
}
