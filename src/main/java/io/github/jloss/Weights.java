// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.kernel.Broadcast;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/** The weights of a batch: whether they fit, and what they add up to. */
final class Weights {

    private static final Sum SUM = new Sum();
    private static final Count COUNT = new Count();

    private Weights() {}

    /**
     * What a mean divides by.
     *
     * @param weights at least 0, or null for 1
     * @param meanBy their sum, or how many are above 0
     * @param losses how many losses there are; each weight is that of equally many
     * @param backend where they are added up
     * @throws IllegalArgumentException if a weight is negative or no finite number
     */
    static double divisor(Tensor weights, MeanBy meanBy, long losses, Backend backend) {
        if (weights == null || losses == 0) {
            return losses;
        }
        double sum = PointwisePass.sum(backend, SUM, weights);
        if (!Double.isFinite(sum)) {
            refuse(weights);
        }
        double times = (double) losses / weights.size();
        return times * (meanBy == MeanBy.WEIGHTS ? sum : PointwisePass.sum(backend, COUNT, weights));
    }

    /** Refuses weights that are negative or no finite numbers. */
    static void require(Tensor weights, Backend backend) {
        divisor(weights, MeanBy.WEIGHTS, weights.size(), backend);
    }

    /** One weight, checked. */
    static float at(Tensor weights, long index) {
        float w = weights.get(index);
        if (!isWeight(w)) {
            throw new IllegalArgumentException("weights: found " + w + " at index " + index
                    + ", expected a finite number of at least 0");
        }
        return w;
    }

    /**
     * Whether weights hide some elements of the tensor they are broadcast to.
     *
     * @param weights broadcast
     * @param like the tensor, or labels
     * @param first index of its first element
     * @param stride from one to the next
     * @param count how many
     */
    static boolean mask(Tensor weights, Target like, long first, long stride, long count) {
        for (long i = 0; i < count; i++) {
            if (weights.get(Broadcast.index(weights, like, first + i * stride)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWeight(float w) {
        return w >= 0 && w <= Float.MAX_VALUE;
    }

    private static void refuse(Tensor weights) {
        for (long i = 0; i < weights.size(); i++) {
            at(weights, i);
        }
    }

    /** A weight; infinity for a negative one, so that the sum tells whether all are weights. */
    private record Sum() implements PointwiseFormula {
        @Override
        public float value(float w, float t) {
            return Scalar.ifLess(w, 0, Float.POSITIVE_INFINITY, w);
        }

        @Override
        public float gradient(float w, float t) {
            return 1;
        }
    }

    /** 1 for each weight above 0. */
    private record Count() implements PointwiseFormula {
        @Override
        public float value(float w, float t) {
            return Scalar.ifLess(0, w, 1, 0);
        }

        @Override
        public float gradient(float w, float t) {
            return 0;
        }
    }
}
