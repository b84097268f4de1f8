// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the focal loss has besides its formula: labels, ignored elements, a norm, several classes. */
class FocalLossTest {

    private static final Backward PART = Backward.ADD.scale(-0.3).divisor(7);

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** F and ce of an element, from the definition. */
    private static double[] terms(double x, double t, double gamma) {
        double ce = t * softplus(-x) + (1 - t) * softplus(x);
        return new double[] {Math.pow(-Math.expm1(-ce), gamma), ce};
    }

    private static double normalized(double[] x, float[] t, double gamma, double ignored) {
        double losses = 0;
        double norm = 0;
        int n = 0;
        for (int i = 0; i < x.length; i++) {
            if (t[i] == ignored) continue;
            double[] f = terms(x[i], t[i], gamma);
            losses += f[0] * f[1];
            norm += f[0];
            n++;
        }
        return losses / Math.max(norm, 1e-6) / n;
    }

    /** Gradients flow through the norm: central differences of the whole quotient. */
    @Test
    void normalizedGradient() {
        int n = 60;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        for (double gamma : new double[] {0, 0.5, 2}) {
            FocalLoss loss = FocalLoss.binary().withGamma(gamma).withIgnoreIndex(1).withNormalized();
            Tensor g = Tensor.of(new float[n]);
            double[] at = new double[n];
            for (int i = 0; i < n; i++) at[i] = x[i];
            double value = normalized(at, t, gamma, 1);
            assertEquals(value, loss.forwardBackward(Tensor.of(x), Tensor.of(t), g), 2e-6 * value);
            for (int i = 0; i < n; i++) {
                double h = 1e-5;
                at[i] = x[i] + h;
                double right = normalized(at, t, gamma, 1);
                at[i] = x[i] - h;
                double left = normalized(at, t, gamma, 1);
                at[i] = x[i];
                assertEquals((right - left) / (2 * h), g.get(i), 1e-7, "gamma " + gamma + ", element " + i);
            }
        }
    }

    /** A norm held at its least value passes nothing on. */
    @Test
    void leastNorm() {
        Tensor x = Tensor.of(new float[] {30, 25});
        Tensor t = Tensor.of(new float[] {1, 1});
        Tensor plain = Tensor.of(new float[2]);
        Tensor g = Tensor.of(new float[2]);
        double sum = FocalLoss.binary().withGamma(1).forwardBackward(x, t, plain);
        assertEquals(sum * 1e6, FocalLoss.binary().withGamma(1).withNormalized().forwardBackward(x, t, g),
                1e-6 * sum * 1e6);
        for (int i = 0; i < 2; i++) assertEquals(plain.get(i) * 1e6, g.get(i), 1e-6 * Math.abs(g.get(i)));
    }

    /** Each class is a binary loss of its own, over what is not ignored. */
    @Test
    void classesAreBinaryLosses() {
        long[][] shapes = {{6, 5}, {3, 4, 7}, {2, 3, 5, 4}, {1, 1, 40}, {0, 3, 2}, {40, 3, 1}};
        for (long[] shape : shapes) {
            int n = (int) Shapes.size(shape);
            int classes = (int) shape[1];
            int pixels = n == 0 ? 2 : n / (int) shape[0] / classes;
            float[] x = Numbers.wild(n, 1);
            long[] labelShape = new long[shape.length - 1];
            labelShape[0] = shape[0];
            System.arraycopy(shape, 2, labelShape, 1, shape.length - 2);
            int[] labels = new int[(int) Shapes.size(labelShape)];
            for (int i = 0; i < labels.length; i++) labels[i] = i % 4 == 3 ? -1 : (i * 7 + i / 5) % classes;
            float[] t = new float[n];
            for (int i = 0; i < n; i++) {
                int label = labels[i / (classes * pixels) * pixels + i % pixels];
                t[i] = label == -1 ? -1 : label == i / pixels % classes ? 1 : 0;
            }
            for (Reduction reduction : Reduction.values()) {
                FocalLoss binary = FocalLoss.binary().withGamma(1.5).withAlpha(0.3).withReducedThreshold(0.6)
                        .withIgnoreIndex(-1)
                        .withReduction(reduction);
                FocalLoss multiclass = FocalLoss.multiclass().withGamma(1.5).withAlpha(0.3).withReducedThreshold(0.6)
                        .withIgnoreIndex(-1).withReduction(reduction);
                Labels target = Labels.of(labels, labelShape);
                Outcome expected = outcome(binary, Tensor.of(x, shape), Tensor.of(t, shape));
                outcome(multiclass, Tensor.of(x, shape), target).requireSame(expected, Shapes.text(shape));
                outcome(multiclass.on(Backend.cpu().device("scalar")), Tensor.of(x, shape), target)
                        .requireSame(expected, Shapes.text(shape));
            }
        }
    }

