// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.Span;
import java.util.Arrays;

/**
 * A tile of some rows: for each class an array of its elements, one for each row. It is a part of the caller's array,
 * or a copy in a buffer.
 */
public final class Plane {

    /** The largest buffer that is kept for the next call: 32 MiB. */
    private static final int MOST_KEPT = 1 << 23;

    private static final float[] NOTHING = new float[0];

    /** The elements. */
    float[] array;

    private int base;
    private int stride;
    private float[] buffer = NOTHING;
    private final Transposer transposer = new Transposer();

    /** Where an element is. */
    int index(int row, int label) {
        return base + label * stride + row;
    }

    /** Lets go of the caller's memory, and of a buffer for so many classes that few rows are larger than most. */
    void forget() {
        array = null;
        if (buffer.length > MOST_KEPT) {
            buffer = NOTHING;
        }
    }

    /** Points at the caller's memory. */
    void point(SoftmaxJob job, Tensor tensor, long first) {
        array = (float[]) tensor.storage();
        base = (int) (tensor.offset() + job.index(first, 0));
        stride = (int) job.inner;
    }

    /** Points at the buffer; rows are padded to whole vectors. */
    void useBuffer(SoftmaxJob job, int n) {
        // One line more than the rows take: at a distance of 4096 bytes, 16 classes would share one set of the cache.
        stride = padded(n) + PointwiseKernel.LANES;
        int size = stride * job.classes;
        if (buffer.length < size) {
            buffer = new float[size];
        }
        array = buffer;
        base = 0;
    }

    /** So many rows and those that fill up the last vector. */
    static int padded(int n) {
        return (n + PointwiseKernel.LANES - 1) / PointwiseKernel.LANES * PointwiseKernel.LANES;
    }

    /** Copies rows to the buffer. */
    void load(SoftmaxJob job, Tensor tensor, long first, int n) {
        useBuffer(job, n);
        if (job.inner == 1) {
            for (int row = 0; row < n; row += Transposer.ROWS) {
                loadRows(job, tensor, first + row, Math.min(Transposer.ROWS, n - row), row);
            }
            return;
        }
        for (int c = 0; c < job.classes; c++) {
            int length;
            for (int row = 0; row < n; row += length) {
                length = length(job, first + row, n - row);
                Elements.read(tensor, job.index(first + row, c), array, index(row, c), length);
            }
            Arrays.fill(array, index(n, c), index(padded(n), c), 0);
        }
    }

    private void loadRows(SoftmaxJob job, Tensor tensor, long first, int count, int to) {
        float[] rows = transposer.rows(job.classes);
        int from = 0;
        if (count == Transposer.ROWS && tensor.storage() instanceof float[] floats) {
            rows = floats;
            from = (int) (tensor.offset() + first * job.classes);
        } else {
            Elements.read(tensor, first * job.classes, rows, 0, count * job.classes);
            Arrays.fill(rows, count * job.classes, Transposer.ROWS * job.classes, 0);
        }
        transposer.toColumns(job.kernels.reductions(), rows, from, job.classes, array, to, stride);
    }

    /** Elements of a class that are next to each other, from a row on. */
    private static int length(SoftmaxJob job, long row, int most) {
        return (int) Math.min(most, job.inner - row % job.inner);
    }

    /** Delivers the rows in the buffer as gradients; {@code kernel} combines them with what is there. */
    void deliver(SoftmaxJob job, Span s, PointwiseKernel kernel, long first, int n) {
        if (job.inner == 1) {
            for (int row = 0; row < n; row += Transposer.ROWS) {
                deliverRows(job, s, kernel, first + row, Math.min(Transposer.ROWS, n - row), row);
            }
            return;
        }
        for (int c = 0; c < job.classes; c++) {
            int length;
            for (int row = 0; row < n; row += length) {
                length = length(job, first + row, n - row);
                combine(job, s, kernel, array, index(row, c), job.index(first + row, c), length);
            }
        }
    }

    private void deliverRows(SoftmaxJob job, Span s, PointwiseKernel kernel, long to, int count, int from) {
        boolean direct = count == Transposer.ROWS && !job.add && job.gradient.storage() instanceof float[];
        s.out.use(transposer.rows(job.classes), 0);
        if (direct) {
            s.out.write(job.gradient, to * job.classes);
        }
        transposer.toRows(job.kernels.reductions(), array, from, stride, job.classes, s.out.array, s.out.offset);
        if (!direct) {
            combine(job, s, kernel, s.out.array, s.out.offset, to * job.classes, count * job.classes);
        }
    }

    private static void combine(SoftmaxJob job, Span s, PointwiseKernel kernel, float[] from, int at, long to, int n) {
        s.out.use(from, at);
        if (job.add) {
            s.destination.read(job.gradient, to, n);
        } else {
            s.destination.write(job.gradient, to);
        }
        kernel.combine(s, 1, false, job.add, n);
        s.destination.flush(job.gradient, to, n);
    }
}
