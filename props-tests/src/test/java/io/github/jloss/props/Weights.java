// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Weights of a small shape, and the same weights written out for each element of the large one. */
record Weights(Tensor tensor, float[] expanded) {

    static Weights of(long[] small, long[] large, int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] weights = new float[(int) Arrays.stream(small).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextDouble(4);
        }
        float[] expanded = new float[n];
        for (int i = 0; i < n; i++) expanded[i] = weights[index(small, large, i)];
        return new Weights(Tensor.of(weights, small), expanded);
    }

    /** Where element i of the large shape finds its weight: axis by axis, from the last one on. */
    private static int index(long[] small, long[] large, int i) {
        int index = 0;
        int stride = 1;
        int rest = i;
        for (int axis = 1; axis <= small.length; axis++) {
            int length = (int) large[large.length - axis];
            if (small[small.length - axis] != 1) {
                index += rest % length * stride;
                stride *= length;
            }
            rest /= length;
        }
        return index;
    }
}
