// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;

/**
 * Class labels: a read-only, row-major view over integers of the caller. They may be of 64, 32, 16 or 8 bits, in an
 * array, in a buffer, or in a {@link MemorySegment} (heap or native). Nothing is copied.
 *
 * <pre>{@code
 * Labels classes = Labels.of(3, 0, 2);
 * Labels masks = Labels.of(pixels, new long[] {8, 256, 256}).unsigned();   // a byte[] of 8-bit pixels, 0 to 255
 * Labels half = masks.slice(0, 4);                                         // the first four images
 * }</pre>
 *
 * <p>Bytes and shorts are signed, as they are in Java: the byte 0xFF is the label -1. {@link #unsigned} reads them as
 * 8- and 16-bit images mean them, 0xFF as 255.
 *
 * <p>Which values are allowed is decided by the loss that reads them (class range, ignore index).
 */
public final class Labels implements Target {

    private static final long AS_THEY_ARE = -1;

    private final Object storage;
    private final long offset;
    private final int bytes;
    private final long mask;
    private final long[] shape;
    private final long size;

    /** A view of elements of so many bytes each; the mask is what of them counts. */
    private Labels(Object storage, long offset, int bytes, long mask, long[] shape) {
        this.storage = storage;
        this.offset = offset;
        this.bytes = bytes;
        this.mask = mask;
        this.shape = shape;
        this.size = Shapes.size(shape);
    }

    /** A view of a part of something with so many elements. */
    private static Labels view(Object data, String what, long length, long offset, int bytes, long[] shape) {
        long size = Shapes.size(shape);
        if (offset < 0 || size > length - offset) {
            throw new IllegalArgumentException("labels: " + size + " elements of shape " + Shapes.text(shape)
                    + " from offset " + offset + " do not fit into " + what + " of length " + length);
        }
        return new Labels(data, offset, bytes, AS_THEY_ARE, shape.clone());
    }

    /** A view of the whole of something. */
    private static Labels whole(Object data, String what, long length, int bytes, long[] shape) {
        long size = Shapes.size(shape);
        if (size != length) {
            throw new IllegalArgumentException("labels: shape " + Shapes.text(shape) + " has " + size
                    + " elements, but the " + what + " has " + length);
        }
        return new Labels(data, 0, bytes, AS_THEY_ARE, shape.clone());
    }

    /**
     * A one-dimensional view of a whole array.
     *
     * @param data the labels
     * @return labels of shape {@code (data.length)}
     */
    public static Labels of(int... data) {
        return of(data, new long[] {Objects.requireNonNull(data, "data").length});
    }

    /**
     * A one-dimensional view of a whole array.
     *
     * @param data the labels
     * @return labels of shape {@code (data.length)}
     */
    public static Labels of(long... data) {
        return of(data, new long[] {Objects.requireNonNull(data, "data").length});
    }

    /**
     * A one-dimensional view of a whole array.
     *
     * @param data the labels, signed
     * @return labels of shape {@code (data.length)}
     */
    public static Labels of(short... data) {
        return of(data, new long[] {Objects.requireNonNull(data, "data").length});
    }

    /**
     * A one-dimensional view of a whole array.
     *
     * @param data the labels, signed
     * @return labels of shape {@code (data.length)}
     */
    public static Labels of(byte... data) {
        return of(data, new long[] {Objects.requireNonNull(data, "data").length});
    }

    /**
     * A view of a whole array.
     *
     * @param data the labels in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Labels of(int[] data, long[] shape) {
        Objects.requireNonNull(data, "data");
        return whole(data, "int[]", data.length, Integer.BYTES, shape);
    }

    /**
     * A view of a whole array.
     *
     * @param data the labels in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Labels of(long[] data, long[] shape) {
        Objects.requireNonNull(data, "data");
        return whole(data, "long[]", data.length, Long.BYTES, shape);
    }

    /**
     * A view of a whole array.
     *
     * @param data the labels in row-major order, signed
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Labels of(short[] data, long[] shape) {
        Objects.requireNonNull(data, "data");
        return whole(data, "short[]", data.length, Short.BYTES, shape);
    }

    /**
     * A view of a whole array.
     *
     * @param data the labels in row-major order, signed
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the array exactly
     */
    public static Labels of(byte[] data, long[] shape) {
        Objects.requireNonNull(data, "data");
        return whole(data, "byte[]", data.length, Byte.BYTES, shape);
    }

