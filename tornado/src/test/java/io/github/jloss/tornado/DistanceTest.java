// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Distance;
import io.github.jloss.EmbeddingLoss;
import io.github.jloss.Labels;
import io.github.jloss.Reduction;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.TripletMarginLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of distances on the device, as on the CPU. */
class DistanceTest {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    /** Rows and their elements: one, primes, more than threads for a row, more rows than groups at once. */
    private static final int[][] SHAPES = {{1, 1}, {1, 7}, {3, 1}, {5, 128}, {257, 3}, {37, 513}, {2, 5000},
        {17_011, 2}, {9, 0}, {0, 4}};

    private static final Backward ADDED = Backward.ADD.scale(0.7);

    private final Random random = new Random(7);

    private static List<Distance> distances() {
        return List.of(Distance.euclidean(), Distance.euclidean(0), Distance.squaredEuclidean(), Distance.cosine(),
                Distance.manhattan(), Distance.norm(1, 1e-6), Distance.norm(3, 1e-6), Distance.norm(1.5, 0));
    }

    static Stream<EmbeddingLoss<?>> losses() {
        Stream<EmbeddingLoss<?>> contrastive = distances().stream()
                .map(d -> new ContrastiveLoss().withDistance(d).withReduction(Reduction.SUM));
        Stream<EmbeddingLoss<?>> cosine = Stream.of(new CosineEmbeddingLoss(),
                new CosineEmbeddingLoss().withMargin(0.3).withReduction(Reduction.SUM));
        Stream<EmbeddingLoss<?>> triplet = Stream.of(1.0, 2.0, 3.5).flatMap(p -> Stream.of(true, false)
                .map(swap -> new TripletMarginLoss().withP(p).withSwap(swap)));
        return Stream.of(contrastive, cosine, triplet).flatMap(s -> s);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpu(EmbeddingLoss<?> loss) {
        for (int[] shape : SHAPES) {
            compare(loss, inputs(loss, shape[0], shape[1], 1), target(loss, shape[0]),
                    shape[0], shape[1]);
        }
    }

    /** Squares beyond float's range, above and below. */
    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuAtEveryScale(EmbeddingLoss<?> loss) {
        for (double scale : new double[] {1e36, 1e25, 1e-25}) {
            compare(loss, inputs(loss, 37, 19, scale), target(loss, 37), 37, 19);
        }
    }

    /** Equal rows, zero vectors, nearly equal and opposite ones. */
    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuForRowsThatAreAlike(EmbeddingLoss<?> loss) {
        int n = 40;
        int d = 33;
        List<float[]> inputs = inputs(loss, n, d, 1);
        float[] x = inputs.get(0);
        float[] y = inputs.get(1);
        for (int i = 0; i < n * d; i++) {
            switch (i / d % 5) {
                case 0 -> y[i] = x[i];
                case 1 -> x[i] = 0;
                case 2 -> y[i] = x[i] * 1.0001f;
                case 3 -> y[i] = -x[i];
                default -> { }
            }
        }
        compare(loss, inputs, target(loss, n), n, d);
    }

    /** NaN and infinities in some rows; they do not reach others. */
    @ParameterizedTest
    @MethodSource("losses")
    void isThatOfTheCpuForWhatIsNoNumber(EmbeddingLoss<?> loss) {
        int n = 45;
        int d = 21;
        List<float[]> inputs = inputs(loss, n, d, 1);
        float[] what = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int row = 0; row < n; row += 2) {
            inputs.get(random.nextInt(inputs.size()))[row * d + random.nextInt(d)] = what[row / 2 % 3];
        }
        compare(loss, inputs, target(loss, n), n, d);
    }

