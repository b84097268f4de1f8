// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.OverlapOptions.Mode;
import java.util.Objects;

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
 * <p>{@link #withPerImage} has these sums for each image instead, and the mean goes over the classes of all images.
 *
 * <p>A class without true pixels costs 0, has gradient 0, and counts in the mean all the same; so an empty mask costs
 * 0, as an empty batch does, or one in which everything is ignored. If all weights are 0, so is the loss. Binary losses
 * have one class.
 *
 * <p>Gradient, with D the denominator: {@code dl/do = -(dTP/do D - (TP + smooth) dD/do) / D²}, divided by the score
 * with logLoss; {@code dTP/do} is 1 where o is less than T, 0 where it is more, and 1/2 where they are equal;
 * {@code dD/do = (1 - alpha - beta) dTP/do + alpha}, 0 below eps. Where what is raised to gamma is 0 and gamma less
 * than 1 the gradient is infinite in the limit; it is set to 0.
 *
 * <p>With targets of 0 and 1 TP is the product form {@code sum o T}; for soft targets it is not, and a prediction
 * equal to its target costs 0.
 *
 * @param <L> the loss itself
 */
public abstract sealed class RegionLoss<L extends RegionLoss<L>> extends OverlapLoss<L>
        permits DiceLoss, SoftJaccardLoss, TverskyLoss {

    private static final long serialVersionUID = 1;

    private RegionOptions own;

    RegionLoss(Mode mode, double alpha, double beta) {
        super(new OverlapOptions(mode, false, mode != Mode.BINARY, 0));
        own = new RegionOptions(alpha, beta);
    }

    /** This loss with other options. */
    final L with(RegionOptions others) {
        return changed(l -> ((RegionLoss<?>) l).own = others);
    }

    final RegionOptions regionOptions() {
        return own;
    }

    /**
     * This loss of the logarithm of the score.
     *
     * @param logarithm whether a region costs {@code -log max(score, eps)}; {@code 1 - score} by default
     * @return a loss with this option
     */
    public final L withLogLoss(boolean logarithm) {
        return with(own.withLogLoss(logarithm));
    }

    /**
     * This loss with another least denominator, and least score inside the logarithm.
     *
     * @param least a finite number above 0; 1e-7 by default
     * @return a loss with this option
     */
    public final L withEps(double least) {
        return with(own.withEps(least));
    }

    /**
     * This loss over some of the classes. Not for binary losses.
     *
     * @param selected numbers of classes, at least one; one that is named twice counts twice
     * @return a loss with this option
     */
    public final L withClasses(int... selected) {
        requireManyClasses("classes");
        return with(own.withClasses(Objects.requireNonNull(selected, "classes")));
    }

    /**
     * This loss with weights in the mean over classes. Not for binary losses.
     *
     * @param weights one for each class of the input, finite and at least 0
     * @return a loss with this option
     */
    public final L withClassWeights(double... weights) {
        requireManyClasses("classWeights");
        return with(own.withClassWeights(Objects.requireNonNull(weights, "classWeights")));
    }

    private void requireManyClasses(String option) {
        if (options().mode() == Mode.BINARY) {
            throw new IllegalArgumentException(option + ": a binary loss has one class, expected multiclass() or"
                    + " multilabel()");
        }
    }

    @Override
    final void requireClasses(int found) {
        own.requireClasses(found);
    }

    @Override
    final double weight(int c) {
        return own.weight(c);
    }

    @Override
    final double weightOfAll(int classes) {
        return own.weightOfAll(classes);
    }

    /** {@code 1 - score} as what is not overlap, over the denominator: near 0 it has all its digits. */
    @Override
    final double region(double overlap, double more, double missing, Regions slopes) {
        if (overlap + missing == 0) {
            return 0;
        }
        double numerator = overlap + options().smooth();
        double wrong = own.alpha() * more + own.beta() * missing;
        boolean clamped = numerator + wrong < own.eps();
        double denominator = clamped ? own.eps() : numerator + wrong;
        double score = numerator / denominator;
        double loss = clamped ? 1 - score : wrong / denominator;
        double slope = -1;
        if (own.logLoss()) {
            boolean least = score < own.eps();
            slope = least ? 0 : -1 / score;
            loss = least ? -Math.log(own.eps()) : -Math.log1p(-loss);
        }
        if (own.gammaPerClass()) {
            slope *= powerSlope(loss);
            loss = power(loss);
        }
        slopes.slopeI = slope * (1 - (clamped ? 0 : score * (1 - own.alpha() - own.beta()))) / denominator;
        slopes.slopeO = clamped ? 0 : -slope * score * own.alpha() / denominator;
        return loss;
    }

    @Override
    final double outer(double mean) {
        return own.gammaPerClass() ? mean : power(mean);
    }

    @Override
    final double outerSlope(double mean) {
        return own.gammaPerClass() ? 1 : powerSlope(mean);
    }

    private double power(double loss) {
        return own.gamma() == 1 ? loss : Math.pow(loss, own.gamma());
    }

    private double powerSlope(double loss) {
        double gamma = own.gamma();
        return gamma == 1 ? 1 : loss == 0 ? 0 : gamma * Math.pow(loss, gamma - 1);
    }

    @Override
    final String ownOptions() {
        return ", " + own;
    }
}
