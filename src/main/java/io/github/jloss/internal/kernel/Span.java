// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** What a kernel call works on: arrays with offsets, and sums and buffers of the one thread that has it. */
public final class Span {

    /** Most elements a buffer holds: four arrays of them stay in a 48 KB first-level cache. */
    public static final int BUFFER = 2048;

    /** Inputs. */
    public final Operand x = new Operand();

    /** Targets. */
    public final Operand t = new Operand();

    /** First coefficients. */
    public final Operand a = new Operand();

    /** Second coefficients. */
    public final Operand b = new Operand();

    /** Weights, in the modes that have them. */
    public final Operand weights = new Operand();

    /** Where values or gradients go. */
    public final Operand out = new Operand();

    /** The upstream gradient, where there is one. */
    public final Operand upstream = new Operand();

    /** The caller's gradient, where it is not written by the kernel itself. */
    public final Operand destination = new Operand();

    /** Factor on gradients. */
    public float scale;

    /** The running sums, one for each logical lane; of a {@link FoldFormula} there are three times as many. */
    public final double[] sums = new double[3 * PointwiseKernel.LANES];

    /** The sums of the current block. */
    public final float[] lanes = new float[sums.length];

    /** The formula's parameters, for kernels that need them as floats. */
    public final float[] parameters = new float[Parameters.MOST];

    private final Operand[] operands = {x, t, a, b, weights, out, upstream, destination};

    /** Lets go of the caller's memory. */
    public void forget() {
        for (Operand operand : operands) {
            operand.forget();
        }
    }

    /** Points further on, or back, in all operands. */
    void skip(int elements) {
        for (Operand operand : operands) {
            operand.offset += elements;
            operand.bytes += (long) elements * Float.BYTES;
        }
    }

    /** Begins new sums. */
    public void clearSums() {
        Arrays.fill(sums, 0);
    }

    /** The sum of all lanes, by halves; the scaling undone. */
    public double sum() {
        return sum(0);
    }

    /** One of the three sums of a {@link FoldFormula}. */
    public double sum(int index) {
        int from = index * PointwiseKernel.LANES;
        for (int half = PointwiseKernel.LANES / 2; half > 0; half /= 2) {
            for (int i = from; i < from + half; i++) {
                sums[i] += sums[i + half];
            }
        }
        return sums[from] / PointwiseKernel.SUM_SCALE;
    }

    /** Begins a block. */
    public void clearLanes() {
        Arrays.fill(lanes, 0);
    }

    /** Ends a block: its float sums go to the double ones. */
    public void closeLanes() {
        for (int lane = 0; lane < lanes.length; lane++) {
            sums[lane] += lanes[lane];
        }
    }

    /** A part of an array: of the caller's, or of a buffer. */
    public static final class Operand {

        private static final float[] NOTHING = new float[0];

        /** The floats. */
        public float[] array = NOTHING;

        /** Index of the first one. */
        public int offset;

        /** Native memory instead, for loops over it. */
        public MemorySegment segment = MemorySegment.NULL;

        /** Where in it the first float is. */
        public long bytes;

        private float[] buffer = NOTHING;

        private Operand() {}

        private void forget() {
            array = NOTHING;
            segment = MemorySegment.NULL;
        }

        /** Points at an array. */
        public void use(float[] floats, int from) {
            array = floats;
            offset = from;
        }

        /** Whether {@link #read} would have to copy. */
        public static boolean copies(Tensor tensor) {
            return tensor != null && !(tensor.storage() instanceof float[]);
        }

        /** Whether a tensor is native memory, or not there at all. */
        public static boolean isNative(Tensor tensor) {
            return tensor == null || tensor.storage() instanceof MemorySegment memory && memory.isNative();
        }

        /** Points at elements in native memory. */
        public void point(Tensor tensor, long from) {
            if (tensor != null) {
                segment = (MemorySegment) tensor.storage();
                bytes = (tensor.offset() + from) * Float.BYTES;
            }
        }

        /** Points at elements of an array, or copies elements of a segment. */
        public void read(Tensor tensor, long from, int n) {
            if (tensor.storage() instanceof float[] floats) {
                use(floats, (int) (tensor.offset() + from));
            } else {
                useBuffer();
                Elements.read(tensor, from, array, 0, n);
            }
        }

        /** Points at elements of an array, or at the buffer for {@link #flush} to copy from. */
        public void write(Tensor tensor, long from) {
            if (tensor.storage() instanceof float[] floats) {
                use(floats, (int) (tensor.offset() + from));
            } else {
                useBuffer();
            }
        }

        /** Copies what was written to the buffer. */
        public void flush(Tensor tensor, long from, int n) {
            if (array == buffer) {
                Elements.write(array, 0, tensor, from, n);
            }
        }

        /** Coefficients broadcast to the shape of another tensor: in the buffer, if they are fewer. */
        public void broadcast(Tensor coefficients, Tensor like, long from, int n) {
            if (coefficients.size() == like.size()) {
                read(coefficients, from, n);
                return;
            }
            useBuffer();
            Broadcast.fill(coefficients, like, from, array, 0, n);
        }

        /** Points at the buffer. */
        public void useBuffer() {
            if (buffer.length == 0) {
                buffer = new float[BUFFER];
            }
            array = buffer;
            offset = 0;
        }
    }
}
