// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Distances whose squares, sums or differences float cannot hold, against their definitions in double. */
class DistanceRangeTest {

    /** A distance, and its definition: of the differences, or of both vectors where p is 0. */
    record Norm(Distance distance, double p, double eps, boolean squared) {

        double value(double[] u, double[] v) {
            if (p == 0) {
                double[] s = products(u, v);
                return 1 - s[2] / Math.sqrt(s[0]) / Math.sqrt(s[1]);
            }
            double largest = 0;
            for (int i = 0; i < u.length; i++) largest = Math.max(largest, Math.abs(u[i] - v[i] + eps));
            if (largest == 0) return 0;
            double sum = 0;
            for (int i = 0; i < u.length; i++) sum += Math.pow(Math.abs(u[i] - v[i] + eps) / largest, p);
            double norm = largest * Math.pow(sum, 1 / p);
            return squared ? norm * norm : norm;
        }

        double[] gradient(double[] u, double[] v) {
            double[] g = new double[u.length];
            double d = value(u, v);
            double[] s = products(u, v);
            for (int i = 0; i < u.length; i++) {
                double z = u[i] - v[i] + eps;
                g[i] = p == 0 ? s[2] / Math.sqrt(s[0]) / Math.sqrt(s[1]) * u[i] / s[0]
                        - v[i] / Math.sqrt(s[0]) / Math.sqrt(s[1])
                        : squared ? 2 * z : d == 0 ? 0 : Math.signum(z) * Math.pow(Math.abs(z) / d, p - 1);
            }
            return g;
        }

        private static double[] products(double[] u, double[] v) {
            double[] s = {1e-12f, 1e-12f, 0};
            for (int i = 0; i < u.length; i++) {
                s[0] += u[i] * u[i];
                s[1] += v[i] * v[i];
                s[2] += u[i] * v[i];
            }
            return s;
        }
    }

    static List<Norm> norms() {
        return List.of(new Norm(Distance.euclidean(0), 2, 0, false), new Norm(Distance.euclidean(), 2, 1e-6f, false),
                new Norm(Distance.squaredEuclidean(), 2, 0, true), new Norm(Distance.manhattan(), 1, 0, false),
                new Norm(Distance.norm(1, 0.25), 1, 0.25, false), new Norm(Distance.norm(3, 0), 3, 0, false),
                new Norm(Distance.norm(1.25, 1e-6), 1.25, 1e-6f, false), new Norm(Distance.norm(40, 0), 40, 0, false),
                new Norm(Distance.cosine(), 0, 0, false));
    }

    @ParameterizedTest
    @MethodSource("norms")
    void isItsDefinition(Norm norm) {
        double[] sizes = {Float.MAX_VALUE, 1e38, 1e30, 1.8e19, 1e10, 1, 1e-6, 1e-10, 1e-19, 1e-23, 1e-30, 1e-37};
        SplittableRandom random = new SplittableRandom(8);
        for (double one : sizes) {
            for (double other : sizes) {
                for (int n : new int[] {1, 2, 17, 700}) {
                    check(norm, random, one, other, n, false);
                    check(norm, random, one, other, n, true);
                }
            }
        }
    }

    private static void check(Norm norm, SplittableRandom random, double one, double other, int n, boolean mixed) {
        float[] x = new float[n];
        float[] t = new float[n];
        double[] u = new double[n];
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (one * (1 - 2 * random.nextDouble()) * (mixed && i % 3 == 1 ? 1e-7 : 1));
            t[i] = (float) (other * (1 - 2 * random.nextDouble()));
            if (i == 0) {
                x[i] = (float) one;
                t[i] = (float) -other;
            }
            u[i] = x[i];
            v[i] = t[i];
        }
        float[] gx = new float[n];
        float[] gt = new float[n];
        double found = norm.distance.between(x, 0, t, 0, n);
        double d = norm.value(u, v);
        String what = norm + " of " + one + ", " + other + ", " + n;
        assertEquals(d, found, 4e-6 * Math.abs(d), what);
        norm.distance.gradient(x, 0, t, 0, n, found, gx, gt);
        double[] s = Norm.products(u, v);
        // What adding eps loses where it cancels the difference.
        double[] lost = new double[n];
        for (int i = 0; i < n && norm.eps > 0; i++) {
            lost[i] = (Math.abs(u[i]) + norm.eps) / Math.abs(u[i] - v[i] + norm.eps);
        }
        requireNear(norm.gradient(u, v), gx, norm, 1 / Math.sqrt(s[0]), lost, what + ": gradient");
        double[] opposite = norm.p == 0 ? norm.gradient(v, u) : norm.gradient(u, v);
        for (int i = 0; i < n; i++) opposite[i] *= norm.p == 0 ? 1 : -1;
        requireNear(opposite, gt, norm, 1 / Math.sqrt(s[1]), lost, what + ": other gradient");
    }

    private static void requireNear(double[] want, float[] got, Norm norm, double cancelled, double[] lost,
            String what) {
        for (int i = 0; i < want.length; i++) {
            if (Float.isInfinite((float) want[i])) {
                assertEquals((float) want[i], got[i], what + "[" + i + "]");
                continue;
            }
            // A power's relative error is p times that of its base; a cosine's gradient is a difference.
            double allowed = (2e-6 + norm.p * 2e-7 * (2 + lost[i])) * Math.abs(want[i])
                    + (norm.p == 0 ? 4e-7 * cancelled : 0) + 2e-45;
            assertEquals(want[i], got[i], allowed, what + "[" + i + "]");
        }
    }
}
