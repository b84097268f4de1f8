// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Distance;
import io.github.jloss.internal.distance.CosineDistance;
import io.github.jloss.internal.distance.EuclideanDistance;
import io.github.jloss.internal.distance.ManhattanDistance;
import io.github.jloss.internal.distance.PowerDistance;
import io.github.jloss.internal.distance.SquaredEuclideanDistance;
import io.github.jloss.tornado.kernels.DistanceGradients;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.RowGroups;
import io.github.jloss.tornado.kernels.RowSums;

/**
 * The distances of all rows of a call: how one of the library's distances is made of sums that the device takes, and
 * which factors the device needs for its gradients. One for each call.
 */
abstract sealed class RowDistances {

    /** What differences are multiplied by where their squares, or the factor on them, leave float's range. */
    static final float RESCALE = 0x1p100f;

    static final Kernel SUMS = Kernel.of("row sums", RowSums.class);

    private static final int MOST_GROUPS = 4096;

    /** The distances found: those of the first pair, of the second, of the third. */
    double[] found;

    private final float eps;
    private final float power;
    private int rows;

    private RowDistances(float eps, float power) {
        this.eps = eps;
        this.power = power;
    }

    /** How a distance is computed here. */
    static RowDistances of(Distance distance) {
        return switch (distance) {
            case EuclideanDistance(float eps) -> new Squares(eps, true);
            case SquaredEuclideanDistance() -> new Squares(0, false);
            case ManhattanDistance(float eps) -> new Absolutes(eps);
            case PowerDistance(float p, float eps) -> new Powers(eps, p);
            case CosineDistance() -> new Cosines();
            default -> throw new IllegalArgumentException("distance: found " + distance + ", expected one of those that"
                    + " Distance makes: others have no kernel, and are computed by the CPU back end only");
        };
    }

    /**
     * Takes the distances.
     *
     * @param call in which
     * @param inputs where the three inputs are
     * @param count how many distances are needed: of the inputs 0 and 1, 0 and 2, 1 and 2
     * @param ofRows rows of an input
     * @param length elements of a row
     */
    final void measure(Call call, int[] inputs, int count, int ofRows, int length) {
        rows = ofRows;
        found = new double[count * rows];
        measure(new Sums(call, inputs, count, rows, length));
    }

    /** The distance of a pair in a row; 0 if it is not needed. */
    final double get(int pair, int row) {
        return pair * rows < found.length ? found[pair * rows + row] : 0;
    }

    final float eps() {
        return eps;
    }

    final float power() {
        return power;
    }

    /** What the gradients are of, see {@link DistanceGradients#KIND}. */
    abstract int gradientKind();

    /**
     * Writes the factors of a row's gradients, see {@link DistanceGradients#factors}.
     *
     * @param pair which distance
     * @param row which row
     * @param factor the derivative of the loss with respect to the distance, and what it is multiplied by
     * @param into receives the row's factors
     */
    final void gradientFactors(int pair, int row, double factor, float[] into) {
        gradientFactors(pair * rows + row, factor, into, row * DistanceGradients.factors(gradientKind()));
    }

    abstract void measure(Sums sums);

    abstract void gradientFactors(int i, double factor, float[] into, int to);

    /** The factor by which differences become a norm's gradient: 0 where that is 0, NaN where it is infinite. */
    final double perDistance(int i, double factor) {
        return found[i] == 0 ? 0 : found[i] == Double.POSITIVE_INFINITY ? Double.NaN : factor / found[i];
    }

    /** Sums over rows, taken on the device. */
    static final class Sums {

        private final Call call;
        private final int count;
        private final int lanes;
        private final int to;
        private int factors = -1;

        /** Rows of all pairs. */
        final int all;

        /** Elements of a row. */
        final int length;

        /** Sums over the rows of pairs of the inputs 0 and 1, 0 and 2, 1 and 2. */
        Sums(Call call, int[] inputs, int pairs, int rows, int length) {
            this(call, rows, length, pairs, -1);
            call.set(RowSums.INPUTS, inputs[0]).set(RowSums.INPUTS + 1, inputs[1])
                    .set(RowSums.INPUTS + 2, inputs[0]).set(RowSums.INPUTS + 3, inputs[2])
                    .set(RowSums.INPUTS + 4, inputs[1]).set(RowSums.INPUTS + 5, inputs[2]);
        }

