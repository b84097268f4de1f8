// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

/** The factor on gradients, scale / divisor, which engines are given as a double and apply as a float. */
public final class GradientFactor {

    private GradientFactor() {}

    /**
     * A power of two that makes a factor beyond float's normal range two factors within it, each applied for itself:
     * huge weights whose sum divides, say. What the first takes below float's range the second would have, too.
     *
     * @param scale the factor
     * @return 1 for a factor that float holds with all its digits
     */
    public static float power(double scale) {
        double size = Math.abs(scale);
        boolean fits = size == 0 || size >= Float.MIN_NORMAL && size <= Float.MAX_VALUE || !Double.isFinite(scale);
        return fits ? 1 : (float) Math.scalb(1.0, Math.clamp(Math.getExponent(scale) / 2, -126, 127));
    }

    /**
     * The factor as a float; a finite one that float cannot hold is an error, not an infinity.
     *
     * @param scale the factor
     * @return the nearest float
     */
    public static float asFloat(double scale) {
        if (Double.isFinite(scale) && Math.abs(scale) > Float.MAX_VALUE) {
            throw new IllegalArgumentException("scale: the factor on the gradient, scale / divisor, is " + scale
                    + " and does not fit into a float");
        }
        return (float) scale;
    }
}
