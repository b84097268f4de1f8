// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The size of a batch: a number of elements, or dimensions, whose meaning is the loss's.
 *
 * @param dims at least one, each above 0
 */
record Shape(List<Integer> dims) {

    /** The longest dimension. */
    private static final int MOST = 1 << 30;

    Shape {
        dims = List.copyOf(dims);
    }

    /** From {@code 65536} or {@code 1024x1000}. */
    static Shape of(String text) {
        try {
            List<Integer> dims = Arrays.stream(text.replace("_", "").split("x", -1)).map(Integer::valueOf).toList();
            if (dims.stream().allMatch(d -> d > 0 && d <= MOST)) {
                return new Shape(dims);
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of range.
        }
        throw new IllegalArgumentException("size: found \"" + text
                + "\", expected a number of elements such as 65536, or dimensions such as 1024x1000, up to 2^30");
    }

    int rank() {
        return dims.size();
    }

    int dim(int axis) {
        return dims.get(axis);
    }

    long size() {
        return dims.stream().mapToLong(d -> d).reduce(1, Math::multiplyExact);
    }

    long[] longs() {
        return dims.stream().mapToLong(d -> d).toArray();
    }

    /** For people: {@code 65,536} or {@code 1024x1000}. */
    String text() {
        return rank() == 1 ? String.format(Locale.ROOT, "%,d", dim(0)) : toString();
    }

    @Override
    public String toString() {
        return dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
