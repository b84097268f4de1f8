// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

/** Makes sure that two engines did the same work before their times are compared. */
final class Agreement {

    /** The property that tells a fork what the report names. */
    static final String DEVICE = "jloss.jmh.device";

    /** Room for float sums in any order and for 1 - s(x) formed by subtraction; no two formulas are this close. */
    private static final double TOLERANCE = 1e-4;

    /**
     * A gradient this much smaller than the largest is measured against the latter: it may be pure cancellation.
     * Sums of 10,000 products in two orders differ by 1.3e-6 of the largest.
     */
    private static final double FLOOR = 0.05;

    private Agreement() {}

    static void require(String loss, double ours, double theirs) {
        // Written so that a NaN on either side is a difference.
        if (!(Math.abs(ours - theirs) <= TOLERANCE * Math.abs(theirs))) {
            throw new IllegalStateException(loss + ": not the same work: value " + ours + ", peer " + theirs);
        }
    }

    static void require(String loss, float[] ourGradient, float[] theirGradient) {
        double largest = 0;
        for (float g : theirGradient) {
            largest = Math.max(largest, Math.abs(g));
        }
        for (int i = 0; i < theirGradient.length; i++) {
            double g = theirGradient[i];
            if (!(Math.abs(ourGradient[i] - g) <= TOLERANCE * Math.max(Math.abs(g), FLOOR * largest))) {
                throw new IllegalStateException(loss + ": not the same work: gradient[" + i + "] " + ourGradient[i]
                        + ", peer " + theirGradient[i] + ", largest " + largest);
            }
        }
    }

    /**
     * Refuses a fork that found another device than the report names: another driver, where one could not be loaded.
     *
     * @param found what the fork measures
     */
    static void requireDevice(String found) {
        String expected = System.getProperty(DEVICE, found);
        if (!found.equals(expected)) {
            throw new IllegalStateException("found " + found + ", expected " + expected);
        }
    }
}
