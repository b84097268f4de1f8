// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.List;

/** A history as one line of little bars. */
final class Sparkline {

    static final String BARS = "▁▂▃▄▅▆▇█";

    private static final int WIDTH = 40;

    private Sparkline() {}

    static String of(List<Double> history) {
        double least = history.stream().filter(Double::isFinite).mapToDouble(d -> d).min().orElse(0);
        double most = history.stream().filter(Double::isFinite).mapToDouble(d -> d).max().orElse(0);
        int width = Math.min(WIDTH, history.size());
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < width; i++) {
            double value = history.get((int) ((long) i * history.size() / width));
            int bar = most > least ? (int) Math.round((value - least) / (most - least) * (BARS.length() - 1)) : 0;
            line.append(Double.isFinite(value) ? BARS.charAt(bar) : '?');
        }
        return line.toString();
    }
}