    private static Outcome outcome(FocalLoss loss, Tensor x, Target t) {
        int n = (int) x.size();
        float[] gradient = new float[n];
        float[] added = Numbers.inputs(n, 5);
        float[] inPlace = Memory.floats(x);
        float[] losses = new float[n];
        float[] passed = Numbers.inputs(n, 5);
        double forward = 0;
        double value = 0;
        double part = 0;
        if (loss.reduction() == Reduction.NONE) {
            loss.forward(x, t, Tensor.of(losses, x.shape()));
            loss.backward(x, t, Tensor.of(Numbers.inputs(n, 6), x.shape()), Tensor.of(passed, x.shape()), PART);
        } else {
            forward = loss.forward(x, t);
            assertEquals(forward, loss.finish(loss.totals(x, t)));
            value = loss.forwardBackward(x, t, Tensor.of(gradient, x.shape()));
            part = loss.forwardBackward(x, t, Tensor.of(added, x.shape()), PART);
            Tensor over = Tensor.of(inPlace, x.shape());
            loss.forwardBackward(over, t, over);
        }
        return new Outcome(forward, value, part, gradient, added, inPlace, losses, passed);
    }

    /** The passes of ignored elements and of the norm: the same bits whoever computes them. */
    @Test
    void bits() {
        for (int n : new int[] {0, 1, 17, 513, 2049, 70_000}) {
            Tensor x = Tensor.of(Numbers.inputs(n, 1));
            Tensor t = Tensor.of(Numbers.targets(n, 2));
            for (FocalLoss loss : List.of(FocalLoss.binary().withGamma(1.5).withIgnoreIndex(0).withNormalized(),
                    FocalLoss.binary().withIgnoreIndex(1).withReduction(Reduction.SUM))) {
                Outcome expected = outcome(loss.on(Backend.cpu(1)), x, t);
                for (Backend backend : List.of(Backend.cpu(), Backend.cpu(3), Backend.cpu().device("scalar"))) {
                    outcome(loss.on(backend), x, t).requireSame(expected, loss + " of " + n + " on " + backend);
                }
            }
        }
    }

    @Test
    void binaryLabels() {
        float[] x = Numbers.inputs(12, 1);
        int[] labels = {0, 1, 1, 0, 255, 0, 1, 255, 1, 0, 0, 1};
        float[] t = new float[12];
        for (int i = 0; i < 12; i++) t[i] = labels[i];
        for (FocalLoss loss : List.of(FocalLoss.binary().withIgnoreIndex(255),
                FocalLoss.binary().withIgnoreIndex(255).withNormalized().withReduction(Reduction.SUM))) {
            outcome(loss, Tensor.of(x, 3, 4), Labels.of(labels, new long[] {3, 4}))
                    .requireSame(outcome(loss, Tensor.of(x, 3, 4), Tensor.of(t, 3, 4)), loss.toString());
        }
    }

    @Test
    void meanIsOverWhatCounts() {
        Tensor x = Tensor.of(new float[] {1, -2, 3, 0.5f});
        double kept = 0;
        for (int i : new int[] {0, 3}) {
            double[] f = terms(x.get(i), i == 0 ? 0 : 1, 2);
            kept += f[0] * f[1];
        }
        Tensor g = Tensor.of(new float[] {9, 9, 9, 9});
        FocalLoss loss = FocalLoss.binary().withIgnoreIndex(-100);
        assertEquals(kept / 2, loss.forwardBackward(x, Tensor.of(new float[] {0, -100, -100, 1}), g), 1e-7);
        assertEquals(0, g.get(1));
        assertNotEquals(0, g.get(0));
        Totals totals = loss.totals(x, Tensor.of(new float[] {0, -100, -100, 1}));
        assertEquals(2, totals.sums()[1]);
    }

