// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Random;

/**
 * A point for each digit, near the points of equal digits and far from others: what losses of pairs, triplets and
 * angles are for. A digit held out is right if the nearest point of a digit trained on is of the same digit.
 */
abstract class Embedding implements Task {

    static final int SIZE = 32;

    final Digits train = Digits.forTraining();
    private final Digits heldOut = Digits.heldOut();
    private final boolean angles;

    /**
     * The task.
     *
     * @param angles whether near is a small angle, or a small distance
     */
    Embedding(boolean angles) {
        this.angles = angles;
    }

    @Override
    public int outputs() {
        return SIZE;
    }

    /** Another picture of the same digit. */
    final int alike(int digit, Random random) {
        return drawn(digit, true, random);
    }

    /** A picture of another digit. */
    final int different(int digit, Random random) {
        return drawn(digit, false, random);
    }

    private int drawn(int digit, boolean same, Random random) {
        int[] labels = train.labels();
        int drawn;
        do {
            drawn = random.nextInt(labels.length);
        } while (drawn == digit || labels[drawn] == labels[digit] != same);
        return drawn;
    }

    @Override
    public Score score(Mlp network) {
        float[] known = points(network, train);
        float[] asked = points(network, heldOut);
        int right = 0;
        for (int query = 0; query < heldOut.size(); query++) {
            if (train.labels()[nearest(asked, query, known)] == heldOut.labels()[query]) right++;
        }
        return Score.accuracy(right, heldOut.size());
    }

    private static int nearest(float[] asked, int query, float[] known) {
        int best = 0;
        float least = Float.POSITIVE_INFINITY;
        for (int row = 0; row < known.length / SIZE; row++) {
            float square = 0;
            for (int i = 0; i < SIZE; i++) {
                float difference = asked[query * SIZE + i] - known[row * SIZE + i];
                square += difference * difference;
            }
            if (square < least) {
                least = square;
                best = row;
            }
        }
        return best;
    }

    /** The points of digits; on the unit sphere, where the nearest is the one at the smallest angle, for angles. */
    private float[] points(Mlp network, Digits digits) {
        float[] points = network.outputs(digits.pixels());
        for (int row = 0; angles && row < digits.size(); row++) {
            double square = 0;
            for (int i = row * SIZE; i < (row + 1) * SIZE; i++) {
                square += points[i] * points[i];
            }
            for (int i = row * SIZE; i < (row + 1) * SIZE; i++) {
                points[i] /= (float) Math.sqrt(square);
            }
        }
        return points;
    }
}