        /** Sums over rows x and those rows of t that labels say. */
        Sums(Call call, int x, int t, int labels, int rows, int length) {
            this(call, rows, length, 1, labels);
            call.set(RowSums.INPUTS, x).set(RowSums.INPUTS + 1, t);
        }

        private Sums(Call call, int rows, int length, int pairs, int labels) {
            this.call = call;
            this.length = length;
            all = Math.multiplyExact(pairs, rows);
            count = 3 * all;
            lanes = RowGroups.lanes(length);
            to = call.temporary(2L * count);
            call.set(RowSums.ROWS, rows).set(RowSums.LENGTH, length).set(RowSums.LANES, lanes)
                    .set(RowSums.PAIRS, pairs).set(RowSums.LABELS, labels).set(RowSums.TO, to);
        }

        /**
         * Takes sums.
         *
         * @param kind which, see {@link RowSums}
         * @param parts how many for each row
         * @param ab two factors for each row, or null
         * @param eps an option
         * @param power an option
         * @return the sums
         */
        double[] take(int kind, int parts, float[] ab, float eps, float power) {
            if (ab != null) {
                if (factors < 0) factors = call.temporary(ab.length);
                call.write(ab, factors);
            }
            call.set(RowSums.KIND, kind).set(RowSums.FACTORS, ab == null ? -1 : factors)
                    .option(RowSums.EPS, eps).option(RowSums.POWER, power);
            call.run(SUMS, RowGroups.groups(all, lanes, MOST_GROUPS));
            float[] read = new float[2 * parts * all];
            call.read(to, read);
            double[] sums = new double[parts * all];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = GroupSum.of(read[2 * i], read[2 * i + 1]);
            }
            return sums;
        }

        /**
         * Sums of differences' squares or absolute values; those that leave float's range once more, rescaled to it.
         *
         * @param kind which
         * @param degree the power to which summands grow with the differences
         * @param eps an option
         * @return the sums
         */
        double[] inRange(int kind, int degree, float eps) {
            double[] sums = take(kind, 1, null, eps, 0);
            float[] ab = new float[2 * all];
            boolean again = false;
            for (int i = 0; i < all; i++) {
                ab[2 * i] = sums[i] == Double.POSITIVE_INFINITY ? 1 / RESCALE
                        : degree > 1 && sums[i] < 0x1p-100 * length ? RESCALE : 1;
                again |= ab[2 * i] != 1;
            }
            if (!again) return sums;
            sums = take(kind, 1, ab, eps, 0);
            for (int i = 0; i < all; i++) {
                sums[i] /= Math.pow(ab[2 * i], degree);
            }
            return sums;
        }

