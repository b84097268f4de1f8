// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * An element type of .npy files, and how one element becomes a float.
 *
 * @param bytes of one element
 * @param order of those bytes
 * @param integers whether the elements are whole by their type
 * @param reader reads the element at a byte offset
 */
record NpyType(int bytes, ByteOrder order, boolean integers, Reader reader) {

    /** Reads one element. */
    @FunctionalInterface
    interface Reader {
        float read(ByteBuffer buffer, int at);
    }

    private static final Map<String, Reader> READERS = Map.ofEntries(
            Map.entry("f2", (b, i) -> Float.float16ToFloat(b.getShort(i))),
            Map.entry("f4", ByteBuffer::getFloat),
            Map.entry("f8", (b, i) -> (float) b.getDouble(i)),
            Map.entry("i1", ByteBuffer::get),
            Map.entry("i2", ByteBuffer::getShort),
            Map.entry("i4", ByteBuffer::getInt),
            Map.entry("i8", ByteBuffer::getLong),
            Map.entry("u1", (b, i) -> Byte.toUnsignedInt(b.get(i))),
            Map.entry("u2", (b, i) -> Short.toUnsignedInt(b.getShort(i))),
            Map.entry("u4", (b, i) -> Integer.toUnsignedLong(b.getInt(i))),
            Map.entry("u8", (b, i) -> unsigned(b.getLong(i))),
            Map.entry("b1", (b, i) -> b.get(i) == 0 ? 0 : 1));

    /** The type of a descr such as {@code <f4}. */
    static NpyType of(String descr) {
        String kind = descr.isEmpty() ? "" : descr.substring(1);
        if (kind.startsWith("O")) {
            throw new IllegalArgumentException("it holds Python objects, expected plain numbers");
        }
        Reader reader = READERS.get(kind);
        if (reader == null || "<>|=".indexOf(descr.charAt(0)) < 0) {
            throw new IllegalArgumentException("its elements are of type '" + descr
                    + "', expected f2, f4, f8, i1 to i8, u1 to u8 or b1");
        }
        int bytes = kind.charAt(1) - '0';
        if (descr.charAt(0) == '|' && bytes > 1) {
            throw new IllegalArgumentException("its element type '" + descr + "' does not tell its byte order");
        }
        ByteOrder order = switch (descr.charAt(0)) {
            case '>' -> ByteOrder.BIG_ENDIAN;
            case '=' -> ByteOrder.nativeOrder();
            default -> ByteOrder.LITTLE_ENDIAN;
        };
        return new NpyType(bytes, order, !kind.startsWith("f"), reader);
    }

    /** The nearest float: halved with the lost bit kept, a long above 2^63 rounds as if it were whole. */
    private static float unsigned(long bits) {
        return bits >= 0 ? bits : (float) (bits >>> 1 | bits & 1) * 2;
    }
}
