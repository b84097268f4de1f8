// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import java.util.Locale;
import java.util.Objects;

/**
 * Root mean squared error: {@code L = sqrt(mean (x-t)² + eps)}; gradient {@code (x-t) / (n L)}.
 *
 * <p>As deep-ml's {@code RMSELoss}, but nothing is broadcast. {@code eps} (1e-6 by default) biases the value: a perfect
 * prediction costs {@code sqrt(eps)}. With {@code eps = 0} it is the true RMSE; where it is 0 the gradient is 0. The
 * root is of a sum, so the gradient needs a second pass over the data, and there is no {@link Reduction#NONE}; an empty
 * batch gives NaN. Residuals whose squares leave float's range are rescaled.
 *
 * <p>{@link #totals} are two sums: of the squares, and n.
 */
public final class RMSELoss implements Loss {

    private static final long serialVersionUID = 1;

    /** Squares of residuals below 2^-50 or above 2^63 are computed on residuals multiplied by 2^100 or 2^-100. */
    private static final float RESCALE = 0x1p100f;

    private static final Formula PLAIN = new Formula(1);
    private static final Formula TINY = new Formula(RESCALE);
    private static final Formula HUGE = new Formula(1 / RESCALE);

    private final double eps;
    private final Backend backend;

    /** {@code eps = 1e-6}. */
    public RMSELoss() {
        this(1e-6);
    }

    /**
     * With an option.
     *
     * @param eps added to the mean under the root, at least 0
     */
    public RMSELoss(double eps) {
        this(Checks.notNegative("eps", eps), Backend.cpu());
    }

    private RMSELoss(double eps, Backend backend) {
        this.eps = eps;
        this.backend = Objects.requireNonNull(backend, "backend");
    }

    /** Always {@link Reduction#MEAN}. */
    @Override
    public Reduction reduction() {
        return Reduction.MEAN;
    }

    @Override
    public double forward(Tensor input, Target target) {
        return root(squares(input, check(input, target)), input.size());
    }

    @Override
    public double forwardBackward(Tensor input, Target target, Tensor gradient, Backward how) {
        Tensor floats = check(input, target, gradient);
        double squares = squares(input, floats);
        double divisor = how.divisorOr(input.size());
        double root = root(squares, divisor);
        backward(input, floats, root, divisor, gradient, how);
        return root;
    }

    @Override
    public void requireValid(Tensor input, Target target, Tensor gradient) {
        check(input, target, gradient);
    }

    private static Tensor check(Tensor input, Target target) {
        Tensor floats = Checks.floats(target);
        Checks.sameShape("target", floats, "input", input);
        return floats;
    }

    private static Tensor check(Tensor input, Target target, Tensor gradient) {
        Tensor floats = check(input, target);
        Checks.gradient(input, floats, gradient);
        return floats;
    }

    @Override
    public Totals totals(Tensor input, Target target) {
        return new Totals(toString(), squares(input, check(input, target)), input.size());
    }

    @Override
    public double finish(Totals totals) {
        totals.requireOf(toString(), 2, 0);
        return root(totals.sum(0), totals.sum(1));
    }

    @Override
    public void backward(Tensor input, Target target, Totals whole, Tensor gradient, Backward how) {
        Tensor floats = check(input, target, gradient);
        whole.requireOf(toString(), 2, 0);
        double divisor = how.divisorOr(whole.sum(1));
        backward(input, floats, root(whole.sum(0), divisor), divisor, gradient, how);
    }

    private void backward(Tensor input, Tensor target, double root, double divisor, Tensor gradient, Backward how) {
        double scale = root == 0 ? 0 : how.factor() / (divisor * root);
        // A scale that float cannot hold belongs to residuals that are tiny or huge themselves.
        Formula formula = Math.abs(scale) > Float.MAX_VALUE ? TINY : Math.abs(scale) < Float.MIN_NORMAL ? HUGE : PLAIN;
        PointwisePass.run(backend, formula, input, target, null, null, null, null, null, gradient, scale / formula.factor,
                how.adds());
    }

    /** The sum of squares, in float's range or rescaled to it. */
    private double squares(Tensor input, Tensor target) {
        double squares = sum(PLAIN, input, target);
        if (squares == Double.POSITIVE_INFINITY) {
            return sum(HUGE, input, target) * RESCALE * RESCALE;
        }
        if (squares < 0x1p-100 * input.size()) {
            return sum(TINY, input, target) / RESCALE / RESCALE;
        }
        return squares;
    }

    private double sum(Formula formula, Tensor input, Tensor target) {
        return PointwisePass.sum(backend, formula, input, target);
    }

    private double root(double squares, double divisor) {
        return Math.sqrt(squares / divisor + eps);
    }

    @Override
    public RMSELoss on(Backend where) {
        return new RMSELoss(eps, where);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof RMSELoss l && eps == l.eps && backend.equals(l.backend);
    }

    @Override
    public int hashCode() {
        return Double.hashCode(eps);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "RMSELoss[eps=%s]", eps);
    }

    /** The squared residual, and the residual itself where a derivative would be: the root's derivative is a scale. */
    private record Formula(float factor) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float e = factor * (x - t);
            return e * e;
        }

        @Override
        public float gradient(float x, float t) {
            return factor * (x - t);
        }
    }
}
