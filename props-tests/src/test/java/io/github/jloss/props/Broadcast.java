// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Two weights for a batch of a larger shape. */
record Broadcast(long[] shape, Weights weight, Weights posWeight, long seed) {

    static Arbitrary<Broadcast> of(long[] shape) {
        int n = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return Combinators.combine(Problems.smallerShapes(shape), Problems.smallerShapes(shape), Arbitraries.longs())
                .as((a, b, seed) -> new Broadcast(shape, Weights.of(a, shape, n, seed),
                        Weights.of(b, shape, n, seed + 1), seed));
    }

    Tensor full(Weights weights) {
        return Tensor.of(weights.expanded(), shape);
    }

    Problem problem(Tensor w, Tensor v) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[weight.expanded().length];
        float[] t = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 5;
            t[i] = Problems.target(random);
        }
        return new Problem(r -> new BCEWithLogitsLoss().withWeight(w).withPosWeight(v).withReduction(r), null, shape,
                x, t);
    }
}
