package io.github.jloss;

import java.util.Objects;

/**
 * Class labels: a read-only, row-major view over an {@code int[]} or {@code long[]} of the caller. Nothing is copied.
 *
 * <p>Which values are allowed is decided by the loss that reads them (class range, ignore index).
 */
public final class Labels implements Target {

    private final int[] ints;
    private final long[] longs;
    private final long[] shape;
    private final long size;

    private Labels(int[] ints, long[] longs, int length, long[] shape) {
        this.ints = ints;
        this.longs = longs;
        this.shape = shape.clone();
        this.size = Shapes.size(shape);
        if (size != length) {
            throw new IllegalArgumentException("labels: shape " + Shapes.text(shape) + " has " + size
                    + " elements, but the array has " + length);
        }
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
     * A view of a whole array.
     *
     * @param data the labels in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     */
    public static Labels of(int[] data, long[] shape) {
        return new Labels(Objects.requireNonNull(data, "data"), null, data.length, shape);
    }

    /**
     * A view of a whole array.
     *
     * @param data the labels in row-major order
     * @param shape the dimensions; their product must be {@code data.length}
     * @return labels of that shape
     */
    public static Labels of(long[] data, long[] shape) {
        return new Labels(null, Objects.requireNonNull(data, "data"), data.length, shape);
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
        int i = (int) Objects.checkIndex(index, size);
        return ints != null ? ints[i] : longs[i];
    }

    @Override
    public String toString() {
        return "Labels" + Shapes.text(shape) + " over " + (ints != null ? "int[]" : "long[]");
    }
}
