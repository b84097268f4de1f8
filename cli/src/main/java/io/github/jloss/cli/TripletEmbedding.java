// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Batch;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.List;
import java.util.Random;

/** Learns from triplets: each digit, one of the same kind, one of another. */
final class TripletEmbedding extends Embedding {

    TripletEmbedding() {
        super(false);
    }

    @Override
    public Lesson lesson(int[] digits, Random random) {
        int n = digits.length;
        int[] shown = new int[3 * n];
        for (int i = 0; i < n; i++) {
            shown[i] = digits[i];
            shown[n + i] = alike(digits[i], random);
            shown[2 * n + i] = different(digits[i], random);
        }
        return new Lesson(train.images(shown), null);
    }

    @Override
    public Batch batch(Tensor outputs, Target target, Tensor gradient) {
        return new Batch(thirds(outputs), target, thirds(gradient));
    }

    private static List<Tensor> thirds(Tensor all) {
        long n = all.dim(0) / 3;
        return List.of(all.slice(0, n), all.slice(n, 2 * n), all.slice(2 * n, 3 * n));
    }
}
