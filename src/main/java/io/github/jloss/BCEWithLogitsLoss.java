// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Binary cross entropy of logits: {@code w (-v t log s(x) - (1-t) log s(-x))} per element, s the sigmoid, w
 * {@code weight} and v {@code posWeight}; gradient {@code w ((1-t) s(x) - v t s(-x))}.
 *
 * <p>As {@code torch.nn.BCEWithLogitsLoss}: input and target of the same shape, targets may be soft;
 * {@link Reduction#MEAN} by default, dividing by the number of elements, never by the weights. Unlike torch 1.13,
 * small losses keep all their digits, and an infinite logit costs 0 on the right side (torch: NaN) and infinity on the
 * wrong one.
 */
public final class BCEWithLogitsLoss extends PointwiseLoss<BCEWithLogitsLoss> {

    private static final long serialVersionUID = 1;

    private Kept kept;

    /** Without weights, the mean over all elements. */
    public BCEWithLogitsLoss() {
        super(new Unweighted(0, Float.NaN, false), Reduction.MEAN);
    }

    private BCEWithLogitsLoss with(Tensor weight, Tensor posWeight, float smoothing, float ignored) {
        boolean changes = smoothing != 0 || !Float.isNaN(ignored);
        BCEWithLogitsLoss loss = with(weight == null && posWeight == null
                ? new Unweighted(smoothing, ignored, changes) : new Weighted(smoothing, ignored, changes), weight,
                posWeight);
        return loss.changed(l -> l.kept = Float.isNaN(ignored) ? null : new Kept(ignored, false));
    }

    private Targets targets() {
        return (Targets) formula();
    }

    @Override
    Kept kept() {
        return kept;
    }

    /**
     * This loss with a factor on the loss of each element, which does not enter the divisor of the mean. The tensor is
     * a view, read at each call, and broadcast to the input's shape: a scalar, one number per class along the last
     * axis, or one per element.
     *
     * @param weight the factor, or null for 1
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withWeight(Tensor weight) {
        return with(weight, b(), targets().smoothing(), targets().ignored());
    }

    /**
     * This loss with a factor on the positive term of each element: above 1 for recall, below 1 for precision. The
     * tensor is a view, read at each call, and broadcast to the input's shape, as that of {@link #withWeight} is.
     *
     * @param posWeight the factor, or null for 1
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withPosWeight(Tensor posWeight) {
        return with(a(), posWeight, targets().smoothing(), targets().ignored());
    }

    /**
     * This loss with the same factor on the positive term of all elements.
     *
     * @param posWeight a finite number
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withPosWeight(double posWeight) {
        return withPosWeight(Tensor.of(new float[] {Checks.asFloat("posWeight", posWeight)}));
    }

    /**
     * This loss of targets that are not quite sure: {@code t (1-a) + a/2} instead of t, as Keras smooths them. (smp's
     * {@code smooth_factor} f moves them towards the other label, {@code t (1-f) + (1-t) f}: that is a = 2f here.)
     *
     * @param smoothing a, from 0 to 1; 0 by default
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withLabelSmoothing(double smoothing) {
        Checks.require(smoothing >= 0 && smoothing <= 1, "labelSmoothing", smoothing, "a number from 0 to 1");
        return with(a(), b(), (float) smoothing, targets().ignored());
    }

    /**
     * This loss without the elements of a certain target: their loss and gradient are 0, and the mean does not count
     * them (smp's counts them).
     *
     * @param target the target of elements that count for nothing, from -2^24 to 2^24
     * @return a loss with this option
     */
    public BCEWithLogitsLoss withIgnoreIndex(long target) {
        return with(a(), b(), targets().smoothing(), Kept.checked(target));
    }

    float labelSmoothing() {
        return targets().smoothing();
    }

    Long ignoreIndex() {
        return Float.isNaN(targets().ignored()) ? null : (Long) (long) targets().ignored();
    }

    @Override
    protected String coefficientName(int index) {
        return index == 0 ? "weight" : "posWeight";
    }

    /** What both formulas do to a target. */
    private interface Targets extends ElementFormula {

        /** How far targets move towards 1/2. */
        float smoothing();

        /** The target of elements that count for nothing; NaN for none. */
        float ignored();

        default float smooth(float t) {
            return Scalar.fma(t, 1 - smoothing(), 0.5f * smoothing());
        }

        default float counted(float t, float value) {
            return Scalar.ifEqual(t, ignored(), 0, value);
        }

        default String text() {
            return "[" + (smoothing() == 0 ? "" : "labelSmoothing=" + smoothing())
                    + (smoothing() == 0 || Float.isNaN(ignored()) ? "" : ", ")
                    + (Float.isNaN(ignored()) ? "" : "ignoreIndex=" + (long) ignored()) + "]";
        }
    }

    private record Unweighted(float smoothing, float ignored, boolean changes) implements Targets, PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return changes ? counted(t, Logistic.value(x, smooth(t))) : Logistic.value(x, t);
        }

        @Override
        public float gradient(float x, float t) {
            return changes ? counted(t, Logistic.gradient(x, smooth(t))) : Logistic.gradient(x, t);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    private record Weighted(float smoothing, float ignored, boolean changes) implements Targets {
        @Override
        public float value(float x, float t, float weight, float posWeight) {
            float value = Logistic.value(x, changes ? smooth(t) : t, weight * posWeight, weight);
            return changes ? counted(t, value) : value;
        }

        @Override
        public float gradient(float x, float t, float weight, float posWeight) {
            float gradient = Logistic.gradient(x, changes ? smooth(t) : t, weight * posWeight, weight);
            return changes ? counted(t, gradient) : gradient;
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
