// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.DiceLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.OverlapLoss;
import io.github.jloss.RegionLoss;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import io.github.jloss.TverskyLoss;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Overlap losses of random shapes, targets and options against their definitions in double, and central differences of
 * these; pieces of a batch against the whole; and the same bits from every engine.
 */
class OverlapProperties {

    enum Mode { BINARY, MULTICLASS, MULTILABEL }

    /** What is left of a loss when its mathematics is written down plainly. */
    static final class Problem {
        final Mode mode;
        final int images;
        final int classes;
        final int pixels;
        final float[] x;
        final float[] t;
        final int[] labels;
        final boolean jaccard;
        final boolean fromLogits;
        final double smooth;
        final Integer ignored;
        boolean perClass;
        boolean perImage;
        JaccardLoss.Empty empty;
        double alpha = 0.5;
        double beta = 0.5;
        double gamma = 1;
        boolean gammaPerClass;
        double eps;
        boolean logLoss;
        /** How near the nearest corner of the loss is: in an activation, a denominator or a score. */
        double corner = Double.POSITIVE_INFINITY;
        /** The smallest number that was raised to a power of its own. */
        double leastRaised = Double.POSITIVE_INFINITY;
        int[] selected;
        double[] classWeights;
        /** The weights of elements, 1 where there are none; what they mask is poisoned. */
        final double[] w;
        Tensor weights;
        final Loss loss;

        Problem(long seed) {
            this(seed, 8);
        }

        /** Images of up to so many pixels. */
        Problem(long seed, int mostPixels) {
            SplittableRandom random = new SplittableRandom(seed);
            mode = Mode.values()[random.nextInt(3)];
            images = random.nextInt(1, 4);
            classes = random.nextInt(1, 5);
            pixels = random.nextInt(1, mostPixels + 1);
            jaccard = random.nextBoolean();
            fromLogits = random.nextInt(4) > 0;
            smooth = new double[] {1e-7, 0.1, 1}[random.nextInt(3)];
            boolean asLabels = mode == Mode.MULTICLASS && random.nextInt(3) > 0;
            boolean soft = random.nextBoolean();
            ignored = random.nextBoolean() && (mode != Mode.MULTICLASS || asLabels)
                    ? Integer.valueOf(random.nextBoolean() ? 1 : -100) : null;
            int n = images * classes * pixels;
            x = new float[n];
            t = new float[n];
            labels = asLabels ? new int[images * pixels] : null;
            double empty = random.nextInt(4) == 0 ? 0 : 0.5;
            for (int i = 0; i < n; i++) {
                x[i] = (float) (fromLogits ? random.nextGaussian() * 3 : 0.01 + 0.98 * random.nextDouble());
                t[i] = soft && empty > 0 ? (float) random.nextDouble() : random.nextDouble() < empty ? 1 : 0;
                if (ignored != null && random.nextInt(5) == 0) t[i] = ignored;
            }
            for (int i = 0; asLabels && i < labels.length; i++) {
                labels[i] = random.nextInt(ignored != null && random.nextInt(5) == 0 ? 1 : classes);
                if (ignored != null && random.nextInt(5) == 0) labels[i] = ignored;
                for (int c = 0; c < classes; c++) t[index(i / pixels, c, i % pixels)] = labels[i] == c ? 1 : 0;
            }
            loss = jaccard ? jaccard(random) : region(random);
            w = new double[n];
            Arrays.fill(w, 1);
            if (random.nextBoolean()) weigh(random);
        }

