// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.DiceLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import io.github.jloss.TverskyLoss;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The overlap losses on a device against the CPU. */
class OverlapTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    /** How far sums in another order may be off, of the whole; and a gradient, of the largest one. */
    private static final double TOLERANCE = 1e-6;

    /** A loss and its arguments. */
    record Case(Loss loss, long[] shape, float[] x, Object t) {

        Tensor input() {
            return Tensor.of(x.clone(), shape);
        }

        Target target() {
            return t instanceof float[] floats ? Tensor.of(floats.clone(), shape)
                    : t instanceof int[] ints ? Labels.of(ints, labelShape()) : Labels.of((long[]) t, labelShape());
        }

        private long[] labelShape() {
            if (binary(loss)) return shape;
            long[] without = new long[shape.length - 1];
            for (int i = 0; i < without.length; i++) {
                without[i] = shape[i == 0 ? 0 : i + 1];
            }
            return without;
        }

        @Override
        public String toString() {
            return loss + " of " + Arrays.toString(shape) + " and " + t.getClass().getSimpleName();
        }
    }

    private static boolean binary(Loss loss) {
        return loss.toString().contains("mode=binary");
    }

    private static int size(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** Logits, or probabilities; targets of 0 and 1, or soft ones; labels, each thirteenth of them ignored. */
    private static Case random(Loss loss, boolean labels, long... shape) {
        int n = size(shape);
        SplittableRandom random = new SplittableRandom(n + 31L * loss.toString().hashCode());
        float[] x = new float[n];
        boolean logits = loss.toString().contains("fromLogits=true");
        for (int i = 0; i < n; i++) {
            x[i] = logits ? (float) random.nextGaussian(0, 4) : random.nextFloat();
        }
        boolean ignores = loss.toString().contains("ignoreIndex=255");
        if (labels) {
            int classes = binary(loss) ? 2 : (int) shape[1];
            long[] t = new long[binary(loss) || n == 0 ? n : n / classes];
            for (int i = 0; i < t.length; i++) {
                t[i] = ignores && i % 13 == 0 ? 255 : random.nextInt(classes);
            }
            return new Case(loss, shape, x, n % 2 == 0 ? t : Arrays.stream(t).mapToInt(l -> (int) l).toArray());
        }
        float[] t = new float[n];
        for (int i = 0; i < n; i++) {
            t[i] = i % 5 == 0 ? random.nextFloat() : random.nextInt(2);
            if (i % 7 == 0) {
                // A tie of activation and target.
                if (logits) x[i] = 0;
                t[i] = logits ? 0.5f : x[i];
            }
        }
        return new Case(loss, shape, x, t);
    }

    private static List<Case> everyLoss(long... shape) {
        List<Case> cases = new ArrayList<>();
        for (boolean labels : new boolean[] {false, true}) {
            cases.add(random(JaccardLoss.binary(), labels, shape));
            cases.add(random(JaccardLoss.binary().withPerImage(true).withFromLogits(false), labels, shape));
            cases.add(random(JaccardLoss.multiclass(), labels, shape));
            cases.add(random(JaccardLoss.multiclass().withPerClass(true).withPerImage(true), labels, shape));
            cases.add(random(SoftJaccardLoss.multiclass().withLogLoss(true), labels, shape));
            cases.add(random(DiceLoss.multiclass().withFromLogits(false), labels, shape));
            cases.add(random(DiceLoss.binary().withIgnoreIndex(1).withSmooth(1), labels, shape));
            cases.add(random(TverskyLoss.binary().withAlpha(0.2).withBeta(0.8), labels, shape));
        }
        cases.add(random(DiceLoss.multiclass().withIgnoreIndex(255), true, shape));
        cases.add(random(JaccardLoss.multilabel().withPerImage(true).withIgnoreIndex(0), false, shape));
        cases.add(random(JaccardLoss.multilabel().withEmpty(JaccardLoss.Empty.SKIP), false, shape));
        cases.add(random(TverskyLoss.multilabel().withGamma(0.75), false, shape));
        cases.add(random(SoftJaccardLoss.multilabel().withFromLogits(false).withIgnoreIndex(1), false, shape));
        return cases;
    }

    static Stream<Case> cases() {
        return Stream.of(new long[] {1, 1, 1}, new long[] {2, 3, 5, 7}, new long[] {1, 1, 1009},
                new long[] {40, 5, 1}, new long[] {1, 2, 256}, new long[] {3, 19, 33, 31}, new long[] {1500, 10, 9},
                new long[] {0, 3, 4}, new long[] {2, 2, 1031, 67}).flatMap(shape -> everyLoss(shape).stream());
    }

    /** More elements, and more regions, than the grid has threads for. */
    static Stream<Case> largeCases() {
        return Stream.of(random(JaccardLoss.binary(), false, 1, 1, 1300021), random(DiceLoss.binary(), true, 1299709),
                random(SoftJaccardLoss.multiclass(), true, 1, 2, 1048583),
                random(DiceLoss.multilabel(), false, 3, 2, 199999),
                random(JaccardLoss.multilabel().withPerImage(true), false, 70001, 17, 1),
                random(JaccardLoss.binary().withPerImage(true), false, 4101, 1025));
    }

    /** Near in comparison with the largest terms, which are more than the gradients where classes' slopes cancel. */
    private static void requireNear(float[] expected, float[] found, double term, String what) {
        double most = term;
        for (float f : expected) {
            if (Float.isFinite(f)) most = Math.max(most, Math.abs(f));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], TOLERANCE * most + 1e-44, what + "[" + i + "]");
        }
    }

    /** The CPU, listened to. */
    private static final class Cpu implements InvocationHandler, OverlapFamily {
        final OverlapFamily family = Backend.cpu(1).family(OverlapFamily.class);
        Overlap what;
        double[] slopes = {};

        Backend backend() {
            Class<?>[] types = {Backend.class};
            return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), types, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            return method.getName().equals("family") ? this : method.invoke(Backend.cpu(1), arguments);
        }

        @Override
        public void overlapSums(OverlapCall call) {
            family.overlapSums(call);
        }

        @Override
        public void overlapGradient(OverlapCall call) {
            what = call.what;
            slopes = Arrays.copyOf(call.slopes, 2 * what.regions());
            family.overlapGradient(call);
        }

        /** A class's part in the gradient of a logit that is not sure, about. */
        double term() {
            return Arrays.stream(slopes).map(Math::abs).filter(Double::isFinite).max().orElse(0) / 4;
        }
    }

    private static void requireNear(double expected, double found, String what) {
        assertEquals(expected, found, Double.isFinite(expected) ? TOLERANCE * Math.abs(expected) : 0, what);
    }

    private static float[] poisoned(int n) {
        float[] floats = new float[n];
        Arrays.fill(floats, Float.NaN);
        return floats;
    }

    @ParameterizedTest
    @MethodSource({"cases", "largeCases"})
    void valuesAndGradientsOfTheCpu(Case c) {
        Loss there = c.loss.on(DEVICE);
        Tensor x = c.input();
        Target t = c.target();
        float[] expected = new float[c.x.length];
        float[] found = poisoned(c.x.length);
        Cpu cpu = new Cpu();
        double value = c.loss.on(cpu.backend()).forwardBackward(x, t, Tensor.of(expected, c.shape));
        requireNear(value, there.forwardBackward(x, t, Tensor.of(found, c.shape)), c + ": value");
        requireNear(expected, found, cpu.term(), c + ": gradient");
        requireNear(value, there.forward(x, t), c + ": value alone");

        float[] added = c.x.clone();
        float[] addedThere = c.x.clone();
        Backward how = Backward.ADD.scale(-0.3).divisor(7);
        c.loss.forwardBackward(x, t, Tensor.of(added, c.shape), how);
        there.forwardBackward(x, t, Tensor.of(addedThere, c.shape), how);
        requireNear(added, addedThere, cpu.term(), c + ": added gradient");

        float[] phases = poisoned(c.x.length);
        there.backward(x, t, there.totals(x, t), Tensor.of(phases, c.shape), Backward.OVERWRITE);
        assertArrayEquals(found, phases, c + ": gradient in two phases");

        float[] same = poisoned(c.x.length);
        OverlapCall call = new OverlapCall();
        call.what = cpu.what;
        call.input = x;
        call.target = t;
        call.slopes = cpu.slopes;
        call.gradient = Tensor.of(same, c.shape);
        DEVICE.overlapGradient(call);
        requireNear(expected, same, 0, c + ": gradient of the same slopes");

        there.forwardBackward(x, t, x);
        assertArrayEquals(found, (float[]) x.storage(), c + ": gradient in place");
        if (t instanceof Tensor floats) {
            there.forwardBackward(c.input(), t, floats);
            assertArrayEquals(found, (float[]) floats.storage(), c + ": gradient over the target");
        }
    }

    /** Where the tensors are makes no difference, nor what is left from pass to pass there. */
    @ParameterizedTest
    @MethodSource("cases")
    void sameBitsOfTensorsOnTheDevice(Case c) {
        Loss there = c.loss.on(DEVICE);
        float[] expected = poisoned(c.x.length);
        float[] added = c.x.clone();
        double value = there.forwardBackward(c.input(), c.target(), Tensor.of(expected, c.shape));
        there.forwardBackward(c.input(), c.target(), Tensor.of(added, c.shape), Backward.ADD);
        try (DeviceTensor x = DEVICE.upload(c.input());
                DeviceTensor floats = c.target() instanceof Tensor t ? DEVICE.upload(t) : DEVICE.allocate(0);
                DeviceTensor gradient = DEVICE.upload(Tensor.of(poisoned(c.x.length), c.shape))) {
            Target t = c.target() instanceof Tensor ? floats.tensor() : c.target();
            assertEquals(value, there.forwardBackward(x.tensor(), t, gradient.tensor()), c + ": value");
            requireSame(expected, gradient, c + ": gradient");
            gradient.write(c.input());
            there.forwardBackward(x.tensor(), t, gradient.tensor(), Backward.ADD);
            requireSame(added, gradient, c + ": added gradient");
            assertEquals(value, there.forwardBackward(c.input(), t, gradient.tensor()), c + ": host's value");
            requireSame(expected, gradient, c + ": host's gradient");
            float[] here = poisoned(c.x.length);
            there.forwardBackward(x.tensor(), c.target(), Tensor.of(here, c.shape));
            assertArrayEquals(expected, here, c + ": gradient that goes to the host");
            requireSame(c.x, x, c + ": input");
            there.forwardBackward(x.tensor(), t, x.tensor());
            requireSame(expected, x, c + ": gradient in place");
            if (c.target() instanceof Tensor) {
                x.write(c.input());
                there.forwardBackward(x.tensor(), t, floats.tensor());
                requireSame(expected, floats, c + ": gradient over the target");
            }
        }
    }

    private static void requireSame(float[] expected, DeviceTensor tensor, String what) {
        float[] found = new float[expected.length];
        tensor.read(Tensor.of(found, tensor.tensor().shape()));
        assertArrayEquals(expected, found, what);
    }

    @Test
    void totalsOfPiecesAreThoseOfTheWhole() {
        for (Case c : everyLoss(5, 3, 41, 7)) {
            Loss there = c.loss.on(DEVICE);
            Tensor x = c.input();
            Totals whole = there.totals(x, c.target());
            if (!(c.target() instanceof Tensor t)) continue;
            Totals pieces = there.totals(x.slice(0, 2), t.slice(0, 2))
                    .merge(there.totals(x.slice(2, 5), t.slice(2, 5)));
            Totals cpu = c.loss.totals(x, t);
            for (int i = 0; i < whole.sums().length; i++) {
                assertEquals(whole.sums()[i], pieces.sums()[i], 1e-12 * whole.sums()[i], c + ": sum " + i);
                requireNear(cpu.sums()[i], whole.sums()[i], c + ": sum " + i);
            }
            float[] expected = poisoned(c.x.length);
            float[] found = poisoned(c.x.length);
            there.forwardBackward(x, t, Tensor.of(expected, c.shape));
            Tensor gradient = Tensor.of(found, c.shape);
            there.backward(x.slice(0, 2), t.slice(0, 2), pieces, gradient.slice(0, 2), Backward.OVERWRITE);
            there.backward(x.slice(2, 5), t.slice(2, 5), pieces, gradient.slice(2, 5), Backward.OVERWRITE);
            requireNear(expected, found, 0, c + ": gradient of pieces");
        }
    }

    /** A sum of floats is that in double, however many there are. */
    @Test
    void sumsAreAsGoodAsInDouble() {
        int n = 3_000_017;
        float[] x = new float[n];
        float[] ones = new float[n];
        SplittableRandom random = new SplittableRandom(5);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * (i % 1000 == 0 ? 1 : 1e-4f);
            ones[i] = 1;
            sum += x[i];
        }
        Loss loss = JaccardLoss.binary().withFromLogits(false).on(DEVICE);
        assertEquals(sum, loss.totals(Tensor.of(x), Tensor.of(ones)).sums()[0], 1e-13 * sum);
    }

    @Test
    void confidentElementsHaveAllDigits() {
        int n = 2001;
        float[] x = new float[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i - 1000) * 0.08f;
            labels[i] = i % 3 == 0 ? 1 : 0;
        }
        for (Loss loss : List.of(JaccardLoss.binary(), SoftJaccardLoss.binary())) {
            requireDigits(new Case(loss, new long[] {n}, x, labels));
        }
        int pixels = 64;
        float[] y = new float[3 * pixels];
        int[] classes = new int[pixels];
        for (int p = 0; p < pixels; p++) {
            y[p] = p * 0.7f;
            y[pixels + p] = -1;
            y[2 * pixels + p] = 0.5f;
            classes[p] = p % 3;
        }
        for (Loss loss : List.of(SoftJaccardLoss.multiclass(), JaccardLoss.multiclass())) {
            requireDigits(new Case(loss, new long[] {1, 3, pixels}, y, classes));
        }
    }

    /** Each element of the gradient, not only the large ones. */
    private static void requireDigits(Case c) {
        float[] expected = new float[c.x.length];
        float[] found = poisoned(c.x.length);
        c.loss.forwardBackward(c.input(), c.target(), Tensor.of(expected, c.shape));
        c.loss.on(DEVICE).forwardBackward(c.input(), c.target(), Tensor.of(found, c.shape));
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], TOLERANCE * Math.abs(expected[i]) + 1e-44, c + "[" + i + "]");
        }
    }

    /** Empty masks, empty predictions, everything ignored, infinite logits, NaN. */
    static Stream<Case> edges() {
        long[] shape = {2, 3, 37};
        int n = size(shape);
        float[] x = new float[n];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < n; i++) x[i] = (float) random.nextGaussian(0, 3);
        float[] infinite = x.clone();
        infinite[5] = Float.NEGATIVE_INFINITY;
        infinite[150] = Float.NEGATIVE_INFINITY;
        float[] above = infinite.clone();
        above[44] = Float.POSITIVE_INFINITY;
        float[] nan = x.clone();
        nan[0] = Float.NaN;
        float[] absent = new float[n];
        Arrays.fill(absent, Float.NEGATIVE_INFINITY);
        float[] huge = new float[n];
        for (int i = 0; i < n; i++) huge[i] = i % 2 == 0 ? 3e38f : -3e38f;
        float[] mask = new float[n];
        for (int i = 0; i < n; i++) mask[i] = i % 2;
        float[] none = new float[n];
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        float[] broken = mask.clone();
        broken[100] = Float.NaN;
        List<Loss> losses = new ArrayList<>();
        for (JaccardLoss.Empty empty : JaccardLoss.Empty.values()) {
            losses.add(JaccardLoss.binary().withEmpty(empty));
            losses.add(JaccardLoss.multilabel().withEmpty(empty).withPerImage(true));
            losses.add(JaccardLoss.multiclass().withEmpty(empty));
        }
        losses.add(JaccardLoss.binary().withIgnoreIndex(1));
        losses.add(DiceLoss.multilabel().withIgnoreIndex(1));
        losses.add(SoftJaccardLoss.binary());
        losses.add(TverskyLoss.multiclass().withGamma(2));
        losses.add(DiceLoss.multilabel().withLogLoss(true));
        List<Case> cases = new ArrayList<>();
        for (Loss loss : losses) {
            for (float[] input : List.of(x, infinite, above, nan, absent, huge)) {
                for (float[] target : List.of(mask, none, ones, broken)) {
                    cases.add(new Case(loss, shape, input, target));
                }
            }
        }
        int[] ignored = new int[n / 3];
        Arrays.fill(ignored, -100);
        long[] zeros = new long[n / 3];
        Loss ignoring = DiceLoss.multiclass().withIgnoreIndex(-100);
        Loss regions = JaccardLoss.multiclass().withIgnoreIndex(-100).withPerClass(true);
        for (Loss loss : List.of(ignoring, regions)) {
            for (float[] input : List.of(x, infinite, above, nan, absent, huge)) {
                cases.add(new Case(loss, shape, input, ignored));
                cases.add(new Case(loss, shape, input, zeros));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("edges")
    void edgesOfTheCpu(Case c) {
        float[] expected = new float[c.x.length];
        float[] found = poisoned(c.x.length);
        Cpu cpu = new Cpu();
        double value = c.loss.on(cpu.backend()).forwardBackward(c.input(), c.target(), Tensor.of(expected, c.shape));
        requireNear(value, c.loss.on(DEVICE).forwardBackward(c.input(), c.target(), Tensor.of(found, c.shape)),
                c + ": value");
        requireNear(expected, found, cpu.term(), c + ": gradient");
    }
}