    @Test
    void takesLabelsOfBothKinds() {
        int n = 7;
        List<float[]> inputs = inputs(new ContrastiveLoss(), n, 5, 1);
        compare(new ContrastiveLoss(), inputs, Labels.of(0, 1, 1, 0, 1, 0, 0), n, 5);
        compare(new ContrastiveLoss(), inputs, Labels.of(0L, 1L, 1L, 0L, 1L, 0L, 0L), n, 5);
        compare(new CosineEmbeddingLoss(), inputs, Labels.of(-1, 1, 1, -1, 1, -1, 1), n, 5);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void staysOnTheDevice(EmbeddingLoss<?> loss) {
        int n = 31;
        int d = 50;
        List<float[]> inputs = inputs(loss, n, d, 1);
        Target target = target(loss, n);
        List<float[]> expected = zeros(inputs);
        List<DeviceTensor> held = new ArrayList<>();
        try {
            for (float[] input : inputs) {
                held.add(DEVICE.upload(Tensor.of(input, n, d)));
            }
            List<Tensor> on = held.stream().map(DeviceTensor::tensor).toList();
            Target targetOn = target;
            if (target instanceof Tensor tensor) {
                held.add(DEVICE.upload(tensor));
                targetOn = held.getLast().tensor();
            }
            double value = loss.forwardBackward(new Batch(tensors(inputs, n, d), target, tensors(expected, n, d)),
                    Backward.OVERWRITE);
            // In place, and each gradient where another input is.
            List<Tensor> turned = new ArrayList<>(on);
            Collections.rotate(turned, 1);
            assertEquals(value, loss.on(DEVICE).forwardBackward(new Batch(on, targetOn, turned), Backward.OVERWRITE),
                    1e-6 * value);
            for (int i = 0; i < inputs.size(); i++) {
                float[] found = new float[n * d];
                turned.get(i).device().read(0, found, 0, n * d);
                assertNear(loss + ", gradient " + i, expected.get(i), found, n, d,
                        largest(loss, inputs, n, d, 1, null));
            }
        } finally {
            held.forEach(DeviceTensor::close);
        }
    }

    @Test
    void refusesDistancesThatHaveNoKernel() {
        Distance own = new Distance() {
            @Override
            public double between(float[] x1, int from1, float[] x2, int from2, int n) {
                return 0;
            }

            @Override
            public void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance,
                    float[] gradient1, float[] gradient2) {}
        };
        EmbeddingLoss<?> loss = new ContrastiveLoss().withDistance(own).on(DEVICE);
        Tensor x = Tensor.of(new float[2], 1, 2);
        Batch batch = new Batch(List.of(x, x), Labels.of(1), Arrays.asList(null, null));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> loss.forward(batch)).getMessage()
                .startsWith("distance: found "));
    }

    private List<float[]> inputs(EmbeddingLoss<?> loss, int n, int d, double scale) {
        List<float[]> inputs = new ArrayList<>();
        for (int i = 0; i < loss.inputNames().size(); i++) {
            inputs.add(new float[n * d]);
            for (int j = 0; j < n * d; j++) {
                inputs.get(i)[j] = (float) (scale * random.nextGaussian());
            }
        }
        return inputs;
    }

    private Target target(EmbeddingLoss<?> loss, int n) {
        if (loss instanceof TripletMarginLoss) return null;
        float[] target = new float[n];
        for (int i = 0; i < n; i++) {
            target[i] = random.nextBoolean() ? 1 : loss instanceof CosineEmbeddingLoss ? -1 : 0;
        }
        return Tensor.of(target);
    }

    private static List<float[]> zeros(List<float[]> like) {
        return like.stream().map(f -> new float[f.length]).toList();
    }

    private static List<Tensor> tensors(List<float[]> arrays, int n, int d) {
        return arrays.stream().map(a -> Tensor.of(a, n, d)).toList();
    }

    /** Value, losses, gradients overwritten and added, some missing, upstream. */
    private void compare(EmbeddingLoss<?> loss, List<float[]> inputs, Target target, int n, int d) {
        List<Tensor> tensors = tensors(inputs, n, d);
        String what = loss + " of " + n + " x " + d;
        float[] expectedLosses = new float[n];
        float[] losses = new float[n];
        Arrays.fill(losses, Float.NaN);
        loss.losses(new Batch(tensors, target, Arrays.asList(new Tensor[inputs.size()])), Tensor.of(expectedLosses));
        loss.on(DEVICE).losses(new Batch(tensors, target, Arrays.asList(new Tensor[inputs.size()])), Tensor.of(losses));
        double[] largest = largest(loss, inputs, n, d, 1, null);
        for (int i = 0; i < n; i++) {
            assertClose(what + ", loss " + i, expectedLosses[i], losses[i],
                    value(loss, inputs, d, i, expectedLosses[i]));
        }
        float[] upstream = new float[n];
        for (int i = 0; i < n; i++) {
            upstream[i] = i % 5 == 2 ? 0 : (float) random.nextGaussian();
        }
        for (int way = 0; way < 3; way++) {
            List<float[]> expected = zeros(inputs);
            List<float[]> found = zeros(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                Arrays.fill(expected.get(i), way == 1 ? i + 0.5f : Float.NaN);
                Arrays.fill(found.get(i), way == 1 ? i + 0.5f : Float.NaN);
            }
            List<Tensor> to = new ArrayList<>(tensors(expected, n, d));
            List<Tensor> onDevice = new ArrayList<>(tensors(found, n, d));
            if (way == 1) {
                to.set(0, null);
                onDevice.set(0, null);
            }
            if (way == 2) {
                loss.backward(new Batch(tensors, target, to), Tensor.of(upstream), Backward.OVERWRITE);
                loss.on(DEVICE).backward(new Batch(tensors, target, onDevice), Tensor.of(upstream), Backward.OVERWRITE);
            } else {
                Backward how = way == 0 ? Backward.OVERWRITE : ADDED;
                double value = loss.forwardBackward(new Batch(tensors, target, to), how);
                double other = loss.on(DEVICE).forwardBackward(new Batch(tensors, target, onDevice), how);
                double magnitude = 0;
                for (int i = 0; i < n; i++) {
                    magnitude += value(loss, inputs, d, i, expectedLosses[i]);
                }
                assertClose(what, value, other, magnitude);
            }
            double[] bound = way == 2 ? largest(loss, inputs, n, d, 1, upstream) : largest;
            for (int i = 0; i < inputs.size(); i++) {
                assertNear(what + ", way " + way + ", gradient " + i, expected.get(i), found.get(i), n, d, bound);
            }
        }
    }

    /**
     * What is rounded on the way to a row's loss: the distances of a triplet, which are subtracted; a cosine, and the
     * distance of a pair from 2, which is squared, to a tenth of these 1e-6.
     */
    private static double value(EmbeddingLoss<?> loss, List<float[]> inputs, int d, int row, double value) {
        if (loss instanceof CosineEmbeddingLoss) return 0.1;
        if (!(loss instanceof TripletMarginLoss)) return value < 4 ? 0.5 * Math.sqrt(value) : 0;
        double sum = 1;
        for (float[] input : inputs) {
            for (int j = row * d; j < (row + 1) * d; j++) {
                sum += Math.abs(input[j]);
            }
        }
        return sum;
    }

    /**
     * The largest term of a row's gradients, which other terms may cancel: of a cosine the sides, of norms 1 or the
     * margin.
     */
    private static double[] largest(EmbeddingLoss<?> loss, List<float[]> inputs, int n, int d, double scale,
            float[] upstream) {
        double[] largest = new double[n];
        boolean cosine = loss.toString().contains("osine");
        for (int row = 0; row < n; row++) {
            for (float[] input : inputs) {
                double squares = 1e-12;
                for (int j = row * d; j < (row + 1) * d; j++) {
                    squares += (double) input[j] * input[j];
                }
                largest[row] = Math.max(largest[row], cosine ? 4 / Math.sqrt(squares) : 0);
            }
            if (loss instanceof TripletMarginLoss) {
                largest[row] = 1;
            } else if (!cosine) {
                largest[row] = 2;
            }
            largest[row] *= scale * (upstream != null ? Math.abs(upstream[row])
                    : loss.reduction() == Reduction.MEAN ? 1.0 / n : 1);
        }
        return largest;
    }

    private static void assertClose(String what, double expected, double found, double magnitude) {
        if (Double.compare(expected, found) == 0) return;
        double most = Math.max(Math.abs(expected), magnitude);
        assertEquals(expected, found, Double.isFinite(most) ? 1e-6 * most + 1e-14 : Double.MIN_VALUE, what);
    }

    /** Within 4 ulp of the row's largest gradient, or of the largest term. */
    private static void assertNear(String what, float[] expected, float[] found, int n, int d, double[] terms) {
        for (int row = 0; row < n; row++) {
            float most = (float) terms[row];
            for (int i = row * d; i < (row + 1) * d; i++) {
                most = Math.abs(expected[i]) > most ? Math.abs(expected[i]) : most;
            }
            for (int i = row * d; i < (row + 1) * d; i++) {
                if (expected[i] != found[i] && Float.compare(expected[i], found[i]) != 0) {
                    assertEquals(expected[i], found[i],
                            Float.isFinite(most) ? 4 * Math.ulp(most) : Float.MIN_VALUE,
                            what + " at " + row + ", " + (i - row * d));
                }
            }
        }
    }
}
