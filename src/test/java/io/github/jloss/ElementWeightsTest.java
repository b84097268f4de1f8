// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights and masks of the losses of single elements. */
class ElementWeightsTest {

    private static final Backend SCALAR = Backend.cpu().device("scalar");
    private static final Backward PART = Backward.ADD.scale(-0.3).divisor(7);

    /** All losses of elements, of n inputs. */
    private static List<ElementLoss<?>> losses(int n, Reduction reduction) {
        List<ElementLoss<?>> all = new ArrayList<>(ManyLosses.pointwise(n, reduction));
        all.add(FocalLoss.binary().withAlpha(0.25).withGamma(1.5).withReduction(reduction));
        all.add(FocalLoss.binary().withIgnoreIndex(1).withReduction(reduction));
        if (reduction != Reduction.NONE) {
            all.add(FocalLoss.binary().withNormalized().withReduction(reduction));
            all.add(FocalLoss.binary().withNormalized().withIgnoreIndex(0).withReduction(reduction));
            all.add(new RMSELoss().withEps(0.01).withReduction(reduction));
        }
        return all;
    }

    /** Some 0, some 1, some between and beyond. */
    private static float[] weights(int n, long seed) {
        float[] w = Numbers.targets(n, seed);
        for (int i = 0; i < n; i += 5) w[i] = 3.5f;
        return w;
    }

    /** Inputs and targets that must not be looked at where the weight is 0. */
    private static float[] poisoned(float[] data, float[] w, long seed) {
        float[] wild = Numbers.wild(data.length * 3, seed);
        float[] poisoned = data.clone();
        for (int i = 0; i < data.length; i++) {
            if (w[i] == 0) poisoned[i] = i % 2 == 0 ? Float.NaN : wild[3 * i];
        }
        return poisoned;
    }

    private static float[] kept(float[] data, float[] w) {
        float[] kept = new float[data.length];
        int n = 0;
        for (int i = 0; i < data.length; i++) {
            if (w[i] != 0) kept[n++] = data[i];
        }
        return Arrays.copyOf(kept, n);
    }

    private static Batch batch(float[] x, float[] t, float[] gradient, float[] w) {
        return Batch.of(Tensor.of(x), Tensor.of(t), Tensor.of(gradient)).withWeights(Tensor.of(w));
    }

