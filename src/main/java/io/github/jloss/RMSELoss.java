// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.Objects;

/**
 * Root mean squared error: {@code L = sqrt(mean (x-t)² + eps)}; gradient {@code (x-t) / (n L)}.
 *
 * <p>As deep-ml's {@code RMSELoss}, but nothing is broadcast. {@code eps} (1e-6 by default) biases the value: a perfect
 * prediction costs {@code sqrt(eps)}. With {@code eps = 0} it is the true RMSE; where it is 0 the gradient is 0. The
 * root is of a sum, so the gradient needs a second pass over the data, and there is no {@link Reduction#NONE};
 * {@link Reduction#SUM} divides by nothing, {@code sqrt(sum (x-t)² + eps)}. An empty batch gives NaN.
 *
 * <p>With {@linkplain Batch#withWeights weights} w it is {@code sqrt(sum w (x-t)² / sum w + eps)}, or divided by how
 * many weights are above 0 ({@link #withMeanBy}).
 *
 * <p>Residuals of any size keep their digits: where the squares leave float's range they are those of scaled residuals.
 *
 * <p>{@link #totals} are two sums: of the squares, and of what the mean divides by.
 */
public final class RMSELoss extends ElementLoss<RMSELoss> {

    private static final long serialVersionUID = 1;

    private static final Scale PLAIN = new Scale(1);
    private static final Scale TINY = new Scale(0x1p80f);
    private static final Scale HUGE = new Scale(0x1p-80f);

    /** A mean square below this may have lost digits to squares below float's range. */
    private static final double LEAST = 0x1p-120;

    private double eps = 1e-6;

    /** {@code eps = 1e-6}. */
    public RMSELoss() {
        super(Reduction.MEAN);
    }

    /**
     * This loss with another number under the root.
     *
     * @param number added to the mean, at least 0; 1e-6 by default
     * @return a loss with this option
     */
    public RMSELoss withEps(double number) {
        Checks.notNegative("eps", number);
        return changed(l -> l.eps = number);
    }

    double eps() {
        return eps;
    }

    @Override
    void requireReduction(Reduction how) {
        if (how == Reduction.NONE) {
            throw new IllegalArgumentException("reduction: found NONE, expected MEAN or SUM: the root is of a sum");
        }
    }

    @Override
    void requireElements() {
        throw new IllegalStateException("RMSELoss is one number: it has no losses of elements");
    }

    @Override
    void prepare(PointwisePass pass, Tensor input, Target target, Tensor weights) {
        Tensor floats = Checks.floats(target);
        Checks.sameShape("target", floats, "input", input);
        pass.over(input, floats, null, null, weights);
    }

    @Override
    boolean sumsFirst() {
        return true;
    }

    @Override
    void reduce(PointwisePass pass) {
        pass.sum = PLAIN.sum(pass);
        if (pass.sum == Double.POSITIVE_INFINITY) {
            pass.sum = HUGE.sum(pass);
        } else if (pass.sum < LEAST * pass.input().size()) {
            pass.sum = TINY.sum(pass);
        }
    }

    @Override
    double finish(double squares, double norm, double divisor) {
        return Math.sqrt(squares / divisor + eps);
    }

    @Override
    void differentiate(PointwisePass pass, double divisor, Tensor gradient, Backward how) {
        double root = finish(pass.sum, 0, divisor);
        // Residuals leave float's range only where x - t does, their products with weights long before.
        double huge = pass.weights() == null ? 0x1p250 : 0x1p127;
        Scale scale = pass.sum > huge ? HUGE : pass.sum < LEAST * pass.input().size() ? TINY : PLAIN;
        // Where everything is masked the root is NaN, but no gradient is.
        scale.gradients(pass, gradient, divisor == 0 ? 0 : scale(how, divisor * root), how.adds());
    }

    @Override
    void writeLosses(PointwisePass pass, Tensor losses) {
        requireElements();
    }

    @Override
    void writeGradients(PointwisePass pass, Tensor upstream, Tensor gradient, double scale, boolean add) {
        requireElements();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof RMSELoss l && eps == l.eps && hasOptionsOf(l);
    }

    @Override
    public int hashCode() {
        return Objects.hash(eps, reduction(), meanBy());
    }

    @Override
    public String toString() {
        return "RMSELoss[eps=" + eps + ", " + commonOptions() + "]";
    }

    /** Squares of residuals times a factor, a power of two, and the residuals times it where a derivative would be. */
    private static final class Scale {

        private final double factor;
        private final Squares squares;
        private final WeightedSquares weighted;

        Scale(float factor) {
            this.factor = factor;
            squares = new Squares(factor, factor < 1);
            weighted = new WeightedSquares(factor, factor < 1);
        }

        /** The sum of squares, without the factor. */
        double sum(PointwisePass pass) {
            Tensor weights = weightsAsCoefficient(pass);
            double sum = pass.sum(weights == null ? squares : weighted);
            restore(pass, weights);
            return sum / factor / factor;
        }

        /** The residuals times a scale. */
        void gradients(PointwisePass pass, Tensor gradient, double scale, boolean add) {
            Tensor weights = weightsAsCoefficient(pass);
            pass.gradients(weights == null ? squares : weighted, null, gradient, scale / factor, add);
            restore(pass, weights);
        }

        /** A weight must be multiplied in before the residual is squared: a square may be out of range. */
        private static Tensor weightsAsCoefficient(PointwisePass pass) {
            Tensor weights = pass.weights();
            pass.over(pass.input(), pass.target(), weights, null, null);
            return weights;
        }

        private static void restore(PointwisePass pass, Tensor weights) {
            pass.over(pass.input(), pass.target(), null, null, weights);
        }
    }

    /** x - t itself may be out of range where it is huge, and x or t with the factor where the difference is tiny. */
    private static float residual(float x, float t, float factor, boolean huge) {
        return huge ? factor * x - factor * t : factor * (x - t);
    }

    private record Squares(float factor, boolean huge) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float e = residual(x, t, factor, huge);
            return e * e;
        }

        @Override
        public float gradient(float x, float t) {
            return residual(x, t, factor, huge);
        }
    }

    /** Weight 0 gives 0, whatever the residual is. */
    private record WeightedSquares(float factor, boolean huge) implements ElementFormula {
        @Override
        public float value(float x, float t, float weight, float b) {
            float e = residual(x, t, factor, huge);
            return Scalar.ifEqual(weight, 0, 0, weight * e * e);
        }

        @Override
        public float gradient(float x, float t, float weight, float b) {
            return Scalar.ifEqual(weight, 0, 0, weight * residual(x, t, factor, huge));
        }
    }
}
