// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

/** The factor on gradients, scale / divisor, which engines are given as a double and apply as a float. */
public final class GradientFactor {

    private GradientFactor() {}

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