    /**
     * A view of a part of an array.
     *
     * @param data the labels in row-major order
     * @param offset index of the first label
     * @param shape the dimensions
     * @return labels of that shape
     * @throws IllegalArgumentException if the view reaches beyond the array
     */
    public static Labels view(int[] data, int offset, long... shape) {
        Objects.requireNonNull(data, "data");
        return view(data, "an int[]", data.length, offset, Integer.BYTES, shape);
    }

    /**
     * A view of a part of an array.
     *
     * @param data the labels in row-major order
     * @param offset index of the first label
     * @param shape the dimensions
     * @return labels of that shape
     * @throws IllegalArgumentException if the view reaches beyond the array
     */
    public static Labels view(long[] data, int offset, long... shape) {
        Objects.requireNonNull(data, "data");
        return view(data, "a long[]", data.length, offset, Long.BYTES, shape);
    }

    /**
     * A view of a part of an array.
     *
     * @param data the labels in row-major order, signed
     * @param offset index of the first label
     * @param shape the dimensions
     * @return labels of that shape
     * @throws IllegalArgumentException if the view reaches beyond the array
     */
    public static Labels view(short[] data, int offset, long... shape) {
        Objects.requireNonNull(data, "data");
        return view(data, "a short[]", data.length, offset, Short.BYTES, shape);
    }

    /**
     * A view of a part of an array.
     *
     * @param data the labels in row-major order, signed
     * @param offset index of the first label
     * @param shape the dimensions
     * @return labels of that shape
     * @throws IllegalArgumentException if the view reaches beyond the array
     */
    public static Labels view(byte[] data, int offset, long... shape) {
        Objects.requireNonNull(data, "data");
        return view(data, "a byte[]", data.length, offset, Byte.BYTES, shape);
    }

    /**
     * A one-dimensional view of what remains of a buffer.
     *
     * @param data an {@link IntBuffer}, {@link LongBuffer}, {@link ShortBuffer} or {@link ByteBuffer}, direct or over
     *        an array; its position and limit stay as they are
     * @return labels of shape {@code (data.remaining())}
     * @throws IllegalArgumentException if the buffer holds something else, or has the other byte order than this
     *         machine
     */
    public static Labels of(Buffer data) {
        return of(data, Objects.requireNonNull(data, "data").remaining());
    }

    /**
     * A view of what remains of a buffer.
     *
     * @param data an {@link IntBuffer}, {@link LongBuffer}, {@link ShortBuffer} or {@link ByteBuffer}, direct or over
     *        an array; its position and limit stay as they are
     * @param shape the dimensions; their product must be {@code data.remaining()}
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the buffer exactly, or it holds something else, or
     *         has the other byte order than this machine
     */
    public static Labels of(Buffer data, long... shape) {
        Objects.requireNonNull(data, "data");
        ValueLayout layout = switch (data) {
            case IntBuffer ints -> ValueLayout.JAVA_INT.withOrder(ints.order());
            case LongBuffer longs -> ValueLayout.JAVA_LONG.withOrder(longs.order());
            case ShortBuffer shorts -> ValueLayout.JAVA_SHORT.withOrder(shorts.order());
            case ByteBuffer _ -> ValueLayout.JAVA_BYTE;
            default -> throw new IllegalArgumentException("labels: found " + data
                    + ", expected an IntBuffer, LongBuffer, ShortBuffer or ByteBuffer");
        };
        return of(MemorySegment.ofBuffer(data), layout, shape);
    }