    /** Whatever a mask hides, the loss is that of the rest. */
    @Test
    void maskedIsWithout() {
        int n = 3000;
        float[] mask = new float[n];
        for (int i = 0; i < n; i++) mask[i] = i * 7 % 5 < 2 || i > 2500 ? 0 : 1;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        float[] keptX = kept(x, mask);
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
            List<ElementLoss<?>> whole = losses(n, reduction);
            List<ElementLoss<?>> rest = losses(keptX.length, reduction);
            for (int i = 0; i < whole.size(); i++) {
                if (whole.get(i).toString().contains("eight=")) continue;
                float[] g = new float[n];
                Arrays.fill(g, 9);
                float[] keptG = new float[keptX.length];
                double without = rest.get(i).forwardBackward(Tensor.of(keptX), Tensor.of(kept(t, mask)),
                        Tensor.of(keptG));
                Batch hidden = batch(poisoned(x, mask, 3), poisoned(t, mask, 4), g, mask);
                for (ElementLoss<?> loss : List.of(whole.get(i), whole.get(i).withMeanBy(MeanBy.COUNT))) {
                    assertEquals(without, loss.forwardBackward(hidden, Backward.OVERWRITE), 1e-7 * without,
                            loss.toString());
                    int k = 0;
                    for (int j = 0; j < n; j++) {
                        if (mask[j] == 0) assertEquals(0, Float.floatToIntBits(g[j]), loss.toString());
                        else assertEquals(keptG[k], g[j], 3e-7 * Math.abs(keptG[k++]), loss.toString());
                    }
                }
            }
        }
    }

    /** Sums of weights times losses; gradients likewise. */
    @Test
    void sumsOfWeightedLosses() {
        int n = 777;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        float[] w = weights(n, 3);
        double sumW = 0;
        int count = 0;
        for (float each : w) {
            sumW += each;
            count += each > 0 ? 1 : 0;
        }
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        for (PointwiseLoss<?> none : ManyLosses.pointwise(n, Reduction.NONE)) {
            if (none.reduction() != Reduction.NONE) continue;
            float[] l = new float[n];
            float[] g = new float[n];
            none.forward(Tensor.of(x), Tensor.of(t), Tensor.of(l));
            none.backward(Tensor.of(x), Tensor.of(t), Tensor.of(ones), Tensor.of(g), Backward.OVERWRITE);
            double sum = 0;
            for (int i = 0; i < n; i++) sum += (double) w[i] * l[i];
            float[] found = new float[n];
            Batch weighted = batch(x, t, found, w);
            for (double divisor : new double[] {1, sumW, count}) {
                PointwiseLoss<?> loss = none.withReduction(divisor == 1 ? Reduction.SUM : Reduction.MEAN)
                        .withMeanBy(divisor == count ? MeanBy.COUNT : MeanBy.WEIGHTS);
                assertEquals(sum / divisor, loss.forwardBackward(weighted, Backward.OVERWRITE), 1e-6 * sum / divisor);
                assertEquals(loss.forward(weighted), loss.finish(loss.totals(weighted)), loss.toString());
                for (int i = 0; i < n; i++) {
                    double want = (double) w[i] * g[i] / divisor;
                    assertEquals(want, found[i], 3e-7 * Math.abs(want) + Float.MIN_VALUE, loss.toString());
                }
            }
            none.losses(weighted, Tensor.of(found));
            for (int i = 0; i < n; i++) assertEquals(w[i] == 0 ? 0 : w[i] * l[i], found[i]);
        }
    }

    private static Outcome outcome(ElementLoss<?> loss, Memory memory, float[] x, float[] t, Tensor w) {
        int n = x.length;
        Tensor gradient = memory.copy(new float[n]);
        Tensor added = memory.copy(Numbers.inputs(n, 5));
        Tensor inPlace = memory.copy(x);
        Tensor losses = memory.copy(new float[n]);
        Tensor passed = memory.copy(Numbers.inputs(n, 5));
        Tensor input = memory.copy(x);
        Tensor target = memory.copy(t);
        Batch batch = Batch.of(input, target, gradient).withWeights(w);
        double forward = 0;
        double value = 0;
        double part = 0;
        if (loss.reduction() == Reduction.NONE) {
            loss.losses(batch, losses);
            loss.backward(Batch.of(input, target, passed).withWeights(w), memory.copy(Numbers.wild(n, 6)), PART);
        } else {
            forward = loss.forward(batch);
            assertEquals(forward, loss.finish(loss.totals(batch)));
            value = loss.forwardBackward(batch, Backward.OVERWRITE);
            part = loss.forwardBackward(Batch.of(input, target, added).withWeights(w), PART);
            loss.forwardBackward(Batch.of(inPlace, target, inPlace).withWeights(w), Backward.OVERWRITE);
        }
        return new Outcome(forward, value, part, Memory.floats(gradient), Memory.floats(added),
                Memory.floats(inPlace), Memory.floats(losses), Memory.floats(passed));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 2051, 33_000})
    void sameBitsWhoeverComputes(int n) {
        float[] x = Numbers.wild(n, 1);
        float[] t = Numbers.targets(n, 2);
        Tensor w = Tensor.of(weights(n, 3));
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.NONE)) {
            for (ElementLoss<?> loss : losses(n, reduction)) {
                // Beyond one chunk it is the threads that matter, and they know no formula.
                if (n > 10_000 && !(loss instanceof HuberLoss)) continue;
                Outcome expected = outcome(loss.on(SCALAR), Memory.ARRAY, x, t, w);
                outcome(loss, Memory.ARRAY, x, t, w).requireSame(expected, loss + " of " + n);
                outcome(loss.on(Backend.cpu(3)), Memory.NATIVE, x, t, Memory.CONFINED.copy(Memory.floats(w)))
                        .requireSame(expected, loss + " of " + n + " in native memory");
            }
        }
    }

    /** A weight of 1 is no weight. */
    @Test
    void onesChangeNoBit() {
        int n = 600;
        float[] x = Numbers.wild(n, 1);
        float[] t = Numbers.targets(n, 2);
        Tensor ones = Tensor.of(new float[] {1});
        for (Reduction reduction : Reduction.values()) {
            for (ElementLoss<?> loss : losses(n, reduction)) {
                outcome(loss, Memory.ARRAY, x, t, ones).requireSame(outcome(loss, Memory.ARRAY, x, t, null),
                        loss.toString());
            }
        }
    }

    /** By the rules of NumPy. */
    @Test
    void broadcast() {
        float[] x = Numbers.inputs(24, 1);
        float[] t = Numbers.targets(24, 2);
        float[] w = weights(24, 3);
        for (long[] shape : new long[][] {{}, {1}, {4}, {3, 1}, {3, 4}, {2, 1, 1}, {2, 1, 4}, {2, 3, 1}, {1, 3, 4}}) {
            int size = (int) Shapes.size(shape);
            Tensor small = Tensor.of(Arrays.copyOf(w, size), shape);
            float[] whole = new float[24];
            for (int i = 0; i < 24; i++) {
                int[] at = {i / 12, i / 4 % 3, i % 4};
                int index = 0;
                for (int axis = 0; axis < shape.length; axis++) {
                    int place = at[3 - shape.length + axis];
                    index = index * (int) shape[axis] + (shape[axis] == 1 ? 0 : place);
                }
                whole[i] = w[index];
            }
            for (MeanBy meanBy : MeanBy.values()) {
                Loss loss = new BCEWithLogitsLoss().withMeanBy(meanBy);
                float[] g = new float[24];
                float[] wanted = new float[24];
                double value = loss.forwardBackward(Batch.of(Tensor.of(x, 2, 3, 4), Tensor.of(t, 2, 3, 4),
                        Tensor.of(g, 2, 3, 4)).withWeights(small), Backward.OVERWRITE);
                assertEquals(loss.forwardBackward(batch(x, t, wanted, whole), Backward.OVERWRITE), value, 1e-7);
                assertArrayEquals(wanted, g, 1e-8f, Shapes.text(shape));
            }
        }
    }

    /** Pieces with weights of their own, with one for all, and without any, merge. */
    @Test
    void piecesMerge() {
        int n = 900;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        float[] w = weights(n, 3);
        Arrays.fill(w, 300, 500, 0.5f);
        Arrays.fill(w, 500, n, 1);
        float[] whole = new float[n];
        Batch all = batch(x, t, whole, w);
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM)) {
            for (ElementLoss<?> loss : losses(1, reduction)) {
                if (loss.toString().contains("eight=")) continue;
                for (MeanBy meanBy : MeanBy.values()) {
                    ElementLoss<?> l = loss.withMeanBy(meanBy);
                    double value = l.forwardBackward(all, Backward.OVERWRITE);
                    float[] g = new float[n];
                    List<Batch> pieces = List.of(piece(all, g, 0, 300).withWeights(Tensor.of(w).slice(0, 300)),
                            piece(all, g, 300, 500).withWeights(Tensor.of(new float[] {0.5f})), piece(all, g, 500, n));
                    Totals totals = pieces.stream().map(l::totals).reduce(Totals::merge).orElseThrow();
                    assertEquals(value, l.finish(totals), 1e-7 * Math.abs(value), l.toString());
                    pieces.forEach(p -> l.backward(p, totals, Backward.OVERWRITE));
                    for (int i = 0; i < n; i++) assertEquals(whole[i], g[i], 2e-6 * Math.abs(whole[i]), l.toString());
                }
            }
        }
    }

    private static Batch piece(Batch all, float[] gradient, int from, int to) {
        return Batch.of(all.input(0).slice(from, to), ((Tensor) all.target()).slice(from, to),
                Tensor.of(gradient).slice(from, to));
    }

    @Test
    void everythingMasked() {
        for (Reduction reduction : Reduction.values()) {
            for (ElementLoss<?> loss : losses(4, reduction)) {
                float[] x = {Float.NaN, Float.POSITIVE_INFINITY, 1, -3};
                float[] g = {7, 7, 7, 7};
                Batch masked = batch(x, x, g, new float[4]);
                if (loss.reduction() == Reduction.NONE) {
                    loss.losses(masked, Tensor.of(g));
                    assertArrayEquals(new float[4], g);
                    Arrays.fill(g, 7);
                    loss.backward(masked, Tensor.of(x), Backward.ADD);
                    assertArrayEquals(new float[] {7, 7, 7, 7}, g);
                    loss.backward(masked, Tensor.of(x), Backward.OVERWRITE);
                } else {
                    double none = loss.reduction() == Reduction.MEAN ? Double.NaN
                            : loss instanceof RMSELoss ? 0.1 : 0;
                    assertEquals(none, loss.forward(masked), loss.toString());
                    assertEquals(none, loss.forwardBackward(masked, Backward.ADD), loss.toString());
                    assertArrayEquals(new float[] {7, 7, 7, 7}, g, loss.toString());
                    loss.forwardBackward(masked, Backward.OVERWRITE);
                }
                assertArrayEquals(new float[4], g, loss.toString());
            }
        }
    }

    /** Their sum, or the quotient of 1 by it, is beyond float: gradients are right all the same. */
    @ParameterizedTest
    @ValueSource(floats = {1e38f, 2.5e38f, 1e-38f, 1e-40f, 1e-44f})
    void hugeAndTinyWeights(float w) {
        int n = 100_000;
        float[] x = Numbers.targets(n, 1);
        float[] t = Numbers.targets(n, 2);
        Tensor weight = Tensor.of(new float[] {w});
        for (ElementLoss<?> loss : List.of(new BCEWithLogitsLoss(), new RMSELoss().withEps(0),
                new L1Loss().withReduction(Reduction.SUM))) {
            double factor = loss.reduction() == Reduction.SUM ? w : 1;
            float[] plain = new float[n];
            float[] g = new float[n];
            double value = loss.forwardBackward(Tensor.of(x), Tensor.of(t), Tensor.of(plain)) * factor;
            Batch weighted = Batch.of(Tensor.of(x), Tensor.of(t), Tensor.of(g)).withWeights(weight);
            // Subnormal products have the digits of subnormal numbers.
            double digits = w < 1e-36 ? 2 * Float.MIN_VALUE / w : 3e-7;
            assertEquals(value, loss.forwardBackward(weighted, Backward.OVERWRITE), Math.max(digits, 3e-7) * value);
            double largest = loss instanceof RMSELoss ? 1e-5 : 1.0 / n;
            for (int i = 0; i < n; i++) {
                assertEquals(plain[i] * factor, g[i], Math.abs(plain[i] * factor) * 4e-7 + digits * largest * factor,
                        loss + " " + i);
            }
        }
    }

    private static double difference(float[] x, int i, ToDoubleFunction<double[]> f) {
        double[] at = new double[x.length];
        for (int k = 0; k < x.length; k++) at[k] = x[k];
        double h = 1e-5;
        at[i] = x[i] + h;
        double right = f.applyAsDouble(at);
        at[i] = x[i] - h;
        return (right - f.applyAsDouble(at)) / (2 * h);
    }

    /** Against central differences of the definitions in double. */
    @Test
    void gradientsOfQuotients() {
        int n = 40;
        float[] x = Numbers.inputs(n, 1);
        float[] t = Numbers.targets(n, 2);
        float[] w = weights(n, 3);
        ToDoubleFunction<double[]> rmse = at -> {
            double sum = 0;
            double sumW = 0;
            for (int i = 0; i < n; i++) {
                sum += w[i] * (at[i] - t[i]) * (at[i] - t[i]);
                sumW += w[i];
            }
            return Math.sqrt(sum / sumW + 1e-6);
        };
        ToDoubleFunction<double[]> focal = at -> {
            double sum = 0;
            double norm = 0;
            double sumW = 0;
            for (int i = 0; i < n; i++) {
                double ce = Exact.logistic(1, 1).applyAsDouble(at[i], t[i]);
                double factor = Math.pow(-Math.expm1(-ce), 2);
                sum += w[i] * factor * ce;
                norm += w[i] * factor;
                sumW += w[i];
            }
            return sum / Math.max(norm, 1e-6) / sumW;
        };
        float[] g = new float[n];
        new RMSELoss().forwardBackward(batch(x, t, g, w), Backward.OVERWRITE);
        for (int i = 0; i < n; i++) assertEquals(difference(x, i, rmse), g[i], 1e-7);
        FocalLoss.binary().withNormalized().forwardBackward(batch(x, t, g, w), Backward.OVERWRITE);
        for (int i = 0; i < n; i++) assertEquals(difference(x, i, focal), g[i], 1e-7);
    }

    /** Labels that a mask hides may be any number; a class has its own weight or shares it. */
    @Test
    void maskedLabels() {
        float[] x = Numbers.inputs(24, 1);
        int[] labels = {0, 99, 2, Integer.MIN_VALUE, 1, 1, 255, 0};
        int[] fine = {0, 0, 2, 0, 1, 1, 255, 0};
        float[] w = {1, 0, 2, 0, 0.5f, 1, 1, 3};
        FocalLoss loss = FocalLoss.multiclass().withIgnoreIndex(255);
        Tensor input = Tensor.of(x, 2, 3, 4);
        float[] g = new float[24];
        float[] wanted = new float[24];
        Tensor weights = Tensor.of(w, 2, 1, 4);
        for (MeanBy meanBy : MeanBy.values()) {
            Loss by = loss.withMeanBy(meanBy);
            double value = by.forwardBackward(Batch.of(input, Labels.of(labels, new long[] {2, 4}),
                    Tensor.of(g, 2, 3, 4)).withWeights(weights), Backward.OVERWRITE);
            assertEquals(by.forwardBackward(Batch.of(input, Labels.of(fine, new long[] {2, 4}),
                    Tensor.of(wanted, 2, 3, 4)).withWeights(weights), Backward.OVERWRITE), value);
            assertArrayEquals(wanted, g);
            assertEquals(3 * (meanBy == MeanBy.COUNT ? 5 : 7.5), by.totals(Batch.of(input,
                    Labels.of(labels, new long[] {2, 4})).withWeights(weights)).sums()[1]);
        }
        float[] some = new float[24];
        Arrays.fill(some, 1);
        some[1] = 0;
        refused(() -> loss.forward(Batch.of(input, Labels.of(labels, new long[] {2, 4}))
                .withWeights(Tensor.of(some, 2, 3, 4))), "target", "99");
        refused(() -> FocalLoss.binary().forward(Batch.of(Tensor.of(new float[2]), Labels.of(5, 5))
                .withWeights(Tensor.of(new float[] {0, 1}))), "target", "[1]", "5");
        assertTrue(FocalLoss.binary().forward(Batch.of(Tensor.of(new float[2]), Labels.of(5, 1))
                .withWeights(Tensor.of(new float[] {0, 1}))) > 0);
    }

    private static void refused(Executable call, String... expected) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String part : expected) assertTrue(message.contains(part), "\"" + message + "\" has no " + part);
    }

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void errors(Reduction reduction) {
        for (ElementLoss<?> loss : losses(4, reduction)) {
            float[] g = {7, 7, 7, 7};
            float[] x = {1, 2, 3, 4};
            for (float wrong : new float[] {-1, -Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY}) {
                refused(() -> loss.requireValid(batch(x, x, g, new float[] {1, 0, wrong, 2})),
                        "weights", "index 2", String.valueOf(wrong));
            }
            Batch plain = Batch.of(Tensor.of(x), Tensor.of(x), Tensor.of(g));
            refused(() -> loss.requireValid(plain.withWeights(Tensor.of(new float[3]))), "weights", "(3)", "(4)");
            refused(() -> loss.requireValid(plain.withWeights(plain.gradient(0))), "gradient", "weights");
            assertArrayEquals(new float[] {7, 7, 7, 7}, g);
        }
    }

    @Test
    void totalsOfOtherMeansDiffer() {
        Batch batch = batch(new float[1], new float[1], new float[1], new float[1]);
        Totals byCount = new MSELoss().withMeanBy(MeanBy.COUNT).totals(batch);
        refused(() -> new MSELoss().finish(byCount), "meanBy=count");
    }
}
