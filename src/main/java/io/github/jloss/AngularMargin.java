// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.AngularPenaltySMLoss.Type;
import io.github.jloss.spi.MarginFormula;
import java.util.Locale;
import java.util.Objects;

/**
 * The formulas of {@link AngularPenaltySMLoss}: psi of each type and its derivative.
 *
 * @param type which of the three
 * @param s factor on the cosines
 * @param m the margin
 * @param eps how far cosines stay away from -1 and 1
 * @param normalizeWeight whether the rows of the weight are normalised
 * @param monotone whether psi falls everywhere
 * @param cosM cosine of the margin
 * @param sinM sine of the margin
 */
record AngularMargin(Type type, double s, double m, double eps, boolean normalizeWeight, boolean monotone,
        double cosM, double sinM) implements MarginFormula {

    /** The first 33 bits of pi/2: its product with a number of quarter turns is exact. */
    private static final double HALF_PI_HIGH = 0x1.921fb544p0;

    /** pi/2 - HALF_PI_HIGH. */
    private static final double HALF_PI_LOW = 0x1.0b4611a626331p-34;

    /** Options, checked, with no zero below 0. */
    AngularMargin(Type type, double s, double m, double eps, boolean normalizeWeight, boolean monotone) {
        this(Objects.requireNonNull(type, "type"), Checks.notNegative("s", s) + 0.0, Checks.finite("m", m) + 0.0,
                Checks.require(1 - eps < 1 && eps < 1, "eps", eps, "a number below 1, and above 1.2e-16"),
                normalizeWeight, monotone, StrictMath.cos(m), StrictMath.sin(m + 0.0));
        Checks.asFloat("s", s);
    }

    @Override
    public double scale() {
        return s;
    }

    @Override
    public boolean normalizesWeight() {
        return normalizeWeight;
    }

    @Override
    public double target(double k) {
        double c = clamp(k);
        return switch (type) {
            case COSFACE -> k - m;
            case ARCFACE -> past(c) ? k - m * sinM : c * cosM - sine(c) * sinM;
            case SPHEREFACE -> {
                double angle = Math.abs(m) * StrictMath.acos(c);
                double n = turns(angle);
                yield sign(n) * cosine(angle, 0) - 2 * n;
            }
        };
    }

    @Override
    public double slope(double k) {
        double c = clamp(k);
        return switch (type) {
            case COSFACE -> 1;
            case ARCFACE -> past(c) ? 1 : c != k ? 0 : cosM + c * sinM / sine(c);
            case SPHEREFACE -> {
                double angle = Math.abs(m) * StrictMath.acos(c);
                yield c != k ? 0 : sign(turns(angle)) * Math.abs(m) * cosine(angle, 1) / sine(c);
            }
        };
    }

    /**
     * cos(a - turns pi/2), for a from 0 on: the cosine, or with one turn the sine. With fdlibm's polynomials for
     * the eighths of a circle next to 0; StrictMath has the same, but leaves an array behind at each call.
     */
    private static double cosine(double a, int turns) {
        double quarters = Math.rint(a * (2 / Math.PI));
        double r = a - quarters * HALF_PI_HIGH - quarters * HALF_PI_LOW;
        double z = r * r;
        int quadrant = (int) (quarters % 4 + 4 - turns) % 4;
        double value = quadrant % 2 == 0
                ? 1 - (z / 2 - z * z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03
                        + z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07
                        + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))))))
                : r + r * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03
                        + z * (-1.98412698298579493134e-04 + z * (2.75573137070700676789e-06
                        + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
        return quadrant == 1 || quadrant == 2 ? -value : value;
    }

    private double clamp(double k) {
        return Math.max(-1 + eps, Math.min(1 - eps, k));
    }

    private static double sine(double c) {
        return Math.sqrt((1 - c) * (1 + c));
    }

    /** Whether th + m is above pi, and that matters. */
    private boolean past(double c) {
        return monotone && m > 0 && (m >= Math.PI || c < -cosM);
    }

    /** How often psi would have turned. */
    private double turns(double angle) {
        return monotone ? Math.floor(angle / Math.PI) : 0;
    }

    private static double sign(double n) {
        return n % 2 == 0 ? 1 : -1;
    }

    @Override
    public String toString() {
        return "AngularMargin[type=" + type.name().toLowerCase(Locale.ROOT) + ", s=" + s + ", m=" + m + ", eps=" + eps
                + ", normalizeWeight=" + normalizeWeight + ", monotone=" + monotone + "]";
    }
}
