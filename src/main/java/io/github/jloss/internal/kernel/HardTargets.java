// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;

/**
 * Two loops of a formula that is simpler where the target is 0 or 1: the simple one for blocks in which all targets
 * are, the other for those in which any is not. Whichever takes an element, its bits are the same; so only vector
 * code has the simple one.
 *
 * <p>The formula has a boolean component {@code hardTargets}, which is false; it is true in the simple loop.
 */
final class HardTargets implements PointwiseKernel {

    private final Reductions reductions;
    private volatile PointwiseKernel hard;
    private volatile PointwiseKernel soft;

    HardTargets(Reductions reductions) {
        this.reductions = reductions;
    }

    void hard(PointwiseKernel kernel) {
        hard = kernel;
    }

    void soft(PointwiseKernel kernel) {
        soft = kernel;
    }

    @Override
    public boolean inNativeMemory() {
        return hard.inNativeMemory() && soft.inNativeMemory();
    }

    /** Counts elements that other loops worked on because these were not ready. */
    void used(ElementFormula formula, int n) {
        for (int i = 0; i < 2; i++) {
            if ((i == 0 ? hard : soft) instanceof WarmingKernel warming) {
                warming.used(formula, n);
            }
        }
    }

    @Override
    public void run(ElementFormula formula, Span s, int n) {
        boolean inNativeMemory = inNativeMemory();
        for (int from = 0; from < n;) {
            boolean isHard = isHard(s, inNativeMemory, from, n);
            int to = from + BLOCK;
            while (to < n && isHard(s, inNativeMemory, to, n) == isHard) {
                to += BLOCK;
            }
            to = Math.min(to, n);
            s.skip(from);
            (isHard ? hard : soft).run(formula, s, to - from);
            s.skip(-from);
            from = to;
        }
    }

    private boolean isHard(Span s, boolean inNativeMemory, int from, int n) {
        int count = Math.min(BLOCK, n - from);
        return inNativeMemory
                ? reductions.areZerosAndOnes(s.t.segment, s.t.bytes + (long) from * Float.BYTES, count)
                : reductions.areZerosAndOnes(s.t.array, s.t.offset + from, count);
    }

    @Override
    public void combine(Span s, float scale, boolean hasUpstream, boolean add, int n) {
        soft.combine(s, scale, hasUpstream, add, n);
    }
}
