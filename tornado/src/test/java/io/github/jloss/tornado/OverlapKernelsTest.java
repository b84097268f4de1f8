// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.Backend;
import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import io.github.jloss.spi.Overlap.Activation;
import io.github.jloss.tornado.kernels.Arguments;
import io.github.jloss.tornado.kernels.ClassProbabilities;
import io.github.jloss.tornado.kernels.ClassSlopes;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.OverlapArguments;
import io.github.jloss.tornado.kernels.OverlapSlopes;
import io.github.jloss.tornado.kernels.OverlapSums;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernels of the overlap losses as Java, with one thread: they need no device for that. */
class OverlapKernelsTest {

    private static final int IMAGES = 3;
    private static final int CLASSES = 4;
    private static final int PIXELS = 11;
    private static final int SIZE = IMAGES * CLASSES * PIXELS;

    private static final int INPUT = 0;
    private static final int TARGET = SIZE;
    private static final int OUTPUT = 2 * SIZE;
    private static final int SLOPES = 3 * SIZE;
    private static final int SUMS = 4 * SIZE;

    private final FloatArray memory = new FloatArray(10 * SIZE);
    private final IntArray at = new IntArray(Arguments.SIZE);
    private final FloatArray options = new FloatArray(Arguments.OPTIONS);
    private final FloatArray results = new FloatArray(1);

    @ParameterizedTest
    @CsvSource({"NONE, true, false, false", "NONE, false, true, false", "SIGMOID, true, true, false",
            "SIGMOID, false, false, false", "SOFTMAX, false, false, false", "SOFTMAX, true, true, false",
            "SOFTMAX, true, false, true", "SIGMOID, true, true, true"})
    void sumsAndGradientsOfTheCpu(Activation activation, boolean product, boolean perImage, boolean oneHot) {
        SplittableRandom random = new SplittableRandom(1);
        float[] x = new float[SIZE];
        float[] t = new float[SIZE];
        int[] labels = new int[IMAGES * PIXELS];
        for (int i = 0; i < SIZE; i++) {
            x[i] = activation == Activation.NONE ? random.nextFloat() : (float) random.nextGaussian(0, 4);
            t[i] = i % 3 == 0 ? random.nextFloat() : 1;
        }
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(-1, CLASSES);
        }
        Overlap what = new Overlap(activation, product, perImage, IMAGES, CLASSES, PIXELS, 0, oneHot ? -1 : Float.NaN);
        double[] slopes = new double[2 * what.regions()];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = (float) random.nextGaussian();
            memory.set(SLOPES + i, (float) slopes[i]);
        }
        for (int i = 0; i < SIZE; i++) {
            memory.set(INPUT + i, x[i]);
            memory.set(TARGET + i, !oneHot ? t[i] : i < labels.length ? labels[i] : Float.NaN);
        }
        describe(what, oneHot);
        KernelContext context = new KernelContext();
        if (activation == Activation.SOFTMAX) {
            at.set(ClassProbabilities.PROBABILITIES, OUTPUT);
            ClassProbabilities.run(context, memory, at, options, results);
            requireTicket();
            at.set(OverlapArguments.INPUT, OUTPUT);
        }
        at.set(OverlapSums.LANES, 1);
        at.set(OverlapSums.PARTS, 2);
        at.set(OverlapSums.TASKS, 2 * what.regions());
        at.set(OverlapSums.SUMS, SUMS);
        OverlapSums.run(context, memory, at, options, results);
        requireTicket();
        at.set(OverlapArguments.SLOPES, SLOPES);
        at.set(OverlapArguments.GRADIENT, OUTPUT);
        at.set(OverlapArguments.ADD, 0);
        at.set(OverlapArguments.IGNORES_GRADIENT, oneHot ? 1 : 0);
        if (activation == Activation.SOFTMAX) {
            ClassSlopes.run(context, memory, at, options, results);
        } else {
            OverlapSlopes.run(context, memory, at, options, results);
        }
        requireTicket();

        Target target = oneHot ? Labels.of(labels) : Tensor.of(t);
        double[] sums = new double[3 * what.regions()];
        OverlapCall call = new OverlapCall();
        call.what = what;
        call.input = Tensor.of(x);
        call.target = target;
        call.sums = sums;
        Backend.cpu(1).family(OverlapFamily.class).overlapSums(call);
        for (int i = 0; i < sums.length; i++) {
            double found = 0;
            for (int part = 0; part < 2; part++) {
                int from = SUMS + 6 * (i / 3 * 2 + part) + 2 * (i % 3);
                found += GroupSum.of(memory.get(from), memory.get(from + 1));
            }
            assertEquals(sums[i], found, 1e-6 * sums[i], "sum " + i);
        }
        float[] expected = new float[SIZE];
        float[] found = new float[SIZE];
        call.slopes = slopes;
        call.gradient = Tensor.of(expected);
        Backend.cpu(1).family(OverlapFamily.class).overlapGradient(call);
        for (int i = 0; i < SIZE; i++) {
            found[i] = memory.get(OUTPUT + i);
        }
        assertArrayEquals(expected, found, "the same formulas in the same order");
    }

    private void describe(Overlap what, boolean oneHot) {
        at.set(Arguments.THREADS, 1);
        at.set(Arguments.TICKET, 7);
        at.set(OverlapArguments.IMAGES, IMAGES);
        at.set(OverlapArguments.CLASSES, CLASSES);
        at.set(OverlapArguments.PIXELS, PIXELS);
        at.set(OverlapArguments.PER_IMAGE, what.perImage() ? 1 : 0);
        at.set(OverlapArguments.LOGITS, what.activation() == Activation.SIGMOID ? 1 : 0);
        at.set(OverlapArguments.SOFTMAX, what.activation() == Activation.SOFTMAX ? 1 : 0);
        at.set(OverlapArguments.PRODUCT, what.product() ? 1 : 0);
        at.set(OverlapArguments.ONE_HOT, oneHot ? 1 : 0);
        at.set(OverlapArguments.FIRST_LABEL, what.firstLabel());
        at.set(OverlapArguments.IGNORES, oneHot ? 1 : 0);
        at.set(OverlapArguments.INPUT, INPUT);
        at.set(OverlapArguments.TARGET, TARGET);
        at.set(OverlapArguments.WEIGHTS, -1);
        options.set(OverlapArguments.IGNORED, what.ignored());
        options.set(OverlapArguments.SLOPE_SCALE, 1);
    }

    private void requireTicket() {
        assertEquals(7, results.get(0), "ticket");
        results.set(0, 0);
    }
}
