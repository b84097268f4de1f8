// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;
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
 * each element are the binary loss with a target of the input's shape, (N, C, d1, ...) where classes have numbers of
 * their own. Inputs are logits, or with {@link #withFromLogits} probabilities p: there
 * {@code ce = -t log max(p, eps) - (1-t) log max(1-p, eps)}, whose gradient is 0 where eps holds it.
 *
 * <p><b>Options.</b> {@code gamma} 2; {@code alpha}, the weight of positives, none, or one for each class;
 * {@code classWeights}, factors that the mean divides by, too; {@code ignoreIndex}: targets of this value count for
 * nothing; {@code reducedThreshold} th: the factor is {@code (u/th)^gamma}, and 1 where
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
 * Where a weight is 0, loss and gradient are 0, whatever input and target hold, a label out of range included. With
 * class weights as well, their products take as much memory as the input.
 */
public final class FocalLoss extends ElementLoss<FocalLoss> {

    private static final long serialVersionUID = 1;

    private static final double LEAST_NORM = 1e-6;
    private static final double EPS = 1e-7;

    private final boolean multiclass;
    private double gamma = 2;
    private double alpha = Double.NaN;
    private float[] alphas;
    private float[] classWeights;
    private double reducedThreshold = Double.NaN;
    private Long ignoreIndex;
    private double eps = EPS;
    private boolean probabilities;
    private boolean normalized;
    private Focal losses;
    private Focal normalizedLosses;
    private Focal factors;
    private Kept kept;

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
        float ignored = Kept.ignored(ignoreIndex);
        Focal.Binary binary = new Focal.Binary(g, Double.isNaN(alpha) ? 1 : (float) alpha, threshold, factor, ignored,
                (float) eps, !Double.isNaN(alpha), g >= Focal.STEEP, probabilities, false);
        boolean perClass = alphas != null;
        losses = multiclass || perClass ? binary.with(multiclass, perClass, false) : binary;
        normalizedLosses = binary.with(false, perClass, true);
        factors = binary.sums();
        kept = new Kept(ignored, multiclass && !perClass);
    }

    /**
     * This loss with weights of the two classes.
     *
     * @param weight of positives, in [0, 1]; that of negatives is 1 - weight
     * @return a loss with this option
     */
    public FocalLoss withAlpha(double weight) {
        Checks.require(weight >= 0 && weight <= 1, "alpha", weight, "a number in [0, 1]");
        return with(l -> {
            l.alpha = weight;
            l.alphas = null;
        });
    }

    /**
     * This loss with weights of the two answers for each class, along axis 1 of the input.
     *
     * @param weights of positives, in [0, 1], one for each class; that of negatives is 1 - weight
     * @return a loss with this option
     */
    public FocalLoss withAlpha(double[] weights) {
        float[] floats = Checks.each("alpha", weights, 1, "a number in [0, 1]");
        return with(l -> {
            l.alpha = Double.NaN;
            l.alphas = floats;
        });
    }

    /**
     * This loss with a weight for each class, along axis 1 of the input; the mean divides by their sum, too.
     *
     * @param weights at least 0, one for each class
     * @return a loss with this option
     */
    public FocalLoss withClassWeights(double... weights) {
        float[] floats = Checks.each("classWeights", weights, Float.MAX_VALUE, "a finite number of at least 0");
        return changed(l -> l.classWeights = floats);
    }

    /**
     * This loss of probabilities instead of logits.
     *
     * @param logits whether inputs are logits (the default) or probabilities
     * @return a loss with this option
     */
    public FocalLoss withFromLogits(boolean logits) {
        return with(l -> l.probabilities = !logits);
    }

    /**
     * This loss with another least probability inside the logarithms; logits need none.
     *
     * @param least from 1e-30 to less than 1; 1e-7 by default
     * @return a loss with this option
     */
    public FocalLoss withEps(double least) {
        Checks.require(least >= 1e-30 && (float) least < 1, "eps", least, "a number in [1e-30, 1)");
        return with(l -> l.eps = least);
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
        long checked = Kept.checked(target);
        return with(l -> l.ignoreIndex = checked);
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

    boolean isMulticlass() {
        return multiclass;
    }

    /** A Double, a float[] or null. */
    Object alpha() {
        return alphas != null ? alphas : Double.isNaN(alpha) ? null : (Double) alpha;
    }

    double gamma() {
        return gamma;
    }

    Long ignoreIndex() {
        return ignoreIndex;
    }

    Double reducedThreshold() {
        return Double.isNaN(reducedThreshold) ? null : (Double) reducedThreshold;
    }

    boolean isNormalized() {
        return normalized;
    }

    boolean fromLogits() {
        return !probabilities;
    }

    float[] classWeights() {
        return classWeights;
    }

    double eps() {
        return eps;
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
        LabelScratch scratch = pass.scratch;
        Tensor alpha = alphas == null ? null : scratch.ofClasses("alpha", alphas, input, LabelScratch.ALPHA);
        Tensor all = weights;
        if (classWeights != null) {
            Tensor own = scratch.ofClasses("classWeights", classWeights, input, LabelScratch.WEIGHTS);
            all = weights == null ? own : pass.product(weights, own, input);
        }
        if (multiclass) {
            Tensor labels = scratch.perElement(Checks.labels(target), input, ignoreIndex, weights);
            Tensor numbers = scratch.classNumbers(input);
            pass.over(input, alpha == null ? input : labels, numbers, alpha == null ? labels : alpha, all);
        } else if (target instanceof Labels labels) {
            pass.over(input, scratch.binary(labels, input, ignoreIndex, weights), null, alpha, all);
        } else {
            Checks.sameShape("target", target, "input", input);
            pass.over(input, (Tensor) target, null, alpha, all);
        }
    }

    /** The weights of elements that are not ignored, each times that of its class. */
    @Override
    double count(PointwisePass pass, Tensor weights) {
        double all = super.count(pass, weights);
        boolean ofLabels = multiclass || pass.scratch.holds(pass.target());
        if (ignoreIndex == null && classWeights == null) {
            return all;
        }
        if (weights == null && classWeights == null && ofLabels) {
            return (double) pass.scratch.kept() * (multiclass ? pass.input().dim(1) : 1);
        }
        Tensor own = classWeights == null ? null
                : pass.scratch.ofClasses("classWeights", classWeights, pass.input(), LabelScratch.WEIGHTS);
        return kept.count(pass, weights, own, meanBy());
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
        pass.over(pass.input(), pass.target(), ratio, pass.b(), pass.weights());
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
        return o instanceof FocalLoss l && losses.equals(l.losses) && normalized == l.normalized
                && Arrays.equals(alphas, l.alphas) && Arrays.equals(classWeights, l.classWeights) && hasOptionsOf(l);
    }

    @Override
    public int hashCode() {
        return Objects.hash(losses, normalized, reduction(), meanBy());
    }

    @Override
    public String toString() {
        return "FocalLoss[mode=" + (multiclass ? "multiclass" : "binary")
                + (Double.isNaN(alpha) ? "" : ", alpha=" + alpha)
                + (alphas == null ? "" : ", alpha=" + Arrays.toString(alphas)) + ", gamma=" + gamma
                + (classWeights == null ? "" : ", classWeights=" + Arrays.toString(classWeights))
                + (probabilities ? ", probabilities" : "")
                + (probabilities || eps != EPS ? ", eps=" + eps : "")
                + (ignoreIndex == null ? "" : ", ignoreIndex=" + ignoreIndex)
                + (Double.isNaN(reducedThreshold) ? "" : ", reducedThreshold=" + reducedThreshold)
                + (normalized ? ", normalized" : "") + ", " + commonOptions() + "]";
    }
}
