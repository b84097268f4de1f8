// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import java.util.List;

/**
 * A loss of single elements in double precision, written from its definition and not from our code, with what single
 * precision may make of it.
 */
interface Reference {

    /** Half a unit in the last place of a float, relative to it: what one rounding may cost. */
    double ROUNDING = 0x1p-24;

    /** What a result in the subnormal range may be off by. */
    double TINY = 0x1p-145;

    /** Distance of the points that differences are taken of; exact when added to any logit used here. */
    double STEP = 0x1p-12;

    /** The loss of element i (which matters to weights only). */
    double value(int i, double x, double t);

    /** The loss as the derivative at {@code at} sees it: with factors frozen there that count as constants. */
    default double valueSeenFrom(double at, int i, double x, double t) {
        return value(i, x, t);
    }

    /** How many roundings the value of an element may differ by. */
    double roundings(int i, double t);

    /** The size of the terms the derivative is the sum of: they may cancel, their rounding errors do not. */
    double slopeScale(int i, double x, double t);

    /** Where the derivative jumps. */
    List<Double> corners(double t);

    /** How far from a corner differences are the derivative. */
    default double cornerWidth() {
        return 4 * STEP;
    }

    /** References that are as good as this one at x, where rounding decides what exactly is computed. */
    default List<Reference> neighbours(double x) {
        return List.of();
    }

    /** The derivative by central differences of fourth order. */
    default double slope(int i, double x, double t) {
        double near = valueSeenFrom(x, i, x + STEP, t) - valueSeenFrom(x, i, x - STEP, t);
        double far = valueSeenFrom(x, i, x + 2 * STEP, t) - valueSeenFrom(x, i, x - 2 * STEP, t);
        return (8 * near - far) / (12 * STEP);
    }

    default double valueTolerance(int i, double x, double t) {
        return roundings(i, t) * ROUNDING * Math.abs(value(i, x, t)) + TINY
                + neighbours(x).stream().mapToDouble(r -> Math.abs(r.value(i, x, t) - value(i, x, t))).sum();
    }

    /** That of single precision, and that of the differences. */
    default double slopeTolerance(int i, double x, double t) {
        return roundings(i, t) * ROUNDING * slopeScale(i, x, t) + TINY
                + 1e-11 * (1 + Math.abs(value(i, x, t)))
                + neighbours(x).stream().mapToDouble(r -> Math.abs(r.slope(i, x, t) - slope(i, x, t))).sum();
    }

    default boolean atCorner(double x, double t) {
        return corners(t).stream().anyMatch(c -> Math.abs(x - c) < cornerWidth());
    }
}