    /**
     * A view of a whole memory segment.
     *
     * @param data the labels in row-major order: native memory, a {@code byte[]}, or an array of what the layout says
     * @param layout what a label is: {@link ValueLayout#JAVA_INT}, {@link ValueLayout#JAVA_LONG},
     *        {@link ValueLayout#JAVA_SHORT} or {@link ValueLayout#JAVA_BYTE}, signed, in this machine's byte order; how
     *        it is aligned does not matter
     * @param shape the dimensions; their product must be the number of labels in the segment
     * @return labels of that shape
     * @throws IllegalArgumentException if the shape does not fill the segment exactly, or the segment or the layout is
     *         of something else
     */
    public static Labels of(MemorySegment data, ValueLayout layout, long... shape) {
        Objects.requireNonNull(data, "data");
        Checks.nativeOrder("labels", data, Objects.requireNonNull(layout, "layout").order());
        Class<?> type = layout.carrier();
        if (type != int.class && type != long.class && type != short.class && type != byte.class) {
            throw new IllegalArgumentException("layout: found " + layout
                    + ", expected JAVA_INT, JAVA_LONG, JAVA_SHORT or JAVA_BYTE");
        }
        Object base = data.heapBase().orElse(null);
        boolean fits = base == null ? data.isNative() || data.maxByteAlignment() <= layout.byteSize()
                : base instanceof byte[] || base.getClass().componentType() == type;
        if (!fits || data.byteSize() % layout.byteSize() != 0) {
            throw new IllegalArgumentException("labels: found a MemorySegment of " + data.byteSize() + " bytes"
                    + (base == null ? "" : " over a " + base.getClass().getSimpleName())
                    + ", expected whole elements of type " + type);
        }
        int width = (int) layout.byteSize();
        Labels labels = whole(data, "MemorySegment", data.byteSize() / width, width, shape);
        // A segment over an array of its type is the array: the fastest to read.
        boolean array = base != null && base.getClass().componentType() == type && data.address() % width == 0;
        return array ? new Labels(base, data.address() / width, width, AS_THEY_ARE, labels.shape) : labels;
    }

    /**
     * The same bytes or shorts without a sign, as 8- and 16-bit images and NumPy's {@code uint8} and {@code uint16}
     * mean them; ints and longs stay as they are.
     *
     * @return a view of the same memory
     */
    public Labels unsigned() {
        return new Labels(storage, offset, bytes, bytes < Integer.BYTES ? (1L << 8 * bytes) - 1 : mask, shape);
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive) of the first dimension: a micro-batch, say.
     *
     * @param from first row
     * @param to row after the last
     * @return a view of shape {@code (to - from, dim(1), ...)}
     */
    public Labels slice(long from, long to) {
        long[] sliced = Shapes.sliced("labels", shape, from, to);
        return new Labels(storage, offset + from * Shapes.row(shape), bytes, mask, sliced);
    }

    /**
     * The same labels under another shape.
     *
     * @param newShape dimensions with the same product
     * @return a view of that shape
     */
    public Labels reshape(long... newShape) {
        return new Labels(storage, offset, bytes, mask, Shapes.reshaped("labels", shape, newShape));
    }

    /**
     * The number of labels.
     *
     * @return the product of the dimensions
     */
    @Override
    public long size() {
        return size;
    }

    @Override
    public int rank() {
        return shape.length;
    }

    @Override
    public long dim(int axis) {
        return shape[Objects.checkIndex(axis < 0 ? axis + shape.length : axis, shape.length)];
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
     * One label.
     *
     * @param index its position in row-major order
     * @return the label
     */
    public long get(long index) {
        long i = offset + Objects.checkIndex(index, size);
        if (storage instanceof int[] ints) return ints[(int) i];
        if (storage instanceof long[] longs) return longs[(int) i];
        return mask & (storage instanceof byte[] array ? array[(int) i]
                : storage instanceof short[] shorts ? shorts[(int) i]
                : read((MemorySegment) storage, i * bytes));
    }

    private long read(MemorySegment segment, long at) {
        return switch (bytes) {
            case Integer.BYTES -> segment.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            case Long.BYTES -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            case Short.BYTES -> segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
            default -> segment.get(ValueLayout.JAVA_BYTE, at);
        };
    }

    @Override
    public String toString() {
        return "Labels" + Shapes.text(shape) + " over " + (mask == AS_THEY_ARE ? "" : "unsigned ")
                + (storage instanceof MemorySegment ? 8 * bytes + "-bit integers of a MemorySegment"
                        : storage.getClass().getSimpleName());
    }
}
