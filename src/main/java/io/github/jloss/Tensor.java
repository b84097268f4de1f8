// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.DeviceMemory;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * A row-major, contiguous view of 32-bit floats that the caller owns: a {@code float[]}, a {@link MemorySegment}
 * (heap or native, also beyond 2^31-1 elements) or memory of a device. Creating, slicing and reshaping a tensor copies
 * nothing, and every write through a tensor is seen by the owner of the memory.
 *
 * <pre>{@code
 * Tensor logits = Tensor.of(floats, 8, 1, 256, 256);
 * Tensor half = logits.slice(0, 4);                                  // the first four images
 * Tensor big = Tensor.of(arena.allocate(4L * n, 64), n);             // native memory
 * Tensor gradient = Tensor.zerosLike(logits);                        // memory of its own
 * }</pre>
 *
 * <p>The view itself is immutable and safe to share; the floats behind it are as safe as the caller makes them. Two
 * tensors are equal only if they are one object, as with arrays; {@link #hasNumbersOf} compares what they hold.
 *
 * <p>Serialization writes the numbers of the view, wherever they are, and reads them back into memory of their own.
 */
public final class Tensor implements Target, Serializable {

    private static final long serialVersionUID = 1;

    /** How many numbers {@link #toString} shows. */
    private static final int SHOWN = 8;

    /** How many elements are read at a time. */
    static final int CHUNK = 4096;

    private final transient Object storage;
    private final transient long offset;
    private final transient long[] shape;
    private final transient long size;

    private Tensor(Object storage, long offset, long[] shape) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.size = Shapes.size(shape);
    }

    /**
     * A one-dimensional view of a whole array.
     *
     * @param data the floats
     * @return a tensor of shape {@code (data.length)}
     */
    public static Tensor of(float[] data) {
        return of(data, Objects.requireNonNull(data, "data").length);
    }

    /**
     * A view of a whole array.
     *
     * @param data the floats in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Tensor of(float[] data, long... shape) {
        Objects.requireNonNull(data, "data");
        requireExact(Shapes.size(shape), data.length, "float[]", shape);
        return new Tensor(data, 0, shape.clone());
    }

    /**
     * A view of a part of an array.
     *
     * @param data the floats in row-major order
     * @param offset index of the first element
     * @param shape the dimensions
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the view reaches beyond the array
     */
    public static Tensor view(float[] data, int offset, long... shape) {
        Objects.requireNonNull(data, "data");
        long size = Shapes.size(shape);
        if (offset < 0 || size > data.length - offset) {
            throw new IllegalArgumentException("tensor: " + size + " elements of shape " + Shapes.text(shape)
                    + " from offset " + offset + " do not fit into a float[] of length " + data.length);
        }
        return new Tensor(data, offset, shape.clone());
    }

    /**
     * A view of a whole memory segment holding floats in native byte order: native memory, a {@code float[]} or a
     * {@code byte[]}. One over an array of anything else is refused, as its elements are no floats; a read-only one
     * does not tell its array, and is refused if that holds 8 bytes an element.
     *
     * @param data the floats in row-major order
     * @param shape the dimensions; 4 times their product must be {@code data.byteSize()}
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the shape does not fill the segment exactly, or it holds no floats
     */
    public static Tensor of(MemorySegment data, long... shape) {
        Objects.requireNonNull(data, "data");
        requireFloats(data);
        long size = Shapes.size(shape);
        if (data.byteSize() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "tensor: a MemorySegment of " + data.byteSize() + " bytes does not hold whole floats");
        }
        requireExact(size, data.byteSize() / Float.BYTES, "MemorySegment", shape);
        // A segment over a float[] is the float[]: the array loops are the fastest ones.
        if (data.heapBase().orElse(null) instanceof float[] array && data.address() % Float.BYTES == 0) {
            return new Tensor(array, data.address() / Float.BYTES, shape.clone());
        }
        return new Tensor(data, 0, shape.clone());
    }

    private static void requireFloats(MemorySegment data) {
        Object base = data.heapBase().orElse(null);
        boolean fits = base == null ? data.isNative() || data.maxByteAlignment() <= Float.BYTES
                : base instanceof float[] || base instanceof byte[];
        if (!fits) {
            throw new IllegalArgumentException("tensor: found a MemorySegment over "
                    + (base == null ? "an array of 8-byte elements" : "a " + base.getClass().getSimpleName())
                    + ", expected one over a float[], a byte[] or native memory (Tensor.copyOf takes a double[])");
        }
    }

    /**
     * A one-dimensional view of what remains of a buffer.
     *
     * @param data the floats from its position to its limit, which stay as they are
     * @return a tensor of shape {@code (data.remaining())}
     * @throws IllegalArgumentException if the buffer has the other byte order than this machine
     */
    public static Tensor of(FloatBuffer data) {
        return of(data, Objects.requireNonNull(data, "data").remaining());
    }

    /**
     * A view of what remains of a buffer, direct or over an array.
     *
     * @param data the floats from its position to its limit, which stay as they are
     * @param shape the dimensions; their product must be {@code data.remaining()}
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the shape does not fill the buffer exactly, or the buffer has the other byte
     *         order than this machine
     */
    public static Tensor of(FloatBuffer data, long... shape) {
        Objects.requireNonNull(data, "data");
        Checks.nativeOrder("tensor", data, data.order());
        requireExact(Shapes.size(shape), data.remaining(), "FloatBuffer", shape);
        return of(MemorySegment.ofBuffer(data), shape);
    }

    /**
     * A copy of doubles, rounded to floats; what is beyond their range becomes infinity.
     *
     * @param data the numbers
     * @return a tensor of shape {@code (data.length)} with memory of its own
     */
    public static Tensor copyOf(double[] data) {
        return copyOf(data, Objects.requireNonNull(data, "data").length);
    }

    /**
     * A copy of doubles, rounded to floats; what is beyond their range becomes infinity.
     *
     * @param data the numbers in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return a tensor of that shape with memory of its own
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Tensor copyOf(double[] data, long... shape) {
        Objects.requireNonNull(data, "data");
        requireExact(Shapes.size(shape), data.length, "double[]", shape);
        float[] floats = new float[data.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) data[i];
        }
        return new Tensor(floats, 0, shape.clone());
    }

    /**
     * Memory of its own, all zeros: a new array, or native memory that lives as long as the tensor where an array
     * cannot be that long.
     *
     * @param shape the dimensions
     * @return a tensor of that shape
     */
    public static Tensor zeros(long... shape) {
        long size = Shapes.size(shape);
        if (size > Long.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException("tensor: shape " + Shapes.text(shape) + " is beyond any memory");
        }
        return new Tensor(size <= Integer.MAX_VALUE - 8 ? new float[(int) size]
                : Arena.ofAuto().allocate(size * Float.BYTES, 64), 0, shape.clone());
    }

    /**
     * Memory of its own, all zeros, of the shape of another tensor: where a gradient can go.
     *
     * @param like whose shape is taken; on a device or not, the new one is in this JVM's memory
     * @return a tensor of that shape
     */
    public static Tensor zerosLike(Tensor like) {
        return zeros(Objects.requireNonNull(like, "like").shape);
    }

    /**
     * A view of floats on a device: what a back end gives out. Losses of that back end compute with them where they
     * are; others refuse them.
     *
     * @param data the floats in row-major order
     * @param shape the dimensions; their product must be {@code data.size()}
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the shape has another number of elements
     */
    public static Tensor of(DeviceMemory data, long... shape) {
        Objects.requireNonNull(data, "data");
        requireExact(Shapes.size(shape), data.size(), "device memory", shape);
        return new Tensor(data, 0, shape.clone());
    }

    private static void requireExact(long wanted, long found, String what, long[] shape) {
        if (wanted != found) {
            throw new IllegalArgumentException("tensor: shape " + Shapes.text(shape) + " has " + wanted
                    + " elements, but the " + what + " has " + found);
        }
    }

    /**
     * The number of elements.
     *
     * @return the product of the dimensions
     */
    @Override
    public long size() {
        return size;
    }

    /**
     * The number of dimensions.
     *
     * @return 0 for a scalar
     */
    @Override
    public int rank() {
        return shape.length;
    }

    /**
     * The dimensions.
     *
     * @return a copy
     */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * One dimension.
     *
     * @param axis counted from 0, or from the end if negative
     * @return its length
     */
    @Override
    public long dim(int axis) {
        return shape[Objects.checkIndex(axis < 0 ? axis + shape.length : axis, shape.length)];
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive) of the first dimension: a micro-batch, say.
     *
     * @param from first row
     * @param to row after the last
     * @return a view of shape {@code (to - from, dim(1), ...)}
     */
    public Tensor slice(long from, long to) {
        long[] sliced = Shapes.sliced("tensor", shape, from, to);
        return new Tensor(storage, offset + from * Shapes.row(shape), sliced);
    }

    /**
     * The same elements under another shape.
     *
     * @param newShape dimensions with the same product
     * @return a view of that shape
     */
    public Tensor reshape(long... newShape) {
        return new Tensor(storage, offset, Shapes.reshaped("tensor", shape, newShape));
    }

    /**
     * One element. On a device that is a transfer of its own.
     *
     * @param index its position in row-major order
     * @return its value
     */
    public float get(long index) {
        long i = offset + Objects.checkIndex(index, size);
        return switch (storage) {
            case float[] array -> array[(int) i];
            case MemorySegment segment -> segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES);
            default -> {
                float[] one = new float[1];
                device().read(i, one, 0, 1);
                yield one[0];
            }
        };
    }

    /**
     * Writes one element.
     *
     * @param index its position in row-major order
     * @param value its new value
     */
    public void set(long index, float value) {
        long i = offset + Objects.checkIndex(index, size);
        switch (storage) {
            case float[] array -> array[(int) i] = value;
            case MemorySegment segment -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES, value);
            default -> device().write(new float[] {value}, 0, i, 1);
        }
    }

    /**
     * One element of a tensor of two dimensions or more.
     *
     * @param i its index along axis 0
     * @param j its index along axis 1
     * @param more its indices along the other axes
     * @return its value
     * @throws IndexOutOfBoundsException if there is no such element; the message names the axis
     */
    public float get(long i, long j, long... more) {
        return get(position(i, j, more));
    }

    /**
     * Writes one element of a tensor of two dimensions or more.
     *
     * @param value its new value
     * @param i its index along axis 0
     * @param j its index along axis 1
     * @param more its indices along the other axes
     * @throws IndexOutOfBoundsException if there is no such element; the message names the axis
     */
    public void set(float value, long i, long j, long... more) {
        set(position(i, j, more), value);
    }

    private long position(long i, long j, long... more) {
        if (shape.length != 2 + Objects.requireNonNull(more, "more").length) {
            throw new IndexOutOfBoundsException("index: found " + (2 + more.length) + " numbers, expected "
                    + shape.length + " for shape " + Shapes.text(shape));
        }
        long position = axis(i, 0) * shape[1] + axis(j, 1);
        for (int k = 0; k < more.length; k++) {
            position = position * shape[2 + k] + axis(more[k], 2 + k);
        }
        return position;
    }

    private long axis(long index, int axis) {
        if (index < 0 || index >= shape[axis]) {
            throw new IndexOutOfBoundsException("index: found " + index + " on axis " + axis + ", expected 0 to "
                    + (shape[axis] - 1) + " in shape " + Shapes.text(shape));
        }
        return index;
    }

    /**
     * The memory behind this view, for back ends.
     *
     * @return a {@code float[]} or a {@link MemorySegment}
     * @throws IllegalArgumentException if the floats are on a device
     */
    public Object storage() {
        if (storage instanceof DeviceMemory device) {
            throw new IllegalArgumentException("tensor: its floats are " + device
                    + "; use a loss on that back end, or copy them to an array first");
        }
        return storage;
    }

    /**
     * The device memory behind this view, for back ends.
     *
     * @return where the floats are, or null if that is this JVM's memory
     */
    public DeviceMemory device() {
        return storage instanceof DeviceMemory device ? device : null;
    }

    /**
     * Where this view begins in its {@link #storage()} or {@link #device()}, for back ends.
     *
     * @return an offset in elements
     */
    public long offset() {
        return offset;
    }

    /**
     * Whether two tensors have the same dimensions.
     *
     * @param other another tensor
     * @return true if all dimensions agree
     */
    public boolean hasShapeOf(Tensor other) {
        return Arrays.equals(shape, Objects.requireNonNull(other, "other").shape);
    }

    /**
     * Whether two tensors have the same dimensions and hold the same numbers, bit for bit (any NaN is as good as any
     * other).
     *
     * @param other another tensor, or null
     * @return true if they cannot be told apart by what they hold
     */
    public boolean hasNumbersOf(Tensor other) {
        if (this == other) {
            return true;
        }
        boolean same = other != null && hasShapeOf(other);
        float[] mine = new float[(int) Math.min(size, CHUNK)];
        float[] others = new float[mine.length];
        for (long done = 0; same && done < size; done += CHUNK) {
            int n = (int) Math.min(CHUNK, size - done);
            read(done, mine, n);
            other.read(done, others, n);
            same = Arrays.equals(mine, 0, n, others, 0, n);
        }
        return same;
    }

    /** Whether both hold the same numbers, or neither is there. */
    static boolean same(Tensor one, Tensor other) {
        return one == null ? other == null : one.hasNumbersOf(other);
    }

    /** A number that differs where {@link #hasNumbersOf} is false, but for rare luck. */
    long digest() {
        long digest = Arrays.hashCode(shape);
        float[] chunk = new float[(int) Math.min(size, CHUNK)];
        for (long done = 0; done < size; done += CHUNK) {
            int n = (int) Math.min(CHUNK, size - done);
            read(done, chunk, n);
            for (int i = 0; i < n; i++) {
                digest = digest * 0x5851F42D4C957F2DL + Float.floatToIntBits(chunk[i]);
            }
        }
        return digest ^ digest >>> 32;
    }

    /** Copies elements from a position in row-major order on. */
    void read(long from, float[] into, int n) {
        long i = offset + Objects.checkFromIndexSize(from, n, size);
        switch (storage) {
            case float[] array -> System.arraycopy(array, (int) i, into, 0, n);
            case MemorySegment segment -> MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED,
                    i * Float.BYTES, into, 0, n);
            default -> device().read(i, into, 0, n);
        }
    }

    /**
     * The shape and the first numbers, such as {@code Tensor(2, 3) [1.0, 0.5, -2.0, 4.0, 0.0, 1.0]}; of a device its
     * name, as it would have to be asked for numbers.
     *
     * @return a line for people
     */
    @Override
    public String toString() {
        String text = "Tensor" + Shapes.text(shape);
        if (device() != null) {
            return text + " on " + device();
        }
        if (storage instanceof MemorySegment segment && !segment.isAccessibleBy(Thread.currentThread())) {
            return text + " over memory of another thread";
        }
        if (storage instanceof MemorySegment segment && !segment.scope().isAlive()) {
            return text + " over memory that was freed";
        }
        StringJoiner numbers = new StringJoiner(", ", " [", "]");
        for (long i = 0; i < Math.min(size, SHOWN); i++) {
            numbers.add(Float.toString(get(i)));
        }
        if (size > SHOWN) {
            numbers.add("... " + (size - SHOWN) + " more");
        }
        return text + numbers;
    }

    /**
     * What is written in place of a tensor.
     *
     * @return its shape and its numbers
     */
    private Object writeReplace() {
        return new SerialTensor(this);
    }

    /**
     * Refuses: only what is written in its place makes a tensor.
     *
     * @param in what is read
     * @throws InvalidObjectException always
     */
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a tensor is read from its numbers");
    }

    boolean isReadOnly() {
        return storage instanceof MemorySegment segment && segment.isReadOnly();
    }

    /** Whether both views begin at the same element of the same memory. */
    boolean startsWith(Tensor other) {
        return overlaps(other) && (storage == other.storage
                ? offset == other.offset
                : bytes().address() == other.bytes().address());
    }

    /** Whether the two views share any element. */
    boolean overlaps(Tensor other) {
        if (size == 0 || other.size == 0) {
            return false;
        }
        if (storage == other.storage) {
            return offset < other.offset + other.size && other.offset < offset + size;
        }
        // Two arrays are two memories, and so is a device; a segment may show an array, or a part of another segment.
        return !(storage instanceof float[] && other.storage instanceof float[])
                && device() == null && other.device() == null
                && bytes().asOverlappingSlice(other.bytes()).isPresent();
    }

    private MemorySegment bytes() {
        MemorySegment whole = storage instanceof float[] array ? MemorySegment.ofArray(array) : (MemorySegment) storage;
        return whole.asSlice(offset * Float.BYTES, size * Float.BYTES);
    }
}
