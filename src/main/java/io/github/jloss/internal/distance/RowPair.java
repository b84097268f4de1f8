// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.Distance;
import io.github.jloss.internal.kernel.FoldFormula;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.MutableFormula;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.PointwiseMap;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.util.Arrays;

/**
 * Two rows whose distance is taken, with the passes over them that distances are made of, and what a distance keeps
 * from its value for its gradients.
 */
public final class RowPair {

    /** What differences are multiplied by where their squares, or the factor on them, leave float's range. */
    static final float RESCALE = 0x1p100f;

    /** For calls from outside the engine. */
    static final Pool<RowPair> PAIRS = new Pool<>(RowPair::new);

    private static final float[] NOTHING = new float[0];

    /** Their distance. */
    double distance;

    /** Numbers of the distance's own. */
    double first;

    /** Numbers of the distance's own. */
    double second;

    /** What {@link #products} found. */
    double sumOfX;

    /** What {@link #products} found. */
    double sumOfT;

    /** What {@link #products} found. */
    double sumOfProducts;

    private final Span s = new Span();
    private Kernels kernels = Kernels.BEST;
    private float[] x = NOTHING;
    private int xFrom;
    private float[] t = NOTHING;
    private int tFrom;
    private int n;
    private float part = 1;
    private float[] scratch = NOTHING;
    private float[] halfOfX = NOTHING;
    private float[] halfOfT = NOTHING;

    private final Squared squared = new Squared();
    private final Absolute absolute = new Absolute();
    private final Power power = new Power();
    private final Products products = new Products();
    private final Combination combination = new Combination();

    void use(Kernels newKernels, float[] x1, int from1, float[] x2, int from2, int length) {
        kernels = newKernels;
        x = x1;
        xFrom = from1;
        t = x2;
        tFrom = from2;
        n = length;
        part = 1;
    }

    /** What the rows have been multiplied by. */
    float part() {
        return part;
    }

    /** Goes on with halves of both rows, whose differences float can hold if the rows are finite. */
    private void halve() {
        halfOfX = halves(halfOfX, x, xFrom);
        halfOfT = halves(halfOfT, t, tFrom);
        x = halfOfX;
        xFrom = 0;
        t = halfOfT;
        tFrom = 0;
        part = 0.5f;
    }

    private float[] halves(float[] array, float[] of, int from) {
        float[] halves = array.length < n ? new float[n] : array;
        for (int i = 0; i < n; i++) {
            halves[i] = of[from + i] * 0.5f;
        }
        return halves;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        x = NOTHING;
        t = NOTHING;
        s.forget();
    }

    /** Takes the distance and remembers it. */
    double measure(Distance d) {
        distance = d instanceof RowDistance own ? own.between(this) : d.between(x, xFrom, t, tFrom, n);
        return distance;
    }

    /** The factor by which differences become a norm's gradient: 0 where that is 0, NaN where it is infinite. */
    double perDistance(double factor) {
        return distance == 0 ? 0 : distance == Double.POSITIVE_INFINITY ? Double.NaN : factor / distance;
    }

    /** The gradients of a distance that is not the library's own. */
    void gradients(Distance d, float[] gradient1, float[] gradient2) {
        d.gradient(x, xFrom, t, tFrom, n, distance, gradient1, gradient2);
    }

    /** The sum of squared differences, in float's range or rescaled to it. */
    double squares(float eps) {
        double squares = squares(eps, 1);
        if (squares == Double.POSITIVE_INFINITY) {
            squares = squares(eps, 1 / RESCALE);
            if (squares == Double.POSITIVE_INFINITY) {
                halve();
                squares = squares(eps, 1 / RESCALE) / part / part;
            }
            return squares * RESCALE * RESCALE;
        }
        if (squares < 0x1p-100 * n) {
            return squares(eps, RESCALE) / RESCALE / RESCALE;
        }
        return squares;
    }

    private double squares(float eps, float factor) {
        squared.eps = eps * part;
        squared.factor = factor;
        return run(squared, Mode.SUM).sum();
    }

    /** Writes the differences times a factor, which may be beyond float's range where they are tiny or huge. */
    void differences(float eps, double factor, float[] out, int from) {
        squared.eps = eps * part;
        squared.factor = Math.abs(factor) > Float.MAX_VALUE ? RESCALE
                : Math.abs(factor) < Float.MIN_NORMAL ? 1 / RESCALE : 1;
        write(squared, factor / ((double) squared.factor * part), out, from);
    }

    /** The sum of absolute differences. */
    double absolutes(float eps) {
        absolute.eps = eps;
        double sum = run(absolute, Mode.SUM).sum();
        if (sum == Double.POSITIVE_INFINITY) {
            halve();
            absolute.eps = eps * part;
            sum = run(absolute, Mode.SUM).sum() / part;
        }
        return sum;
    }

