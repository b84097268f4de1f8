// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import java.util.List;

/** The losses of a residual: e², |e|, and the two that change from one to the other at {@code bound}. */
record Residual(Kind kind, double bound) implements Reference {

    enum Kind { SQUARED, ABSOLUTE, SMOOTH, HUBER }

    @Override
    public double value(int i, double x, double t) {
        double e = Math.abs(x - t);
        return switch (kind) {
            case SQUARED -> e * e;
            case ABSOLUTE -> e;
            case SMOOTH -> e < bound ? e * e / (2 * bound) : e - bound / 2;
            case HUBER -> e <= bound ? e * e / 2 : bound * (e - bound / 2);
        };
    }

    /** The residual, its square, its quotient by beta; e - beta/2 can double what was lost. */
    @Override
    public double roundings(int i, double t) {
        return 6;
    }

    @Override
    public double slopeScale(int i, double x, double t) {
        return Math.abs(slope(i, x, t));
    }

    @Override
    public List<Double> corners(double t) {
        return kind == Kind.SQUARED ? List.of() : List.of(t, t - bound, t + bound);
    }
}
