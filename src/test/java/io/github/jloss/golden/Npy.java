// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the npy files of the golden cases: version 1, little-endian f4, f8 or i8, C order, and no others. */
record Npy(double[] data, long[] shape, boolean isInteger) {

    private static final Pattern HEADER =
            Pattern.compile("\\{'descr': '<(f4|f8|i8)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\} *\n");

    static Npy read(String resource) throws IOException {
        try (InputStream in = Npy.class.getResourceAsStream("/golden/" + resource)) {
            if (in == null) throw new IOException("no resource /golden/" + resource);
            return parse(resource, ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static Npy parse(String name, ByteBuffer bytes) throws IOException {
        int headerLength = Short.toUnsignedInt(bytes.getShort(8));
        String header = new String(bytes.array(), 10, headerLength, StandardCharsets.ISO_8859_1);
        Matcher m = HEADER.matcher(header);
        boolean magic = new String(bytes.array(), 0, 8, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY\1\0");
        if (!magic || !m.matches()) {
            throw new IOException(name + " is no npy file of the kind read here: " + header);
        }
        long[] shape = Arrays.stream(m.group(2).split(",")).map(String::strip).filter(s -> !s.isEmpty())
                .mapToLong(Long::parseLong).toArray();
        double[] data = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        bytes.position(10 + headerLength);
        Arrays.setAll(data, i -> switch (m.group(1)) {
            case "f4" -> bytes.getFloat();
            case "f8" -> bytes.getDouble();
            default -> bytes.getLong();
        });
        if (bytes.hasRemaining()) throw new IOException(name + " is longer than its header says");
        return new Npy(data, shape, m.group(1).equals("i8"));
    }

    /** The numbers as floats, which is what the f4 files hold. */
    Tensor tensor() {
        float[] floats = new float[data.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) data[i];
        return Tensor.of(floats, shape);
    }

    /** The numbers as labels, which is what the i8 files hold. */
    Labels labels() {
        return Labels.of(Arrays.stream(data).mapToLong(d -> (long) d).toArray(), shape);
    }
}
