// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.distance.CosineDistance;
import io.github.jloss.internal.distance.EuclideanDistance;
import io.github.jloss.internal.distance.ManhattanDistance;
import io.github.jloss.internal.distance.PowerDistance;
import io.github.jloss.internal.distance.SquaredEuclideanDistance;
import java.io.Serializable;

/**
 * How far apart two embeddings are, and which way they move apart fastest. Those made here are computed by SIMD; one
 * of your own is two methods over arrays, called once for each row and from several threads at once. Its methods must
 * depend on their arguments alone, allocate nothing if a loss with it is to allocate nothing, and not call losses.
 *
 * <p>A distance is part of its loss: {@code equals} and {@code toString} should tell distances apart (records do).
 */
public interface Distance extends Serializable {

    /**
     * The distance.
     *
     * @param x1 holds the first embedding; must not be written
     * @param from1 index of its first element
     * @param x2 holds the second embedding; must not be written
     * @param from2 index of its first element
     * @param n number of elements
     * @return d(x1, x2)
     */
    double between(float[] x1, int from1, float[] x2, int from2, int n);

    /**
     * The gradients of the distance with respect to both embeddings.
     *
     * @param x1 holds the first embedding; must not be written
     * @param from1 index of its first element
     * @param x2 holds the second embedding; must not be written
     * @param from2 index of its first element
     * @param n number of elements
     * @param distance what {@link #between} gave for these embeddings
     * @param gradient1 receives dd/dx1 in its elements 0 to n - 1; no part of x1 or x2
     * @param gradient2 receives dd/dx2 in its elements 0 to n - 1; no part of x1 or x2
     */
    void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance, float[] gradient1,
            float[] gradient2);

    /**
     * The Euclidean distance as torch's {@code pairwise_distance}: {@code |x1 - x2 + 1e-6|}.
     *
     * @return {@code euclidean(1e-6)}
     */
    static Distance euclidean() {
        return euclidean(1e-6);
    }

    /**
     * The Euclidean distance {@code d = |u|, u = x1 - x2 + eps}, eps added to every coordinate before the norm;
     * gradients {@code u/d} and {@code -u/d}. Where d is 0 there is no direction and the gradients are 0; where it is
     * infinite there is none either, and they are NaN. Squares and differences beyond float's range are rescaled.
     *
     * <p>With eps above 0 a distance is never 0: identical embeddings are {@code eps sqrt(D)} apart, along (1, ..., 1),
     * and d(a, b) differs from d(b, a) by some eps. That is torch's bargain; {@code euclidean(0)} is the plain norm.
     *
     * @param eps at least 0
     * @return the distance
     */
    static Distance euclidean(double eps) {
        return new EuclideanDistance(Checks.asFloat("eps", Checks.notNegative("eps", eps)));
    }

    /**
     * The squared Euclidean distance {@code |x1 - x2|²}; gradients {@code ±2 (x1 - x2)}.
     *
     * @return the distance
     */
    static Distance squaredEuclidean() {
        return new SquaredEuclideanDistance();
    }

    /**
     * {@code 1 - c} with the cosine {@code c = x1.x2 / sqrt(A B)}, {@code A = |x1|² + 1e-12} and B of x2 likewise, as
     * torch's {@code cosine_embedding_loss} has it; gradient {@code c x1/A - x2/sqrt(A B)}, and likewise for x2. A zero
     * vector is at distance 1 from everything, with the gradient of this very function, which is up to 1e6 long. Small
     * distances keep their digits: above c = 1/2 it is half the squared distance of the normalized vectors.
     *
     * @return the distance
     */
    static Distance cosine() {
        return new CosineDistance();
    }

    /**
     * The sum of absolute differences; gradients {@code ±sgn(x1 - x2)}, 0 where coordinates are equal.
     *
     * @return the distance
     */
    static Distance manhattan() {
        return new ManhattanDistance(0);
    }

    /**
     * The p-norm {@code d = |z|_p} of {@code z = x1 - x2 + eps}; gradients {@code ±sgn(z) (|z|/d)^(p-1)}, 0 where d is
     * 0, NaN where it is infinite. It cannot overflow: powers are taken of {@code |z| / max |z|}.
     *
     * @param p a finite number of at least 1
     * @param eps added to each coordinate's difference, at least 0
     * @return the distance
     */
    static Distance norm(double p, double eps) {
        float power = (float) Checks.require(Float.isFinite((float) p) && p >= 1, "p", p,
                "a finite number of at least 1");
        float added = Checks.asFloat("eps", Checks.notNegative("eps", eps));
        return power == 1 ? new ManhattanDistance(added)
                : power == 2 ? new EuclideanDistance(added) : new PowerDistance(power, added);
    }
}