        /** Weights of pixels, elements, a mask for all images, or classes. */
        private void weigh(SplittableRandom random) {
            long[] shape = switch (random.nextInt(4)) {
                case 0 -> new long[] {images, 1, pixels};
                case 1 -> new long[] {images, classes, pixels};
                case 2 -> labels != null ? new long[] {images, pixels} : new long[] {1, 1, pixels};
                default -> labels != null ? new long[] {pixels} : new long[] {classes, 1};
            };
            weights = Tensor.of(new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)], shape);
            for (long i = 0; i < weights.size(); i++) {
                weights.set(i, random.nextInt(3) == 0 ? 0 : (float) (0.1 + 3 * random.nextDouble()));
            }
            boolean ofPixels = labels != null && shape.length < 3;
            for (int image = 0; image < images; image++) {
                for (int pixel = 0; pixel < pixels; pixel++) {
                    boolean masked = true;
                    for (int c = 0; c < classes; c++) {
                        long[] at = {image, ofPixels ? image : c, pixel};
                        long flat = 0;
                        for (int axis = 0; axis < shape.length; axis++) {
                            flat = flat * shape[axis] + (shape[axis] == 1 ? 0 : at[3 - shape.length + axis]);
                        }
                        int i = index(image, c, pixel);
                        w[i] = weights.get(flat);
                        masked &= w[i] == 0;
                        if (w[i] == 0) t[i] = Float.NaN;
                    }
                    for (int c = 0; c < classes && masked; c++) {
                        x[index(image, c, pixel)] = random.nextBoolean() ? Float.NaN : Float.POSITIVE_INFINITY;
                    }
                    if (masked && labels != null) labels[image * pixels + pixel] = random.nextInt();
                    // A sigmoid's elements are masked one by one.
                    for (int c = 0; c < classes && mode != Mode.MULTICLASS; c++) {
                        int i = index(image, c, pixel);
                        if (w[i] == 0) x[i] = Float.NaN;
                    }
                }
            }
        }

        private int index(int image, int c, int pixel) {
            return (image * classes + c) * pixels + pixel;
        }

        private <L extends OverlapLoss<L>> L common(L plain) {
            L common = plain.withFromLogits(fromLogits).withSmooth(smooth);
            return ignored == null ? common : common.withIgnoreIndex(ignored);
        }

        private Loss jaccard(SplittableRandom random) {
            perClass = mode != Mode.BINARY && random.nextBoolean();
            perImage = random.nextBoolean();
            empty = JaccardLoss.Empty.values()[random.nextInt(3)];
            return common(switch (mode) {
                case BINARY -> JaccardLoss.binary();
                case MULTICLASS -> JaccardLoss.multiclass();
                case MULTILABEL -> JaccardLoss.multilabel();
            }).withPerClass(perClass).withPerImage(perImage).withEmpty(empty);
        }

        private Loss region(SplittableRandom random) {
            perClass = mode != Mode.BINARY;
            eps = random.nextBoolean() ? 1e-7 : 0.3;
            logLoss = random.nextBoolean();
            perImage = random.nextInt(3) == 0;
            if (perClass && random.nextBoolean()) {
                selected = new int[] {classes - 1, random.nextInt(classes), random.nextInt(classes)};
            }
            if (perClass && random.nextBoolean()) {
                classWeights = random.doubles(classes).map(w -> w < 0.2 ? 0 : w).toArray();
            }
            return switch (random.nextInt(3)) {
                case 0 -> options(mode == Mode.BINARY ? DiceLoss.binary() : mode == Mode.MULTICLASS
                        ? DiceLoss.multiclass() : DiceLoss.multilabel());
                case 1 -> {
                    alpha = 1;
                    beta = 1;
                    yield options(mode == Mode.BINARY ? SoftJaccardLoss.binary() : mode == Mode.MULTICLASS
                            ? SoftJaccardLoss.multiclass() : SoftJaccardLoss.multilabel());
                }
                default -> {
                    alpha = random.nextInt(3) * 0.35;
                    beta = random.nextInt(3) * 0.65;
                    gamma = 0.5 * random.nextInt(1, 4);
                    gammaPerClass = random.nextBoolean();
                    yield options(mode == Mode.BINARY ? TverskyLoss.binary() : mode == Mode.MULTICLASS
                            ? TverskyLoss.multiclass() : TverskyLoss.multilabel())
                            .withAlpha(alpha).withBeta(beta).withGamma(gamma).withGammaPerClass(gammaPerClass);
                }
            };
        }

        private <L extends RegionLoss<L>> L options(L plain) {
            L loss = common(plain).withEps(eps).withLogLoss(logLoss).withPerImage(perImage);
            if (selected != null) loss = loss.withClasses(selected);
            return classWeights == null ? loss : loss.withClassWeights(classWeights);
        }

        Tensor input() {
            return Tensor.of(x, images, classes, pixels);
        }

        Target target(int from, int to) {
            if (labels == null) return Tensor.of(t, images, classes, pixels).slice(from, to);
            return Labels.of(Arrays.copyOfRange(labels, from * pixels, to * pixels), new long[] {to - from, pixels});
        }

        Target target() {
            return target(0, images);
        }

        /** The weights of some images. */
        Tensor weights(int from, int to) {
            boolean ofImages = weights != null && weights.dim(0) == images
                    && weights.rank() == (labels != null && weights.rank() < 3 ? 2 : 3);
            return ofImages ? weights.slice(from, to) : weights;
        }

        /** All of it, with a gradient or without. */
        Batch batch(Tensor... gradient) {
            return new Batch(List.of(input()), target(), List.of(gradient), weights);
        }

        Batch batch(int from, int to, Tensor... gradient) {
            return new Batch(List.of(input().slice(from, to)), target(from, to), List.of(gradient), weights(from, to));
        }

        private boolean ignores(int image, int c, int pixel) {
            float found = labels == null ? t[index(image, c, pixel)] : labels[image * pixels + pixel];
            return ignored != null && found == ignored;
        }

        /** The value as LOSSES define it. */
        double value(double[] at) {
            double[] o = activation(at);
            int imageGroups = perImage ? images : 1;
            int classGroups = perClass ? classes : 1;
            double total = 0;
            double count = 0;
            for (int ig = 0; ig < imageGroups; ig++) {
                double[] losses = new double[classGroups];
                boolean[] counts = new boolean[classGroups];
                for (int cg = 0; cg < classGroups; cg++) {
                    double product = 0;
                    double difference = 0;
                    double sumO = 0;
                    double sumT = 0;
                    for (int image = perImage ? ig : 0; image < (perImage ? ig + 1 : images); image++) {
                        for (int c = perClass ? cg : 0; c < (perClass ? cg + 1 : classes); c++) {
                            for (int p = 0; p < pixels; p++) {
                                int i = index(image, c, p);
                                if (w[i] == 0 || ignores(image, c, p)) continue;
                                if (!jaccard && o[i] != t[i] && t[i] != 0 && t[i] != 1) {
                                    corner = Math.min(corner, Math.abs(o[i] - t[i]));
                                }
                                product += w[i] * o[i] * t[i];
                                difference += w[i] * Math.abs(o[i] - t[i]);
                                sumO += w[i] * o[i];
                                sumT += w[i] * t[i];
                            }
                        }
                    }
                    counts[cg] = !jaccard || empty != JaccardLoss.Empty.SKIP || sumT > 0;
                    losses[cg] = jaccard ? jaccard(product, sumO, sumT)
                            : sumT > 0 ? tversky((sumO + sumT - difference) / 2, sumO, sumT) : 0;
                }
                int[] which = selected == null ? IntStream.range(0, classGroups).toArray() : selected;
                for (int c : which) {
                    if (!counts[c]) continue;
                    double weight = classWeights == null ? 1 : classWeights[c];
                    total += weight * losses[c];
                    count += weight;
                }
            }
            return count == 0 ? 0 : gammaPerClass ? total / count : Math.pow(total / count, gamma);
        }

        private double jaccard(double i, double o, double t) {
            double extra = empty == JaccardLoss.Empty.SMOOTHED ? smooth : 0;
            return 1 - (i + extra) / (o + t - i + smooth);
        }

        private double tversky(double tp, double o, double t) {
            double denominator = tp + alpha * (o - tp) + beta * (t - tp) + smooth;
            double score = (tp + smooth) / Math.max(denominator, eps);
            corner = Math.min(corner, Math.abs(denominator - eps));
            if (logLoss) corner = Math.min(corner, Math.abs(score - eps));
            // A score of 1 within rounding is 1: a power below 1 makes much of the difference.
            if (Math.abs(1 - score) < 1e-14) score = 1;
            double loss = logLoss ? -Math.log(Math.max(score, eps)) : 1 - score;
            if (gammaPerClass && loss > 0) leastRaised = Math.min(leastRaised, loss);
            return gammaPerClass ? Math.pow(loss, gamma) : loss;
        }

        double[] activation(double[] at) {
            double[] o = at.clone();
            if (!fromLogits) return o;
            for (int i = 0; i < o.length; i++) o[i] = 1 / (1 + Math.exp(-at[i]));
            if (mode != Mode.MULTICLASS) return o;
            for (int image = 0; image < images; image++) {
                for (int p = 0; p < pixels; p++) {
                    double sum = 0;
                    for (int c = 0; c < classes; c++) sum += Math.exp(at[index(image, c, p)]);
                    for (int c = 0; c < classes; c++) {
                        o[index(image, c, p)] = Math.exp(at[index(image, c, p)]) / sum;
                    }
                }
            }
            return o;
        }

        double[] numericalGradient() {
            double[] at = new double[x.length];
            for (int i = 0; i < at.length; i++) at[i] = x[i];
            double[] gradient = new double[at.length];
            double h = 1e-5;
            for (int i = 0; i < at.length; i++) {
                at[i] = x[i] + h;
                double above = value(at);
                at[i] = x[i] - h;
                gradient[i] = (above - value(at)) / (2 * h);
                at[i] = x[i];
            }
            return gradient;
        }

        /** How much more the power's slope changes, in its own size, than what is raised does. */
        double power(double value) {
            double raised = gammaPerClass ? leastRaised : Math.pow(value, 1 / gamma);
            return raised == 0 ? 0 : Math.abs(gamma - 1) / raised;
        }

        double value() {
            double[] at = new double[x.length];
            for (int i = 0; i < at.length; i++) at[i] = x[i];
            return value(at);
        }
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    @Property(tries = 2000)
    void definitionAndCentralDifferences(@ForAll long seed) {
        Problem p = new Problem(seed);
        Tensor gradient = Tensor.of(new float[p.x.length], p.input().shape());
        double value = p.loss.forwardBackward(p.batch(gradient), Backward.OVERWRITE);
        double expected = p.value();
        assertEquals(expected, value, 4e-7 + 2e-6 * Math.abs(expected), p.loss::toString);
        // No difference is taken across a corner.
        Assume.that(p.corner >= 1e-4);
        double[] numerical = p.numericalGradient();
        // The rounding of the sums, and what a power below 1 makes of it near 0.
        double tolerance = (2e-6 + 3e-7 * p.power(value)) * largest(numerical) + 1e-8;
        for (int i = 0; i < numerical.length; i++) {
            int at = i;
            assertEquals(numerical[i], gradient.get(i), tolerance, () -> p.loss + " at " + at);
            if (Float.isNaN(p.x[i])) assertEquals(0, gradient.get(i) + 0f, () -> p.loss + " masked at " + at);
        }
    }

    @Property(tries = 500)
    void piecesAddUp(@ForAll long seed) {
        Problem p = new Problem(seed);
        Tensor x = p.input();
        Tensor whole = Tensor.of(new float[p.x.length], x.shape());
        double value = p.loss.forwardBackward(p.batch(whole), Backward.OVERWRITE);
        assertEquals(value, p.loss.forward(p.batch()));
        assertEquals(value, p.loss.finish(p.loss.totals(p.batch())));
        int cut = (int) Math.floorMod(seed, p.images + 1L);
        Totals merged = p.loss.totals(p.batch(0, cut)).merge(p.loss.totals(p.batch(cut, p.images)));
        double expected = p.value();
        double slack = 1 + 3e-7 * p.power(expected) / 4e-7;
        assertEquals(value, p.loss.finish(merged), 4e-7 * (1 + Math.abs(value)) * slack, p.loss::toString);
        Tensor pieces = Tensor.of(new float[p.x.length], x.shape());
        p.loss.backward(p.batch(0, cut, pieces.slice(0, cut)), merged, Backward.OVERWRITE);
        p.loss.backward(p.batch(cut, p.images, pieces.slice(cut, p.images)), merged, Backward.ADD);
        double size = 0;
        for (int i = 0; i < whole.size(); i++) size = Math.max(size, Math.abs(whole.get(i)));
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i), pieces.get(i), 2e-6 * size * slack, p.loss::toString);
        }
    }

    @Property(tries = 500)
    void delivery(@ForAll long seed) {
        Problem p = new Problem(seed);
        Tensor x = p.input();
        float[] plain = new float[p.x.length];
        double value = p.loss.forwardBackward(p.batch(Tensor.of(plain, x.shape())), Backward.OVERWRITE);
        float[] added = p.x.clone();
        Backward how = Backward.ADD.scale(-3);
        assertEquals(value, p.loss.forwardBackward(p.batch(Tensor.of(added, x.shape())), how));
        for (int i = 0; i < plain.length; i++) {
            boolean finite = Float.isFinite(p.x[i]);
            double tolerance = finite ? 1e-6 * (Math.abs(p.x[i]) + Math.abs(3 * plain[i])) : 0;
            assertEquals(p.x[i] - 3 * plain[i], added[i], tolerance);
        }
        float[] inPlace = p.x.clone();
        Tensor both = Tensor.of(inPlace, x.shape());
        assertEquals(value, p.loss.forwardBackward(new Batch(List.of(both), p.target(), List.of(both), p.weights),
                Backward.OVERWRITE));
        Bits.assertSame(plain, inPlace);
        if (p.labels == null) {
            float[] overTarget = p.t.clone();
            Tensor target = Tensor.of(overTarget, x.shape());
            assertEquals(value, p.loss.forwardBackward(new Batch(List.of(x), target, List.of(target), p.weights),
                    Backward.OVERWRITE));
            Bits.assertSame(plain, overTarget);
        }
    }

    /** Whoever computes it, with as many threads as may be. */
    @Property(tries = 300)
    void sameBits(@ForAll long seed) {
        Problem p = new Problem(seed);
        float[] best = new float[p.x.length];
        double value = p.loss.forwardBackward(p.batch(Tensor.of(best, p.input().shape())), Backward.OVERWRITE);
        for (Backend backend : new Backend[] {Backend.cpu(1).device("scalar"), Backend.cpu(2),
            Backend.cpu(3).device("scalar")}) {
            float[] other = new float[p.x.length];
            double otherValue = p.loss.on(backend).forwardBackward(p.batch(Tensor.of(other, p.input().shape())),
                    Backward.OVERWRITE);
            assertEquals(value, otherValue);
            Bits.assertSame(best, other);
        }
    }

    @Property(tries = 300)
    void values(@ForAll long seed, @ForAll long otherSeed) {
        Loss a = new Problem(seed).loss;
        Loss b = new Problem(seed).loss;
        Loss c = new Problem(otherSeed).loss;
        assertTrue(a != b && a.equals(b) && a.hashCode() == b.hashCode());
        assertEquals(a.toString().equals(c.toString()), a.equals(c));
        assertEquals(a.on(Backend.cpu()), b);
        assertTrue(!a.equals(a.on(Backend.cpu(3))));
    }
}
