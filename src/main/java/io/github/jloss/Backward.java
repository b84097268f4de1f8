// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/**
 * How a gradient is delivered: written over the caller's tensor or added to it, multiplied by a scale, divided by
 * another divisor than the reduction's own. Immutable; keep one and reuse it.
 *
 * <pre>{@code
 * Backward add = Backward.ADD.scale(0.5);                 // gradient += 0.5 * dL/dinput
 * Backward micro = Backward.ADD.divisor(wholeBatch);      // value and gradient of one micro-batch of many
 * }</pre>
 */
public final class Backward {

    /** Writes the gradient over whatever the tensor held. */
    public static final Backward OVERWRITE = new Backward(false, 1, Double.NaN);

    /** Adds the gradient to what the tensor holds. */
    public static final Backward ADD = new Backward(true, 1, Double.NaN);

    private final boolean add;
    private final double scale;
    private final double divisor;

    private Backward(boolean add, double scale, double divisor) {
        this.add = add;
        this.scale = scale;
        this.divisor = divisor;
    }

    /**
     * The same delivery with another factor on the gradient (the upstream gradient of a reduced loss, the weight of a
     * loss in a sum). The returned loss value is not scaled.
     *
     * @param factor a finite number
     * @return a new delivery
     */
    public Backward scale(double factor) {
        return new Backward(add, Checks.finite("scale", factor), divisor);
    }

    /**
     * The same delivery with a divisor that replaces the one of {@link Reduction#MEAN} (or the 1 of
     * {@link Reduction#SUM}), in the value and in the gradient: the number of elements of the whole batch, say, when
     * this call sees only a part of it.
     *
     * @param count a finite number above 0
     * @return a new delivery
     */
    public Backward divisor(double count) {
        return new Backward(add, scale, Checks.positive("divisor", count));
    }

    /** Whether the gradient is added to what the tensor holds. */
    boolean adds() {
        return add;
    }

    /** The factor on the gradient. */
    double factor() {
        return scale;
    }

    /** The caller's divisor, or the reduction's own where the caller gave none. */
    double divisorOr(double own) {
        return Double.isNaN(divisor) ? own : divisor;
    }

    /**
     * This delivery with its factor multiplied and its adding decided: how a sum of losses passes it on. The factor is
     * a float in the end, which is found out here, before a part of the sum has written anything.
     */
    Backward part(double weight, boolean adds) {
        double factor = scale * weight;
        double largest = Math.max(Math.abs(factor), Math.abs(factor / divisorOr(1)));
        if (largest > Float.MAX_VALUE) {
            throw new IllegalArgumentException("weight times scale: found " + weight + " times " + scale
                    + (Double.isNaN(divisor) ? "" : " by " + divisor) + ", which does not fit into a float");
        }
        return new Backward(adds, factor, divisor);
    }

    @Override
    public String toString() {
        return "Backward[" + (add ? "add" : "overwrite") + ", scale=" + scale
                + (Double.isNaN(divisor) ? "" : ", divisor=" + divisor) + "]";
    }
}
