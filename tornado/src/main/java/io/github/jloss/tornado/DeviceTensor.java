// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Tensor;
import io.github.jloss.spi.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A tensor that stays on the device: losses on its back end compute with it where it is. What the device computes is
 * seen by the host when it is read, and not before.
 *
 * <pre>{@code
 * try (TornadoBackend gpu = new TornadoBackend();
 *         DeviceTensor x = gpu.upload(logits);
 *         DeviceTensor t = gpu.upload(target);
 *         DeviceTensor g = gpu.allocate(logits.shape())) {
 *     double loss = new BCEWithLogitsLoss().on(gpu).forwardBackward(x.tensor(), t.tensor(), g.tensor());
 *     g.read(gradient);                                              // when the host wants to see it
 * }
 * }</pre>
 *
 * <p>Safe to share between threads as far as the floats in it are.
 */
public final class DeviceTensor implements AutoCloseable {

    private final Memory memory;
    private final Tensor tensor;

    DeviceTensor(Session session, long... shape) {
        long size = 1;
        for (long length : shape) {
            size = Math.multiplyExact(size, length);
        }
        memory = new Memory(session, size);
        tensor = Tensor.of(memory, shape);
    }

    /**
     * The tensor, for losses on the back end that this is of. Slices and other shapes of it are on the device, too.
     *
     * @return a view
     */
    public Tensor tensor() {
        return tensor;
    }

    /**
     * Copies floats to the device.
     *
     * @param source on the host, of as many elements
     */
    public void write(Tensor source) {
        requireSize("source", source);
        memory.transfer(source, true);
    }

    /**
     * Copies the floats to the host.
     *
     * @param target on the host, of as many elements; overwritten
     */
    public void read(Tensor target) {
        requireSize("target", target);
        memory.transfer(target, false);
    }

    private void requireSize(String name, Tensor host) {
        Objects.requireNonNull(host, name);
        if (host.size() != tensor.size()) {
            throw new IllegalArgumentException(name + ": found " + host.size() + " elements, expected "
                    + tensor.size());
        }
    }

    /** Frees the memory; losses refuse the tensor from then on. */
    @Override
    public void close() {
        memory.free();
    }

    /** The floats on the device. */
    static final class Memory implements DeviceMemory {

        private final Session session;
        private final long size;
        private final int at;
        private final int generation;
        private boolean freed;

        Memory(Session session, long size) {
            this.session = session;
            this.size = size;
            try (Call _ = session.call()) {
                at = session.take(size);
                generation = session.generation();
            }
        }

        boolean isOf(Session other) {
            return session == other;
        }

        /** Where it is; asked within a call. */
        int at() {
            if (freed || generation != session.generation()) {
                throw new IllegalStateException("tensor: its device memory was freed");
            }
            return at;
        }

        private void transfer(Tensor host, boolean up) {
            MemorySegment segment = host.storage() instanceof float[] array ? MemorySegment.ofArray(array)
                    : (MemorySegment) host.storage();
            try (Call _ = session.call()) {
                if (up) {
                    session.upload(segment, host.offset(), at(), (int) size);
                } else {
                    session.download(at(), segment, host.offset(), (int) size);
                }
            }
        }

        private void free() {
            try (Call _ = session.call()) {
                if (!freed && generation == session.generation()) {
                    session.give(at, size);
                }
                freed = true;
            }
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(long from, float[] into, int to, int n) {
            try (Call _ = session.call()) {
                session.download(at() + (int) from, MemorySegment.ofArray(into), to, n);
            }
        }

        @Override
        public void write(float[] from, int first, long to, int n) {
            try (Call _ = session.call()) {
                session.upload(MemorySegment.ofArray(from), first, at() + (int) to, n);
            }
        }

        @Override
        public String toString() {
            return "on the device " + session.device();
        }
    }
}
