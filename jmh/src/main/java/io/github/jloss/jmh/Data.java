// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Batch;
import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What a loss is measured on. Always the same for a loss and a shape, so that all engines and forks see the same
 * branches and the same values.
 *
 * @param inputs what there is a gradient for
 * @param target floats, or null where there are labels or no target at all
 * @param labels classes, or null
 */
record Data(List<Array> inputs, Array target, Ints labels) {

    private static final long SEED = 20_250_925;

    private static final double POSITIVES = 0.3;

    /** Floats and their shape. */
    record Array(float[] data, long... shape) {}

    /** Classes and their shape. */
    record Ints(int[] data, long... shape) {}

    /** Gaussian logits against hard targets of the same shape, 30 % of them 1. */
    static Data masks(long... shape) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] input = new float[size(shape)];
        float[] target = new float[input.length];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) random.nextGaussian();
            target[i] = random.nextDouble() < POSITIVES ? 1 : 0;
        }
        return new Data(List.of(new Array(input, shape)), new Array(target, shape), null);
    }

    /** Gaussian numbers on both sides. */
    static Data numbers(long... shape) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] input = new float[size(shape)];
        float[] target = new float[input.length];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) random.nextGaussian();
            target[i] = (float) random.nextGaussian();
        }
        return new Data(List.of(new Array(input, shape)), new Array(target, shape), null);
    }

    /** Gaussian inputs of several shapes, and classes of the given shape, all equally likely. */
    static Data classes(int classes, long[] labelShape, long[]... inputShapes) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Array> inputs = Arrays.stream(inputShapes).map(s -> new Array(gaussian(random, size(s)), s)).toList();
        int[] labels = random.ints(size(labelShape), 0, classes).toArray();
        return new Data(inputs, null, new Ints(labels, labelShape));
    }

    /** Pairs of Gaussian rows, half of them alike: 1; the others have the number given. */
    static Data pairs(float unlike, long... shape) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] same = new float[(int) shape[0]];
        for (int i = 0; i < same.length; i++) same[i] = random.nextBoolean() ? 1 : unlike;
        return new Data(gaussian(random, 2, shape), new Array(same, shape[0]), null);
    }

    /** Three Gaussian rows each, without a target. */
    static Data triplets(long... shape) {
        return new Data(gaussian(new SplittableRandom(SEED), 3, shape), null, null);
    }

    private static List<Array> gaussian(SplittableRandom random, int inputs, long... shape) {
        return Stream.generate(() -> new Array(gaussian(random, size(shape)), shape)).limit(inputs).toList();
    }

    private static float[] gaussian(SplittableRandom random, int n) {
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) numbers[i] = (float) random.nextGaussian();
        return numbers;
    }

    private static int size(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** As tensors that something else makes, with room for all gradients. */
    Batch batch(BiFunction<float[], long[], Tensor> tensor) {
        List<Tensor> tensors = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        for (Array input : inputs) {
            tensors.add(tensor.apply(input.data, input.shape));
            gradients.add(tensor.apply(new float[input.data.length], input.shape));
        }
        Target with = labels != null ? Labels.of(labels.data, labels.shape)
                : target != null ? tensor.apply(target.data, target.shape) : null;
        return new Batch(tensors, with, gradients);
    }
}