        /** The sums of x², t² and x t of each row; those of rows whose squares leave float's range once more. */
        double[] products() {
            double[] sums = take(RowSums.PRODUCTS, 3, null, 0, 0);
            float[] ab = new float[2 * all];
            boolean again = false;
            for (int i = 0; i < all; i++) {
                ab[2 * i] = sums[3 * i] == Double.POSITIVE_INFINITY ? 1 / RESCALE : 1;
                ab[2 * i + 1] = sums[3 * i + 1] == Double.POSITIVE_INFINITY ? 1 / RESCALE : 1;
                again |= ab[2 * i] != 1 || ab[2 * i + 1] != 1;
            }
            if (!again) return sums;
            sums = take(RowSums.PRODUCTS, 3, ab, 0, 0);
            for (int i = 0; i < all; i++) {
                double a = ab[2 * i];
                double b = ab[2 * i + 1];
                sums[3 * i] /= a * a;
                sums[3 * i + 1] /= b * b;
                sums[3 * i + 2] /= a * b;
            }
            return sums;
        }
    }

    /** The norm of the difference, or its square. */
    private static final class Squares extends RowDistances {

        private final boolean root;

        Squares(float eps, boolean root) {
            super(eps, 2);
            this.root = root;
        }

        @Override
        void measure(Sums sums) {
            found = sums.inRange(RowSums.SQUARES, 2, eps());
            for (int i = 0; root && i < sums.all; i++) {
                found[i] = Math.sqrt(found[i]);
            }
        }

        @Override
        int gradientKind() {
            return RowSums.SQUARES;
        }

        @Override
        void gradientFactors(int i, double factor, float[] into, int to) {
            double f = root ? perDistance(i, factor) : 2 * factor;
            into[to] = Math.abs(f) > Float.MAX_VALUE ? RESCALE : Math.abs(f) < Float.MIN_NORMAL ? 1 / RESCALE : 1;
            into[to + 1] = (float) (f / into[to]);
        }
    }

    /** The sum of absolute differences. */
    private static final class Absolutes extends RowDistances {

        Absolutes(float eps) {
            super(eps, 1);
        }

        @Override
        void measure(Sums sums) {
            found = sums.inRange(RowSums.ABSOLUTES, 1, eps());
        }

        @Override
        int gradientKind() {
            return RowSums.ABSOLUTES;
        }

        @Override
        void gradientFactors(int i, double factor, float[] into, int to) {
            into[to + 1] = (float) factor;
        }
    }

    /** The p-norm of the difference; powers are taken of what is divided by the largest. */
    private static final class Powers extends RowDistances {

        private float[] largest;

        Powers(float eps, float power) {
            super(eps, power);
        }

        @Override
        void measure(Sums sums) {
            double[] most = sums.take(RowSums.LARGEST, 1, null, eps(), 0);
            largest = new float[2 * sums.all];
            for (int i = 0; i < sums.all; i++) {
                // Of nothing but zeros any power is 0, and NaNs stay NaN.
                largest[2 * i] = most[i] == 0 || most[i] == Double.POSITIVE_INFINITY ? 1 : (float) most[i];
            }
            double[] powers = sums.take(RowSums.POWERS, 1, largest, eps(), power());
            for (int i = 0; i < sums.all; i++) {
                found[i] = most[i] == Double.POSITIVE_INFINITY ? most[i]
                        : largest[2 * i] * Math.pow(powers[i], 1 / (double) power());
            }
        }

        @Override
        int gradientKind() {
            return RowSums.POWERS;
        }

        @Override
        void gradientFactors(int i, double factor, float[] into, int to) {
            into[to] = largest[2 * i];
            into[to + 1] = (float) (factor * Math.pow(perDistance(i, largest[2 * i]), (double) power() - 1));
        }
    }

    /** One minus the regularised cosine. */
    private static final class Cosines extends RowDistances {

        /** torch's constant, a float. */
        private static final double EPS = 1e-12f;

        private double[] inverses;

        Cosines() {
            super(0, 0);
        }

        @Override
        void measure(Sums sums) {
            double[] products = sums.products();
            inverses = new double[2 * sums.all];
            float[] ab = new float[2 * sums.all];
            boolean near = false;
            for (int i = 0; i < sums.all; i++) {
                inverses[2 * i] = 1 / Math.sqrt(products[3 * i] + EPS);
                inverses[2 * i + 1] = 1 / Math.sqrt(products[3 * i + 1] + EPS);
                double cosine = products[3 * i + 2] * (inverses[2 * i] * inverses[2 * i + 1]);
                found[i] = 1 - cosine;
                if (cosine > 0.5) {
                    near = true;
                    ab[2 * i] = (float) inverses[2 * i];
                    ab[2 * i + 1] = (float) inverses[2 * i + 1];
                }
            }
            if (near) {
                // 1 - c = (1 - |v|²)/2 + (1 - |w|²)/2 + |v - w|²/2 with v = x1 / sqrt(A), w = x2 / sqrt(B).
                double[] squares = sums.take(RowSums.COMBINATIONS, 1, ab, 0, 0);
                for (int i = 0; i < sums.all; i++) {
                    if (ab[2 * i] != 0) {
                        found[i] = (EPS / (products[3 * i] + EPS) + EPS / (products[3 * i + 1] + EPS) + squares[i]) / 2;
                    }
                }
            }
        }

        @Override
        int gradientKind() {
            return RowSums.COMBINATIONS;
        }

        @Override
        void gradientFactors(int i, double factor, float[] into, int to) {
            double v = inverses[2 * i];
            double w = inverses[2 * i + 1];
            double cosine = 1 - found[i];
            into[to] = (float) (cosine * v);
            into[to + 1] = (float) w;
            into[to + 2] = (float) (factor * v);
            into[to + 3] = (float) -v;
            into[to + 4] = (float) (-cosine * w);
            into[to + 5] = (float) (factor * w);
        }
    }
}