    /** The largest absolute difference of what there is of the rows, all or {@link #part}; NaNs are passed over. */
    float largest(float eps) {
        float largest = largestOfPart(eps);
        if (largest == Float.POSITIVE_INFINITY) {
            halve();
            largest = largestOfPart(eps);
        }
        return largest;
    }

    private float largestOfPart(float eps) {
        if (scratch.length < n) {
            scratch = new float[n];
        }
        absolute.eps = eps * part;
        s.out.use(scratch, 0);
        run(absolute, Mode.VALUES);
        return Math.max(kernels.reductions().max(scratch, 0, n), 0);
    }

    /** Writes the signs of the differences, times a factor. */
    void signs(float eps, double factor, float[] out, int from) {
        absolute.eps = eps * part;
        write(absolute, factor, out, from);
    }

    /** The sum of powers of the absolute differences divided by the largest. */
    double powers(float eps, float largest, float p) {
        power.eps = eps * part;
        power.largest = largest;
        power.p = p;
        return run(power, Mode.SUM).sum();
    }

    /** Writes the signed powers with p - 1 instead of p, times a factor; after {@link #powers}. */
    void powerSlopes(float eps, float largest, float p, double factor, float[] out, int from) {
        power.eps = eps * part;
        power.largest = largest;
        power.p = p;
        write(power, factor, out, from);
    }

    /** Takes the sums of x², t² and xt, with factors on x and t. */
    void products(float factorX, float factorT) {
        products.factorX = factorX;
        products.factorT = factorT;
        Span s = run(products, Mode.SUM);
        sumOfX = s.sum(0);
        sumOfT = s.sum(1);
        sumOfProducts = s.sum(2);
    }

    /** The sum of {@code (a x - b t)²}. */
    double squaredCombination(double a, double b) {
        combination.a = (float) a;
        combination.b = (float) b;
        return run(combination, Mode.SUM).sum();
    }

    /** Writes {@code (a x - b t)} times a factor. */
    void combination(double a, double b, double factor, float[] out, int from) {
        combination.a = (float) a;
        combination.b = (float) b;
        write(combination, factor, out, from);
    }

    /** Adds {@code factor * source} to what {@code out} holds, or writes it there. */
    void deliver(float[] source, int sourceFrom, double factor, boolean add, float[] out, int from) {
        s.out.use(source, sourceFrom);
        s.destination.use(out, from);
        kernels.of(squared, Mode.GRADIENTS).combine(s, (float) factor, false, add, n);
    }

    private void write(PointwiseFormula formula, double factor, float[] out, int from) {
        if (factor == 0) {
            // A 0 with the factor's sign, as the opposite of what the other side gets.
            Arrays.fill(out, from, from + n, (float) factor);
            return;
        }
        s.out.use(out, from);
        s.scale = (float) factor;
        run(formula, Mode.GRADIENTS);
    }

    private Span run(PointwiseFormula formula, Mode mode) {
        s.x.use(x, xFrom);
        s.t.use(t, tFrom);
        s.a.use(x, xFrom);
        s.b.use(x, xFrom);
        if (mode != Mode.GRADIENTS) {
            s.clearSums();
        }
        kernels.of(formula, mode).run(formula, s, n);
        return s;
    }

    private static final class Squared implements PointwiseFormula, MutableFormula {

        private float eps;
        private float factor;

        @Override
        public float value(float x, float t) {
            float e = gradient(x, t);
            return e * e;
        }

        /** Half of it. */
        @Override
        public float gradient(float x, float t) {
            return factor * (x - t + eps);
        }
    }

    private static final class Absolute implements PointwiseFormula, MutableFormula {

        private float eps;

        @Override
        public float value(float x, float t) {
            return Math.abs(x - t + eps);
        }

        @Override
        public float gradient(float x, float t) {
            return Scalar.sign(x - t + eps);
        }
    }

    private static final class Power implements PointwiseFormula, MutableFormula {

        private float eps;
        private float largest;
        private float p;

        @Override
        public float value(float x, float t) {
            return Scalar.pow(Math.abs(x - t + eps) / largest, p);
        }

        @Override
        public float gradient(float x, float t) {
            float z = x - t + eps;
            return Scalar.sign(z) * Scalar.pow(Math.abs(z) / largest, p - 1);
        }
    }

    private static final class Products implements FoldFormula, PointwiseMap, MutableFormula {

        private float factorX;
        private float factorT;

        @Override
        public float value(float x, float t) {
            return factorX * x * (factorX * x);
        }

        @Override
        public float second(float x, float t, float a, float b) {
            return factorT * t * (factorT * t);
        }

        @Override
        public float third(float x, float t, float a, float b) {
            return factorX * x * (factorT * t);
        }
    }

    private static final class Combination implements PointwiseFormula, MutableFormula {

        private float a;
        private float b;

        @Override
        public float value(float x, float t) {
            float c = gradient(x, t);
            return c * c;
        }

        @Override
        public float gradient(float x, float t) {
            // Not fused, so that exchanging x and t changes nothing but the sign.
            return a * x - b * t;
        }
    }
}
