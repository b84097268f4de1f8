// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AngularPenaltySMLoss.Type;
import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Labels;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFamily;
import io.github.jloss.spi.MarginFormula;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The margin softmax on the device, as on the CPU. */
class MarginTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    private static final Session SESSION = new Session(Device.byDefault(), false);

    /** Rows, features, classes: one, primes, more than a block of a product, more than a chain of it. */
    private static final int[][] SHAPES = {{1, 1, 1}, {1, 3, 2}, {2, 1, 7}, {7, 5, 1}, {13, 17, 101}, {65, 64, 130},
        {100, 33, 257}, {3, 1030, 5}, {1100, 3, 4}, {2, 4, 5000}};

    private final Random random = new Random(11);

    static Stream<AngularPenaltySMLoss> losses() {
        return Stream.of(Type.values()).flatMap(type -> Stream.of(true, false).map(normalize -> {
            AngularPenaltySMLoss loss = AngularPenaltySMLoss.of(type).withMonotone(type != Type.COSFACE);
            return normalize ? loss : loss.withS(3).withNormalizeWeight(false);
        }));
    }

    /** The device with tiles of a few floats and groups of a few rows. */
    private static Backend tiled(int most, int group) {
        return with(c -> {
            try (Call call = SESSION.call()) {
                return MarginEngine.run(call, c.formula, c.embeddings, c.weight, c.labels, c.weights, c.losses,
                        c.upstream, c.gradEmbeddings, c.gradWeight, c.scale, c.add, most, group);
            }
        });
    }

    /** The device, but for what computes margin losses. */
    private static Backend with(MarginFamily family) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class},
                (proxy, method, a) -> method.getName().equals("family") ? family : method.invoke(DEVICE, a));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpu(AngularPenaltySMLoss loss) {
        for (int[] shape : SHAPES) {
            new Problem(random, shape[0], shape[1], shape[2]).compare(loss, DEVICE);
        }
    }

    /** 5000 classes in tiles of 64 and 128, rows in groups of 7: the last ones are not whole. */
    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuInTiles(AngularPenaltySMLoss loss) {
        new Problem(random, 17, 9, 5000).compare(loss, tiled(2000, 1 << 13));
        new Problem(random, 17, 9, 300).compare(loss, tiled(1000, 7));
        new Problem(random, 5, 3, 11).compare(loss, tiled(20, 2));
    }

    /** Embeddings that are zero, on a class centre, opposite to it, or tiny, or huge; a weight that is zero. */
    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuAtTheEdges(AngularPenaltySMLoss loss) {
        Problem p = new Problem(random, 30, 8, 12);
        for (int i = 0; i < p.n; i++) {
            int own = (int) p.labels.get(i);
            for (int k = 0; k < p.d; k++) {
                int at = i * p.d + k;
                p.x[at] = switch (i % 6) {
                    case 0 -> 0;
                    case 1 -> 2 * p.w[own * p.d + k];
                    case 2 -> -4 * p.w[own * p.d + k];
                    case 3 -> p.x[at] * 1e-10f;
                    case 4 -> p.x[at] * 1e36f;
                    default -> p.x[at];
                };
            }
        }
        Arrays.fill(p.w, 5 * p.d, 6 * p.d, 0);
        p.compare(loss, DEVICE);
        p.compare(loss, tiled(100, 9));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuForWhatIsNoNumber(AngularPenaltySMLoss loss) {
        for (float what : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Problem p = new Problem(random, 9, 6, 70);
            p.x[3 * p.d + 1] = what;
            p.compare(loss, DEVICE);
        }
        Problem p = new Problem(random, 9, 6, 70);
        p.w[3 * p.d + 1] = Float.NaN;
        p.compare(loss, DEVICE);
    }

    @Test
    void staysOnTheDevice() {
        Problem p = new Problem(random, 21, 10, 90);
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.arcface();
        float[] gradX = new float[p.x.length];
        float[] gradW = new float[p.w.length];
        double value = loss.forwardBackward(p.embeddings(), p.weight(), p.labels, Tensor.of(gradX, p.n, p.d),
                Tensor.of(gradW, p.c, p.d));
        try (DeviceTensor x = DEVICE.upload(p.embeddings());
                DeviceTensor w = DEVICE.upload(p.weight());
                DeviceTensor g = DEVICE.allocate(p.c, p.d)) {
            assertEquals(value, loss.on(DEVICE).forwardBackward(x.tensor(), w.tensor(), p.labels, x.tensor(),
                    g.tensor()), 1e-6 * value);
            float[] foundX = new float[p.x.length];
            float[] foundW = new float[p.w.length];
            x.read(Tensor.of(foundX));
            g.read(Tensor.of(foundW));
            Terms terms = p.terms(loss, null);
            near("in place", gradX, foundX, p.d, terms.x);
            near("weight", gradW, foundW, p.d, terms.w);
        }
    }

    /** A cosine is as exact as in double precision: the slope of an angle near 0 needs it. */
    @Test
    void ownCosinesAreExact() {
        int n = 500;
        for (int d : new int[] {1, 3, 64, 513}) {
            float[] x = normal(random, n * d);
            float[] w = normal(random, n * d);
            double[] seen = new double[n];
            MarginFormula formula = new MarginFormula() {
                private int next;

                @Override
                public double scale() {
                    return 1;
                }

                @Override
                public boolean normalizesWeight() {
                    return false;
                }

                @Override
                public double target(double cosine) {
                    seen[next++] = cosine;
                    return cosine;
                }

                @Override
                public double slope(double cosine) {
                    return 1;
                }
            };
            MarginCall call = new MarginCall();
            call.formula = formula;
            call.embeddings = Tensor.of(x, n, d);
            call.weight = Tensor.of(w, n, d);
            call.labels = Labels.of(IntStream.range(0, n).toArray());
            DEVICE.marginSoftmax(call);
            for (int i = 0; i < n; i++) {
                double product = 0;
                double terms = 0;
                double squares = 0;
                for (int k = i * d; k < (i + 1) * d; k++) {
                    product += (double) x[k] * w[k];
                    terms += Math.abs((double) x[k] * w[k]);
                    squares += (double) x[k] * x[k];
                }
                assertEquals(product / Math.sqrt(squares), seen[i], 1e-13 * terms / Math.sqrt(squares));
            }
        }
    }

    @Test
    void anEmptyBatchHasNoGradient() {
        float[] gradW = {1, 2, 3, 4};
        Tensor none = Tensor.of(new float[0], 0, 2);
        assertEquals(0, AngularPenaltySMLoss.arcface().withReduction(Reduction.SUM).on(DEVICE)
                .forwardBackward(none, Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), Labels.of(new int[0]), null,
                        Tensor.of(gradW, 2, 2), Backward.OVERWRITE));
        assertEquals(0, gradW[0] + gradW[1] + gradW[2] + gradW[3]);
    }

    /** Random embeddings, weights and labels. */
    static final class Problem {

        private final Random random;
        final int n;
        final int d;
        final int c;
        final float[] x;
        final float[] w;
        final Labels labels;

        Problem(Random random, int n, int d, int c) {
            this.random = random;
            this.n = n;
            this.d = d;
            this.c = c;
            x = normal(random, n * d);
            w = normal(random, c * d);
            if (random.nextBoolean()) {
                labels = Labels.of(random.ints(n, 0, c).toArray());
            } else {
                labels = Labels.of(random.longs(n, 0, c).toArray());
            }
        }

        Tensor embeddings() {
            return Tensor.of(x, n, d);
        }

        Tensor weight() {
            return Tensor.of(w, c, d);
        }

        /**
         * By the terms of the sums: a cosine's rounding grows with the longest row of the weight, by s in the logit,
         * two for each of the two computations, and as far in each exponential; a few roundings are the sums' own. The
         * terms of a gradient are added in chains of up to about 1,024, whose rounding grows as the root of their
         * number: of 67 embeddings and 20,000 classes the CPU's gradients are up to 27 roundings off, and the device's
         * 10.
         */
        Terms terms(AngularPenaltySMLoss loss, float[] upstream) {
            MarginFormula formula = formula(loss);
            Terms terms = new Terms(new double[n], new double[n], new double[c]);
            double[] inverses = new double[c];
            double longest = 1;
            for (int j = 0; j < c; j++) {
                double norm = Math.sqrt(dot(w, j, w, j));
                inverses[j] = formula.normalizesWeight() ? 1 / Math.max(norm, 1e-12) : 1;
                longest = Math.max(longest, norm * inverses[j]);
            }
            double rounding = (8 + 4 * formula.scale() * longest) * 0x1p-24;
            double roundingX = rounding + Math.sqrt(Math.min(c, 1024)) * 0x1p-24;
            double roundingW = rounding + Math.sqrt(Math.min(n, 1024)) * 0x1p-24;
            for (int i = 0; i < n; i++) {
                double inverse = 1 / Math.max(Math.sqrt(dot(x, i, x, i)), 1e-12);
                int own = (int) labels.get(i);
                double[] z = new double[c];
                double most = -Double.MAX_VALUE;
                for (int j = 0; j < c; j++) {
                    z[j] = formula.scale() * dot(x, i, w, j) * inverse * inverses[j];
                    most = j == own ? most : Math.max(most, z[j]);
                }
                double cosine = dot(x, i, w, own) * inverse * inverses[own];
                double total = 0;
                for (int j = 0; j < c; j++) {
                    total += j == own ? 0 : Math.exp(z[j] - most);
                }
                double others = total == 0 ? 0
                        : 1 / (1 + Math.exp(formula.scale() * formula.target(cosine) - most - Math.log(total)));
                terms.loss[i] = rounding * others;
                double g = formula.scale() * others * (upstream == null ? 1 / divisor(loss) : Math.abs(upstream[i]));
                for (int j = 0; j < c; j++) {
                    double term = g * (j == own ? Math.abs(formula.slope(cosine))
                            : total == 0 ? 0 : Math.exp(z[j] - most) / total);
                    terms.x[i] += roundingX * term * longest * inverse;
                    terms.w[j] += roundingW * term * inverses[j];
                }
            }
            return terms;
        }

        private double divisor(AngularPenaltySMLoss loss) {
            return loss.reduction() == Reduction.MEAN ? n : 1;
        }

        private double dot(float[] a, int i, float[] b, int j) {
            double sum = 0;
            for (int k = 0; k < d; k++) {
                sum += (double) a[i * d + k] * b[j * d + k];
            }
            return sum;
        }

        private MarginFormula formula(AngularPenaltySMLoss loss) {
            MarginFormula[] formula = new MarginFormula[1];
            loss.on(with(call -> {
                formula[0] = call.formula;
                return 0;
            })).losses(embeddings(), weight(), labels, Tensor.of(new float[n]));
            return formula[0];
        }

        void compare(AngularPenaltySMLoss loss, Backend device) {
            String what = loss + " of " + n + " x " + d + ", " + c + " classes";
            Terms terms = terms(loss, null);
            float[] expected = new float[n];
            float[] found = normal(random, n);
            loss.losses(embeddings(), weight(), labels, Tensor.of(expected));
            loss.on(device).losses(embeddings(), weight(), labels, Tensor.of(found));
            for (int i = 0; i < n; i++) {
                if (Float.compare(expected[i], found[i]) != 0) {
                    assertEquals(expected[i], found[i], 1e-6 * expected[i] + terms.loss[i], what + ", loss " + i);
                }
            }
            float[] upstream = normal(random, n);
            upstream[n / 2] = 0;
            for (int way = 0; way < 4; way++) {
                float[] gradX = normal(random, n * d);
                float[] gradW = normal(random, c * d);
                float[] foundX = gradX.clone();
                float[] foundW = gradW.clone();
                if (way == 3) {
                    loss.backward(embeddings(), weight(), labels, Tensor.of(upstream), Tensor.of(gradX, n, d),
                            Tensor.of(gradW, c, d), Backward.OVERWRITE);
                    loss.on(device).backward(embeddings(), weight(), labels, Tensor.of(upstream),
                            Tensor.of(foundX, n, d), Tensor.of(foundW, c, d), Backward.OVERWRITE);
                } else {
                    Backward how = way == 1 ? Backward.ADD.scale(0.7) : Backward.OVERWRITE;
                    double value = loss.forwardBackward(embeddings(), weight(), labels,
                            way == 2 ? null : Tensor.of(gradX, n, d), way == 1 ? null : Tensor.of(gradW, c, d), how);
                    double other = loss.on(device).forwardBackward(embeddings(), weight(), labels,
                            way == 2 ? null : Tensor.of(foundX, n, d), way == 1 ? null : Tensor.of(foundW, c, d), how);
                    if (Double.compare(value, other) != 0) {
                        assertEquals(value, other,
                                1e-6 * value + Arrays.stream(terms.loss).sum() / divisor(loss), what);
                    }
                }
                Terms these = way == 3 ? terms(loss, upstream) : terms;
                near(what + ", way " + way + ", embeddings", gradX, foundX, d, these.x);
                near(what + ", way " + way + ", weight", gradW, foundW, d, these.w);
            }
        }
    }

    private static float[] normal(Random random, int n) {
        float[] floats = new float[n];
        for (int i = 0; i < n; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    /** Within the rounding of the row's terms, and of what gradients are added to. */
    private static void near(String what, float[] expected, float[] found, int d, double[] terms) {
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != found[i] && Float.compare(expected[i], found[i]) != 0) {
                // Products of subnormal numbers lose digits.
                double most = terms[i / d] + Math.ulp(expected[i]) + Float.MIN_NORMAL;
                assertEquals(expected[i], found[i], Double.isFinite(most) ? most : Float.MIN_VALUE,
                        what + " at " + i / d + ", " + i % d);
            }
        }
    }

    /**
     * How much two computations in float may differ: in each row's loss, in the gradients of each embedding and of each
     * class.
     */
    private record Terms(double[] loss, double[] x, double[] w) {}
}
