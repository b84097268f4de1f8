// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

/** Stands in for {@code io.github.jloss.internal.kernel.Fma} on a device. */
public final class DeviceFma {

    private DeviceFma() {}

    /**
     * {@code a * b + c}; TornadoVM makes it one fused operation.
     *
     * @param a factor
     * @param b factor
     * @param c summand
     * @return the result
     */
    public static float fma(float a, float b, float c) {
        return a * b + c;
    }
}
