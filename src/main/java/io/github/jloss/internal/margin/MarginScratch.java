// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.margin;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.MatrixKernel;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.internal.parallel.Pool;
import java.util.Arrays;

/**
 * What one thread needs for a {@link MarginJob} besides the job's own memory: arrays for one block of classes, together
 * not more than 200 D + 110,000 floats.
 */
public final class MarginScratch {

    static final Pool<MarginScratch> SCRATCH = new Pool<>(MarginScratch::new);

    private static final float[] NOTHING = new float[0];

    /** Rows of the weight: the caller's array, or a copy. */
    float[] weight = NOTHING;

    /** Where in it they begin. */
    int weightAt;

    /** What the exponential function is taken of. */
    float[] exponents = NOTHING;

    /** The gradient of a block's rows before they are projected. */
    float[] gradient = NOTHING;

    /** Some columns of a block's weights, packed. */
    float[] panel = NOTHING;

    /** Some columns of a block's derivatives, packed. */
    float[] strips = NOTHING;

    /** The sums of a scalar product. */
    final double[] lanes = new double[MatrixKernel.LANES];

    /** What the exponential function is computed with. */
    final Span span = new Span();

    private float[] copy = NOTHING;
    private float[] row = NOTHING;

    /** An array of at least that length: this one, or a new one of zeros. */
    static float[] atLeast(float[] array, long length) {
        return array.length >= length ? array : new float[Math.toIntExact(length)];
    }

    /**
     * Points at rows of the weight. They are copied if they are in a segment, or if their number is no multiple of
     * {@link MatrixKernel#ROWS}: what is missing is then zeros.
     */
    void takeWeight(Tensor tensor, long first, int rows) {
        int depth = (int) tensor.dim(1);
        int padded = MarginJob.up(rows, MatrixKernel.ROWS);
        if (tensor.storage() instanceof float[] floats && padded == rows) {
            weight = floats;
            weightAt = (int) (tensor.offset() + first * depth);
            return;
        }
        copy = atLeast(copy, (long) MarginJob.BLOCK * depth);
        Elements.read(tensor, first * depth, copy, 0, rows * depth);
        Arrays.fill(copy, rows * depth, padded * depth, 0);
        weight = copy;
        weightAt = 0;
    }

    /** Room for one row. */
    float[] row(int n) {
        row = atLeast(row, n);
        return row;
    }

    /** Bytes that are kept for the next call. */
    long held() {
        return (long) Float.BYTES * (exponents.length + gradient.length + panel.length + strips.length
                + copy.length + row.length);
    }

    /** Lets go of the caller's memory. */
    void forget() {
        weight = NOTHING;
        span.forget();
    }

    /**
     * Delivers the gradient of a normalised row: {@code (g - (v inverse) t) factor}, which with t = (v inverse).g is
     * the normalisation's own derivative.
     */
    void project(float[] v, int vo, float inverse, float[] g, int go, float t, float factor, Tensor to, long from,
            int n, boolean add) {
        float[] out;
        int at;
        if (to.storage() instanceof float[] floats) {
            out = floats;
            at = (int) (to.offset() + from);
        } else {
            out = row(n);
            at = 0;
            if (add) {
                Elements.read(to, from, row, 0, n);
            }
        }
        if (add) {
            for (int i = 0; i < n; i++) {
                out[at + i] += Fma.fma(-t, v[vo + i] * inverse, g[go + i]) * factor;
            }
        } else {
            for (int i = 0; i < n; i++) {
                out[at + i] = Fma.fma(-t, v[vo + i] * inverse, g[go + i]) * factor;
            }
        }
        if (out == row) {
            Elements.write(row, 0, to, from, n);
        }
    }
}
