// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;

/**
 * A loss of the Tversky index of each class's region, in the form of segmentation_models_pytorch: with
 * {@code TP = sum min(o, T)}, {@code FP = sum o - TP} and {@code FN = sum T - TP} over the whole batch,
 *
 * <pre>{@code
 * score = (TP + smooth) / max(TP + alpha FP + beta FN + smooth, eps)
 * l     = 1 - score, or -log max(score, eps) with logLoss
 * L     = (sum of w l over classes / sum of w)^gamma
 * }</pre>
 *
 * <p>A class without true pixels costs 0, has gradient 0, and counts in the mean all the same; so an empty mask costs
 * 0, as an empty batch does, or one in which everything is ignored. If all weights are 0, so is the loss. Binary losses
 * have one class.
 *
 * <p>Gradient, with D the denominator: {@code dl/do = -(dTP/do D - (TP + smooth) dD/do) / D²}, divided by the score
 * with logLoss; {@code dTP/do} is 1 where o is less than T, 0 where it is more, and 1/2 where they are equal;
 * {@code dD/do = (1 - alpha - beta) dTP/do + alpha}, 0 below eps. Where L is 0 and gamma less than 1 the gradient is
 * infinite in the limit; it is set to 0.
 *
 * <p>With targets of 0 and 1 TP is the product form {@code sum o T}; for soft targets it is not, and a prediction
 * equal to its target costs 0.
 *
 * @param <L> the loss itself
 */
public abstract sealed class RegionLoss<L extends RegionLoss<L>> extends OverlapLoss<L>
        permits DiceLoss, SoftJaccardLoss, TverskyLoss {

    private static final long serialVersionUID = 1;

    private double alpha;
    private double beta;
    private double gamma = 1;
    private double eps = 1e-7;
    private boolean logLoss;
    private int[] classes;
    private double[] classWeights;

    RegionLoss(Mode mode, double alpha, double beta) {
        super(mode, false, mode != Mode.BINARY, 0);
        this.alpha = alpha;
        this.beta = beta;
    }

    /**
     * This loss of the logarithm of the score.
     *
     * @param logarithm whether a region costs {@code -log max(score, eps)}; {@code 1 - score} by default
     * @return a loss with this option
     */
    public final L withLogLoss(boolean logarithm) {
        return changed(l -> ((RegionLoss<?>) l).logLoss = logarithm);
    }

    /**
     * This loss with another least denominator, and least score inside the logarithm.
     *
     * @param least a finite number above 0; 1e-7 by default
     * @return a loss with this option
     */
    public final L withEps(double least) {
        Checks.positive("eps", least);
        return changed(l -> ((RegionLoss<?>) l).eps = least);
    }

    /**
     * This loss over some of the classes. Not for binary losses.
     *
     * @param selected numbers of classes, at least one; one that is named twice counts twice
     * @return a loss with this option
     */
    public final L withClasses(int... selected) {
        requireManyClasses("classes");
        if (selected.length == 0) {
            throw new IllegalArgumentException("classes: found none, expected at least one");
        }
        for (int c : selected) {
            Checks.require(c >= 0, "classes", c, "numbers of at least 0");
        }
        int[] copy = selected.clone();
        return changed(l -> ((RegionLoss<?>) l).classes = copy);
    }

    /**
     * This loss with weights in the mean over classes. Not for binary losses.
     *
     * @param weights one for each class of the input, finite and at least 0
     * @return a loss with this option
     */
    public final L withClassWeights(double... weights) {
        requireManyClasses("classWeights");
        double[] copy = weights.clone();
        for (double w : copy) {
            Checks.notNegative("classWeights", w);
        }
        return changed(l -> ((RegionLoss<?>) l).classWeights = copy);
    }

    private void requireManyClasses(String option) {
        if (mode() == Mode.BINARY) {
            throw new IllegalArgumentException(option + ": a binary loss has one class, expected multiclass() or"
                    + " multilabel()");
        }
    }

    final L tversky(double newAlpha, double newBeta, double newGamma) {
        return changed(l -> {
            RegionLoss<?> loss = l;
            loss.alpha = newAlpha;
            loss.beta = newBeta;
            loss.gamma = newGamma;
        });
    }

    final double alpha() {
        return alpha;
    }

    final double beta() {
        return beta;
    }

    final double gamma() {
        return gamma;
    }

    @Override
    final void requireClasses(int found) {
        if (classWeights != null && classWeights.length != found) {
            throw new IllegalArgumentException("input: found " + found + " classes on axis 1, expected "
                    + classWeights.length + " as classWeights has");
        }
        for (int i = 0; classes != null && i < classes.length; i++) {
            if (classes[i] >= found) {
                throw new IllegalArgumentException("input: found " + found + " classes on axis 1, expected more than "
                        + classes[i] + ", which is one of " + Arrays.toString(classes));
            }
        }
    }

    @Override
    final double weight(int c) {
        double weight = classWeights == null ? 1 : classWeights[c];
        if (classes == null) {
            return weight;
        }
        int times = 0;
        for (int selected : classes) {
            times += selected == c ? 1 : 0;
        }
        return times * weight;
    }

    /** {@code 1 - score} as what is not overlap, over the denominator: near 0 it has all its digits. */
    @Override
    final double region(double overlap, double more, double missing, Regions slopes) {
        if (overlap + missing == 0) {
            return 0;
        }
        double numerator = overlap + smooth();
        double wrong = alpha * more + beta * missing;
        double denominator = Math.max(numerator + wrong, eps);
        boolean clamped = numerator + wrong < eps;
        double score = numerator / denominator;
        double loss = clamped ? 1 - score : wrong / denominator;
        double slope = logLoss ? score < eps ? 0 : -1 / score : -1;
        slopes.slopeI = slope * (1 - (clamped ? 0 : score * (1 - alpha - beta))) / denominator;
        slopes.slopeO = clamped ? 0 : -slope * score * alpha / denominator;
        return logLoss ? score < eps ? -Math.log(eps) : -Math.log1p(-loss) : loss;
    }

    @Override
    final double outer(double mean) {
        return gamma == 1 ? mean : Math.pow(mean, gamma);
    }

    @Override
    final double outerSlope(double mean) {
        return gamma == 1 ? 1 : mean == 0 ? 0 : gamma * Math.pow(mean, gamma - 1);
    }

    @Override
    final String options(boolean perClass, boolean perImage) {
        return tverskyOptions() + "logLoss=" + logLoss + ", eps=" + eps + ", classes=" + Arrays.toString(classes)
                + ", classWeights=" + Arrays.toString(classWeights);
    }

    /** Those of alpha, beta and gamma that are options, each with a comma after it. */
    String tverskyOptions() {
        return "";
    }
}
