// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.GradientFactor;
import io.github.jloss.tornado.kernels.Arguments;
import io.github.jloss.tornado.kernels.GroupSum;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * One call of an engine: brings tensors that are not on the device there, runs kernels, and takes results back to where
 * they belong. Tensors on the device are used where they are.
 */
final class Call implements AutoCloseable {

    /** Labels that are made floats at a time. */
    private static final int LABELS = 1 << 16;

    private final Session session;
    private final int[] arguments = new int[Arguments.SIZE];
    private final float[] options = new float[Arguments.OPTIONS];
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    private record Piece(int at, long n) {}

    private record Output(Tensor tensor, int at) {}

    Call(Session session) {
        this.session = session;
    }

    /**
     * A tensor that is read.
     *
     * @param tensor may be null
     * @return where it is on the device, -1 for null
     */
    int in(Tensor tensor) {
        if (tensor == null) return -1;
        if (tensor.device() != null) return resident(tensor);
        int at = temporary(tensor.size());
        session.upload(segment(tensor), tensor.offset(), at, (int) tensor.size());
        return at;
    }

    /**
     * A tensor that is written; {@link #finish} brings it back.
     *
     * @param tensor may be null
     * @param read whether what it holds matters
     * @return where it is on the device, -1 for null
     */
    int out(Tensor tensor, boolean read) {
        if (tensor == null) return -1;
        if (tensor.device() != null) return resident(tensor);
        int at = read ? in(tensor) : temporary(tensor.size());
        outputs.add(new Output(tensor, at));
        return at;
    }

    private int resident(Tensor tensor) {
        if (tensor.device() instanceof DeviceTensor.Memory memory && memory.isOf(session)) {
            return memory.at() + (int) tensor.offset();
        }
        throw new IllegalArgumentException("tensor: its floats are " + tensor.device() + ", expected memory of "
                + session.device() + " or of this JVM");
    }

    /**
     * Device memory for the time of this call.
     *
     * @param n floats
     * @return where it is
     */
    int temporary(long n) {
        int at = session.take(n);
        pieces.add(new Piece(at, n));
        return at;
    }

    /** Sets an int argument. */
    Call set(int index, int value) {
        arguments[index] = value;
        return this;
    }

    /** Sets a float argument. */
    Call option(int index, float value) {
        options[index] = value;
        return this;
    }

    /**
     * Sets the factor on gradients, which with weights may be beyond float's range, as two options.
     *
     * @param scale the factor
     * @param weights null means that float must hold the factor
     * @param first the option that is one part of it
     * @param second the option that is the other one
     */
    void scale(double scale, Tensor weights, int first, int second) {
        float power = weights == null ? 1 : GradientFactor.power(scale);
        option(first, GradientFactor.asFloat(scale / power)).option(second, power);
    }

    /** All int arguments, to be written to. */
    int[] arguments() {
        return arguments;
    }

    /** Makes ready the kernels that are about to run: all at once, as each time costs a new plan. */
    Call prepare(Kernel... kernels) {
        session.prepare(List.of(kernels));
        return this;
    }

    /** Runs a kernel with the arguments set so far. */
    Plan.FloatResults run(Kernel kernel, int groups) {
        return session.run(kernel, groups, arguments, options);
    }

    /** Copies floats from the device. */
    void read(int at, float[] into) {
        session.download(at, MemorySegment.ofArray(into), 0, into.length);
    }

    /** Copies floats to the device. */
    void write(float[] from, int at) {
        session.upload(MemorySegment.ofArray(from), 0, at, from.length);
    }

    /**
     * Labels, as floats.
     *
     * @param labels on the host, as they always are
     * @param number what stands for a label
     * @return where they are on the device
     */
    int in(Labels labels, LongUnaryOperator number) {
        int at = temporary(labels.size());
        float[] floats = new float[0];
        for (int done = 0; done < labels.size(); done += floats.length) {
            int n = (int) Math.min(labels.size() - done, LABELS);
            if (floats.length != n) floats = new float[n];
            for (int i = 0; i < n; i++) {
                floats[i] = number.applyAsLong(labels.get(done + i));
            }
            write(floats, at + done);
        }
        return at;
    }

    /** The floats of a small tensor, wherever it is. */
    float[] floats(Tensor tensor) {
        float[] floats = new float[Math.toIntExact(tensor.size())];
        if (tensor.device() != null) {
            read(resident(tensor), floats);
        } else {
            MemorySegment.copy(segment(tensor), ValueLayout.JAVA_FLOAT_UNALIGNED, tensor.offset() * Float.BYTES,
                    MemorySegment.ofArray(floats), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats.length);
        }
        return floats;
    }

    /**
     * The weights of rows.
     *
     * @param weights one for each row, or one for all, or null for 1
     * @param rows number of rows
     * @return one for each row
     */
    float[] weights(Tensor weights, int rows) {
        float[] floats = weights == null ? new float[] {1} : floats(weights);
        if (floats.length == rows) return floats;
        float[] all = new float[rows];
        Arrays.fill(all, floats[0]);
        return all;
    }

    /** Writes the floats of a small tensor, wherever it is; null is none. */
    void floats(Tensor tensor, float[] from) {
        if (tensor == null) return;
        if (tensor.device() != null) {
            write(from, resident(tensor));
        } else {
            MemorySegment.copy(MemorySegment.ofArray(from), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, segment(tensor),
                    ValueLayout.JAVA_FLOAT_UNALIGNED, tensor.offset() * Float.BYTES, from.length);
        }
    }

    /** How many groups a kernel of n work items is given: some items for each thread, and not more than there are. */
    static int groups(long n, int most) {
        return Math.clamp(n / (4 * GroupSum.THREADS), 1, most);
    }

    /** Brings back what was written; nothing is, if a kernel failed before. */
    void finish() {
        for (Output output : outputs) {
            Tensor tensor = output.tensor;
            session.download(output.at, segment(tensor), tensor.offset(), (int) tensor.size());
        }
    }

    private static MemorySegment segment(Tensor tensor) {
        return tensor.storage() instanceof float[] array ? MemorySegment.ofArray(array)
                : (MemorySegment) tensor.storage();
    }

    @Override
    public void close() {
        try {
            pieces.forEach(p -> session.give(p.at, p.n));
        } finally {
            session.end();
        }
    }
}