    /** The mean of nothing is NaN, its gradient 0. */
    @Test
    void everythingIgnored() {
        float[] g = {9, 9};
        Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
        assertEquals(Double.NaN, FocalLoss.multiclass().withIgnoreIndex(5).forwardBackward(x, Labels.of(5),
                Tensor.of(g, 1, 2)));
        assertArrayEquals(new float[2], g);
        assertEquals(Double.NaN, FocalLoss.binary().withIgnoreIndex(5).withNormalized().forward(x,
                Tensor.of(new float[] {5, 5}, 1, 2)));
        assertEquals(0, FocalLoss.binary().withIgnoreIndex(5).withReduction(Reduction.SUM).forward(x,
                Tensor.of(new float[] {5, 5}, 1, 2)));
    }

    @Test
    void piecesAddUp() {
        int n = 90;
        Tensor x = Tensor.of(Numbers.inputs(n, 1));
        Tensor t = Tensor.of(Numbers.targets(n, 2));
        for (FocalLoss loss : List.of(FocalLoss.binary(), FocalLoss.binary().withIgnoreIndex(0).withNormalized())) {
            Tensor whole = Tensor.of(new float[n]);
            double value = loss.forwardBackward(x, t, whole);
            Totals merged = loss.totals(x.slice(40, n), t.slice(40, n))
                    .merge(loss.totals(x.slice(0, 40), t.slice(0, 40)));
            assertEquals(value, loss.finish(merged), 1e-6 * value);
            Tensor g = Tensor.of(new float[n]);
            loss.backward(x.slice(0, 40), t.slice(0, 40), merged, g.slice(0, 40), Backward.OVERWRITE);
            loss.backward(x.slice(40, n), t.slice(40, n), merged, g.slice(40, n), Backward.OVERWRITE);
            for (int i = 0; i < n; i++) assertEquals(whole.get(i), g.get(i), 1e-6 * (0.01 + Math.abs(g.get(i))));
        }
    }

    /** Saturated on either side, no gamma makes a NaN; wrong by infinity costs infinity with a slope of 1. */
    @Test
    void infiniteLogits() {
        float inf = Float.POSITIVE_INFINITY;
        for (double gamma : new double[] {0, 0.25, 1, 2}) {
            for (float sign : new float[] {1, -1}) {
                float[] t = {sign > 0 ? 1 : 0, sign > 0 ? 0 : 1};
                Tensor losses = Tensor.of(new float[2]);
                Tensor g = Tensor.of(new float[2]);
                FocalLoss loss = FocalLoss.binary().withGamma(gamma);
                Tensor x = Tensor.of(new float[] {sign * inf, sign * inf});
                loss.forward(x, Tensor.of(t), losses);
                loss.withReduction(Reduction.SUM).forwardBackward(x, Tensor.of(t), g);
                assertArrayEquals(new float[] {0, inf}, Memory.floats(losses));
                assertEquals(0, Math.abs(g.get(0)));
                assertEquals(sign, g.get(1));
            }
        }
    }

