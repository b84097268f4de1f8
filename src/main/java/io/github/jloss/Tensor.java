package io.github.jloss;

import io.github.jloss.spi.DeviceMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/**
 * A row-major, contiguous view of 32-bit floats that the caller owns: a {@code float[]}, a {@link MemorySegment}
 * (heap or native, also beyond 2^31-1 elements) or memory of a device. Creating, slicing and reshaping a tensor copies
 * nothing, and every write through a tensor is seen by the owner of the memory.
 *
 * <pre>{@code
 * Tensor logits = Tensor.of(floats, 8, 1, 256, 256);
 * Tensor half = logits.slice(0, 4);                                  // the first four images
 * Tensor big = Tensor.of(arena.allocate(4L * n, 64), n);             // native memory
 * }</pre>
 *
 * <p>The view itself is immutable and safe to share; the floats behind it are as safe as the caller makes them.
 */
public final class Tensor implements Target {

    private final Object storage;
    private final long offset;
    private final long[] shape;
    private final long size;

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
     * A view of a whole memory segment holding floats in native byte order.
     *
     * @param data the floats in row-major order
     * @param shape the dimensions; 4 times their product must be {@code data.byteSize()}
     * @return a tensor of that shape
     * @throws IllegalArgumentException if the shape does not fill the segment exactly
     */
    public static Tensor of(MemorySegment data, long... shape) {
        Objects.requireNonNull(data, "data");
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
        if (shape.length == 0) {
            throw new IllegalArgumentException("tensor: a scalar has no rows to slice");
        }
        Objects.checkFromToIndex(from, to, shape[0]);
        long[] sliced = shape.clone();
        sliced[0] = to - from;
        long row = shape[0] == 0 ? 0 : size / shape[0];
        return new Tensor(storage, offset + from * row, sliced);
    }

    /**
     * The same elements under another shape.
     *
     * @param newShape dimensions with the same product
     * @return a view of that shape
     */
    public Tensor reshape(long... newShape) {
        if (Shapes.size(newShape) != size) {
            throw new IllegalArgumentException(
                    "tensor: cannot reshape " + Shapes.text(shape) + " to " + Shapes.text(newShape));
        }
        return new Tensor(storage, offset, newShape.clone());
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
        return Arrays.equals(shape, other.shape);
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
