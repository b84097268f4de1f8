// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.Arrays;

/**
 * The figures of all forks of one measurement.
 *
 * @param micros average time of a call in each fork, in microseconds
 * @param bytesPerCall what a call allocated on the Java heap in each fork
 * @param drift the slowest iteration divided by the fastest, in the fork where they differ most
 */
record Measurement(double[] micros, double[] bytesPerCall, double drift) {

    /** Beyond it the time of a fork is not that of a steady state: still being compiled, or disturbed. */
    private static final double STEADY = 1.5;

    boolean steady() {
        return drift <= STEADY;
    }

    /** The median over the forks: JMH's means are bimodal across forks, and their mean is a time no fork had. */
    double median() {
        return median(micros);
    }

    /** The median of the bytes. */
    double bytes() {
        return median(bytesPerCall);
    }

    /** Half the distance between the fastest and the slowest fork, as a part of the median. */
    double spread() {
        double[] sorted = micros.clone();
        Arrays.sort(sorted);
        return (sorted[sorted.length - 1] - sorted[0]) / 2 / median();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
