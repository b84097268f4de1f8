// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * The one place that decides whether {@code a * b + c} is fused. It is, wherever the processor can: in software
 * {@link Math#fma} is hundreds of times slower. HotSpot tells whether it found the instruction.
 */
public final class Fma {

    /** Whether this processor multiplies and adds in one instruction. */
    public static final boolean FUSED = fused();

    private Fma() {}

    /**
     * {@code a * b + c}, rounded once where {@link #FUSED}, twice where not.
     *
     * @param a factor
     * @param b factor
     * @param c summand
     * @return the result
     */
    public static float fma(float a, float b, float c) {
        return FUSED ? Math.fma(a, b, c) : a * b + c;
    }

    private static boolean fused() {
        try {
            return Boolean.parseBoolean(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption("UseFMA").getValue());
        } catch (LinkageError | RuntimeException e) {
            // Not HotSpot, or without its management module: every processor of the last ten years has it.
            return true;
        }
    }
}
