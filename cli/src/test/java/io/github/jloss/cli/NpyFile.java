// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Builds .npy files byte by byte, right ones and wrong ones. */
final class NpyFile {

    private NpyFile() {}

    static Path write(Path file, int version, String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer bytes = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) text.length);
        } else {
            bytes.putInt(text.length);
        }
        bytes.put(text).put(data).flip();
        byte[] whole = new byte[bytes.limit()];
        bytes.get(whole);
        return Files.write(file, whole);
    }

    static String header(String descr, boolean fortran, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape
                + ", }\n";
    }

    static Path floats(Path file, long[] shape, float... data) {
        Npy.write(file, new NpyArray(shape, data));
        return file;
    }

    static Path longs(Path file, long[] shape, long... data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(data);
        String dims = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
        return write(file, 1, header("<i8", false, "(" + dims + ")"), bytes.array());
    }
}
