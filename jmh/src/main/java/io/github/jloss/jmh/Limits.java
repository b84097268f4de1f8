// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How near a time of jloss is to what this machine can do at the most. What was not measured is NaN.
 *
 * @param results what was measured
 */
record Limits(Map<Spec, Measurement> results) {

    private double micros(Spec spec) {
        Measurement m = results.get(spec);
        return m == null ? Double.NaN : m.median();
    }

    /** How many times longer than the plain loop that moves as many bytes. */
    double overPlain(Spec spec) {
        return micros(spec) / micros(spec.plain());
    }

    /**
     * Of 16 floats each, that the processor could have done in the time of 16 elements: the same on machines with one
     * unit and with two, wide or narrow ones. NaN for matrix products.
     */
    double slots(Spec spec) {
        return spec.flops() > 0 ? Double.NaN : micros(spec) * peakFmas(spec.threads()) / spec.shape().size();
    }

    /** Of the matrix products; NaN where there are none. */
    double gigaflops(Spec spec) {
        return spec.flops() > 0 ? spec.flops() / micros(spec) / 1e3 : Double.NaN;
    }

    /** The part of {@link #peakGigaflops} that is. */
    double ofPeak(Spec spec) {
        return gigaflops(spec) / peakGigaflops(spec.threads());
    }

    double peakGigaflops(int threads) {
        return 2 * peakFmas(threads) / 1e3;
    }

    /** In a microsecond. */
    private double peakFmas(int threads) {
        Spec peak = Spec.fma(threads);
        return peak.shape().size() * threads / micros(peak);
    }

    /** All that there is of a measurement, by the names that the JSON has. */
    Map<String, Double> of(Spec spec) {
        Map<String, Double> all = new LinkedHashMap<>();
        if (spec.kind() == Kind.FMA) {
            all.put("peakGigaflops", peakGigaflops(spec.threads()));
        } else if (spec.kind() == Kind.JLOSS) {
            all.put("timesPlainLoop", overPlain(spec));
            all.put("fmaSlotsPer16Elements", slots(spec));
            all.put("gigaflops", gigaflops(spec));
            all.put("partOfFmaPeak", ofPeak(spec));
        }
        all.values().removeIf(value -> value.isNaN());
        return all;
    }
}