    @Test
    void allocatesNothing() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        Tensor x = Tensor.of(Numbers.inputs(60, 1), 3, 4, 5);
        Tensor g = Tensor.of(new float[60], 3, 4, 5);
        Labels classes = Labels.of(new int[15], new long[] {3, 5});
        Labels bits = Labels.of(new int[60], new long[] {3, 4, 5});
        FocalLoss multiclass = FocalLoss.multiclass().withIgnoreIndex(1);
        FocalLoss binary = FocalLoss.binary().withNormalized();
        Tensor w = Tensor.of(Numbers.targets(15, 3), 3, 1, 5);
        Batch weighted = Batch.of(x, classes, g).withWeights(w);
        Batch masks = Batch.of(x, bits, g).withWeights(w);
        FocalLoss ofClasses = multiclass.withClassWeights(1, 2, 0, 3).withAlpha(new double[] {0, 1, 0.5, 0.5});
        RMSELoss rmse = new RMSELoss();
        BCEWithLogitsLoss bce = new BCEWithLogitsLoss().withIgnoreIndex(-1).withMeanBy(MeanBy.COUNT);
        Batch floats = Batch.of(x, Tensor.of(Numbers.targets(60, 2), 3, 4, 5), g).withWeights(w);
        for (Runnable call : List.<Runnable>of(() -> ofClasses.forwardBackward(weighted, PART),
                () -> binary.forwardBackward(masks, PART), () -> rmse.forwardBackward(floats, PART),
                () -> bce.forwardBackward(floats, PART), () -> bce.losses(floats, g),
                () -> multiclass.forwardBackward(x, classes, g, PART),
                () -> binary.forwardBackward(x, bits, g, PART), () -> binary.forward(x, bits))) {
            long least = Long.MAX_VALUE;
            long start = System.nanoTime();
            while (least >= 1000 && System.nanoTime() - start < 20_000_000_000L) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) call.run();
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < 1000, least / 1000.0 + " bytes a call");
        }
    }

    /** A weight for each class: each class's binary loss times its weight, over the sum of weights. */
    @Test
    void classWeightsAndAlphas() {
        double[] weights = {0.5, 2, 0, 3};
        double[] alphas = {0.25, 0.5, 0.9, 1};
        int n = 5;
        int pixels = 6;
        Tensor x = Tensor.of(Numbers.inputs(n * 4 * pixels, 1), n, 4, pixels);
        int[] labels = new int[n * pixels];
        for (int i = 0; i < labels.length; i++) labels[i] = i % 7 == 6 ? 255 : i * 5 % 4;
        float[] batchWeights = Numbers.targets(n * pixels, 3);
        float[] oneHot = new float[n * 4 * pixels];
        for (int i = 0; i < oneHot.length; i++) {
            int label = labels[i / (4 * pixels) * pixels + i % pixels];
            oneHot[i] = label == 255 ? 255 : label == i / pixels % 4 ? 1 : 0;
        }
        Labels target = Labels.of(labels, new long[] {n, pixels});
        for (Tensor w : new Tensor[] {null, Tensor.of(batchWeights, n, 1, pixels)}) {
            for (MeanBy meanBy : MeanBy.values()) {
                FocalLoss plain = FocalLoss.multiclass().withGamma(1.5).withIgnoreIndex(255).withMeanBy(meanBy);
                double sum = 0;
                double divisor = 0;
                float[] wanted = new float[oneHot.length];
                for (int c = 0; c < 4; c++) {
                    FocalLoss binary = FocalLoss.binary().withGamma(1.5).withIgnoreIndex(255).withMeanBy(meanBy)
                            .withAlpha(alphas[c]).withReduction(Reduction.SUM);
                    Tensor only = column(x, c);
                    Tensor g = Tensor.of(new float[n * pixels], n, 1, pixels);
                    Batch batch = Batch.of(only, column(Tensor.of(oneHot, n, 4, pixels), c), g).withWeights(w);
                    sum += weights[c] * binary.forwardBackward(batch, Backward.OVERWRITE);
                    divisor += weights[c] * binary.totals(batch).sums()[1];
                    for (int i = 0; i < n * pixels; i++) {
                        wanted[(i / pixels * 4 + c) * pixels + i % pixels] = (float) (weights[c] * g.get(i));
                    }
                }
                FocalLoss loss = plain.withClassWeights(weights).withAlpha(alphas);
                for (Target t : List.of(target, Tensor.of(oneHot, n, 4, pixels))) {
                    FocalLoss either = t instanceof Labels ? loss : FocalLoss.binary().withGamma(1.5)
                            .withIgnoreIndex(255).withMeanBy(meanBy).withClassWeights(weights).withAlpha(alphas);
                    for (Backend backend : List.of(Backend.cpu(), Backend.cpu().device("scalar"))) {
                        Tensor g = Tensor.of(new float[oneHot.length], n, 4, pixels);
                        Batch batch = Batch.of(x, t, g).withWeights(w);
                        double value = either.on(backend).forwardBackward(batch, Backward.OVERWRITE);
                        assertEquals(sum / divisor, value, 1e-6 * value);
                        assertEquals(divisor, either.totals(batch).sums()[1], 1e-6 * divisor);
                        for (int i = 0; i < wanted.length; i++) {
                            assertEquals(wanted[i] / divisor, g.get(i), 1e-6 * Math.abs(wanted[i] / divisor));
                        }
                    }
                }
                // Without alphas classes are found another way.
                FocalLoss weighted = plain.withClassWeights(1, 1, 1, 1);
                assertEquals(plain.forward(Batch.of(x, target).withWeights(w)),
                        weighted.forward(Batch.of(x, target).withWeights(w)), 1e-9);
                assertEquals(plain.withAlpha(0.25).forward(Batch.of(x, target).withWeights(w)),
                        plain.withAlpha(new double[] {0.25, 0.25, 0.25, 0.25})
                                .forward(Batch.of(x, target).withWeights(w)), 1e-9);
            }
        }
    }

    private static Tensor column(Tensor x, int c) {
        int n = (int) x.dim(0);
        int pixels = (int) x.dim(2);
        float[] column = new float[n * pixels];
        for (int i = 0; i < column.length; i++) {
            column[i] = x.get((i / pixels * x.dim(1) + c) * pixels + i % pixels);
        }
        return Tensor.of(column, n, 1, pixels);
    }

    private static double ofProbability(double p, double t, double gamma, double eps) {
        double ce = -t * Math.log(Math.max(p, eps)) - (1 - t) * Math.log1p(-Math.min(p, 1 - eps));
        return Math.pow(-Math.expm1(-ce), gamma) * ce;
    }

    /** Against the definition in double, and its central differences. */
    @Test
    void probabilities() {
        float[] ps = {0, 1e-30f, 1e-9f, 1e-5f, 0.01f, 0.2f, 0.5f, 0.7f, 0.99f, 0.99999f, 1 - 0x1p-24f, 1};
        for (double gamma : new double[] {0, 0.5, 1, 2, 5, 20}) {
            for (float t : new float[] {0, 1, 0.3f}) {
                FocalLoss loss = FocalLoss.binary().withGamma(gamma).withFromLogits(false)
                        .withReduction(Reduction.SUM);
                for (float p : ps) {
                    Tensor g = Tensor.of(new float[1]);
                    double value = loss.forwardBackward(Tensor.of(new float[] {p}), Tensor.of(new float[] {t}), g);
                    double want = ofProbability(p, t, gamma, 1e-7f);
                    assertEquals(want, value, 4e-6 * (1 + gamma) * want + 1e-37, loss + " of " + p + ", " + t);
                    assertTrue(Float.isFinite(g.get(0)), loss + " of " + p + ", " + t);
                    if (p < 1e-6 || p > 0.9999999) continue;
                    double h = 1e-5 * Math.min(p, 1 - p);
                    double slope = (ofProbability(p + h, t, gamma, 1e-7f) - ofProbability(p - h, t, gamma, 1e-7f))
                            / (2 * h);
                    assertEquals(slope, g.get(0), 1e-4 * Math.abs(slope) + 1e-9 / Math.min(p, 1 - p) * want + 1e-30,
                            loss + " of " + p + ", " + t);
                }
            }
        }
        // What is held at its least has no gradient; what is perfect costs nothing.
        Tensor g = Tensor.of(new float[2]);
        FocalLoss loss = FocalLoss.binary().withFromLogits(false).withReduction(Reduction.SUM);
        assertEquals(-Math.log(1e-7f), loss.forwardBackward(Tensor.of(new float[] {0, 1}),
                Tensor.of(new float[] {1, 1}), g), 1e-5);
        assertArrayEquals(new float[] {0, 0}, Memory.floats(g));
    }

    /** From some gamma on the power is computed another way, which must not show. */
    @Test
    void largeGammas() {
        for (double gamma : new double[] {7.99, 8, 40, 300}) {
            for (float x : new float[] {-1, 0, 0.5f, 2, 5, 9, 20}) {
                double[] f = terms(x, 0, gamma);
                double value = FocalLoss.binary().withGamma(gamma).forward(Tensor.of(new float[] {x}),
                        Tensor.of(new float[] {0}));
                assertEquals(f[0] * f[1], value, 2e-7 * gamma * value + 1e-43, gamma + " of " + x);
            }
        }
    }

    private static void refused(Executable call, String... expected) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String part : expected) assertTrue(message.contains(part), "\"" + message + "\" has no " + part);
    }

    @Test
    void errors() {
        float[] poisoned = Numbers.inputs(12, 3);
        float[] before = poisoned.clone();
        Tensor x = Tensor.of(Numbers.inputs(12, 1), 3, 4);
        Tensor g = Tensor.of(poisoned, 3, 4);
        FocalLoss multiclass = FocalLoss.multiclass().withIgnoreIndex(-1);
        refused(() -> multiclass.forwardBackward(x, x, g), "target: found Tensor(3, 4)", "expected Labels: classes");
        refused(() -> multiclass.forwardBackward(x, Labels.of(0, 4, 1), g), "target[1]: found 4",
                "from 0 to 3", "or -1");
        refused(() -> FocalLoss.multiclass().forwardBackward(x, Labels.of(0, -1, 1), g), "target[1]: found -1");
        refused(() -> FocalLoss.multiclass().forwardBackward(x, Labels.of(0, Long.MIN_VALUE, 1), g),
                "target[1]: found -9223372036854775808");
        refused(() -> multiclass.forwardBackward(x, Labels.of(0, 1), g), "target: found shape (2)", "(3, 4)", "axis 1");
        refused(() -> multiclass.forward(x.reshape(12), Labels.of(0)), "input: found shape (12)", "(N, C");
        refused(() -> FocalLoss.binary().forwardBackward(x, Labels.of(0, 1, 1), g), "target: found shape (3)",
                "(3, 4)");
        refused(() -> FocalLoss.binary().forwardBackward(x, Labels.of(new int[] {0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                new long[] {3, 4}), g), "target[2]: found 2", "from 0 to 1");
        refused(() -> FocalLoss.multiclass().withNormalized(), "normalized", "binary");
        refused(() -> FocalLoss.binary().withNormalized().withReduction(Reduction.NONE), "NONE", "normalized");
        refused(() -> FocalLoss.binary().withReduction(Reduction.NONE).withNormalized(), "NONE", "normalized");
        refused(() -> FocalLoss.binary().withIgnoreIndex(1L << 25), "ignoreIndex", "2^24");
        refused(() -> FocalLoss.binary().withClassWeights(1, -2), "classWeights[1]", "-2.0");
        refused(() -> FocalLoss.binary().withAlpha(new double[] {0, 2}), "alpha[1]", "2.0");
        refused(() -> FocalLoss.binary().withEps(0), "eps", "1e-30");
        refused(() -> multiclass.withClassWeights(1, 2).forwardBackward(x, Labels.of(0, 1, 1), g), "classWeights",
                "2 classes", "(3, 4)");
        refused(() -> FocalLoss.binary().withAlpha(new double[3]).forwardBackward(x, x, g), "alpha", "3 classes");
        refused(() -> FocalLoss.binary().withGamma(50).withReducedThreshold(0.01),
                "reducedThreshold to the power -gamma");
        assertThrows(IllegalStateException.class, () -> FocalLoss.binary().withReduction(Reduction.NONE).forward(x, x));
        assertThrows(IllegalStateException.class, () -> FocalLoss.binary().withNormalized().forward(x, x, g));
        assertArrayEquals(before, poisoned, "something was written");
    }

    @Test
    void valueSemantics() {
        FocalLoss loss = FocalLoss.multiclass().withAlpha(0.25).withGamma(3).withIgnoreIndex(255)
                .withReducedThreshold(0.5)
                .withReduction(Reduction.SUM);
        assertEquals("FocalLoss[mode=multiclass, alpha=0.25, gamma=3.0, ignoreIndex=255, reducedThreshold=0.5,"
                + " reduction=sum]", loss.toString());
        assertEquals("FocalLoss[mode=binary, gamma=2.0, normalized, reduction=mean]",
                FocalLoss.binary().withNormalized().toString());
        assertEquals(loss, loss.on(Backend.cpu()));
        assertEquals(loss.hashCode(), loss.on(Backend.cpu()).hashCode());
        for (FocalLoss other : List.of(loss.withAlpha(0.5), loss.withGamma(2), loss.withIgnoreIndex(0),
                loss.withReducedThreshold(0.25), loss.withReduction(Reduction.MEAN), loss.on(Backend.cpu(3)),
                FocalLoss.binary(), FocalLoss.multiclass())) {
            assertNotEquals(loss, other);
        }
        assertNotEquals(FocalLoss.binary(), FocalLoss.binary().withNormalized());
        assertNotEquals(FocalLoss.binary(), FocalLoss.multiclass());
    }
}
