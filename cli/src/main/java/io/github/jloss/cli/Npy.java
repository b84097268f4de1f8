// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * NumPy's file format, versions 1 to 3: reads every plain number type as float, writes floats and single doubles.
 * Whatever is wrong with a file becomes a {@link UserError} that names it, before any memory its header asks for is
 * taken; a file being written appears under its name only when it is whole.
 */
final class Npy {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** Far more than any header of a plain array needs. */
    private static final int LONGEST_HEADER = 1 << 16;

    private static final int CHUNK = 1 << 16;

    private Npy() {}

    /** Whether it stands for the standard input or output; a file of this name is {@code ./-}. */
    static boolean isStream(Path file) {
        return file.toString().equals("-");
    }

    static NpyArray read(Path file) {
        if (!isStream(file)) return read(file, file.toString());
        try {
            // Its length is known at its end only.
            Path copy = Files.createTempFile("jloss", ".npy");
            try {
                Files.copy(System.in, copy, StandardCopyOption.REPLACE_EXISTING);
                return read(copy, "standard input");
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UserError("standard input: " + e.getMessage());
        }
    }

    private static NpyArray read(Path file, String name) {
        requireRegular(file);
        try (FileChannel channel = FileChannel.open(file)) {
            NpyHeader header = header(channel);
            NpyType type = NpyType.of(header.descr());
            requireExact(header, type, channel.size() - channel.position());
            float[] data = elements(channel, type, (int) header.size());
            return new NpyArray(header.shape(),
                    header.fortranOrder() ? transposed(data, header.shape()) : data, type.integers());
        } catch (IllegalArgumentException e) {
            throw new UserError(name + ": " + e.getMessage());
        } catch (IOException e) {
            throw UserError.of(file, e);
        }
    }

    private static void requireRegular(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UserError(file + ": " + (Files.isDirectory(file) ? "is a directory" : "is not a regular file"));
        }
    }

    /** Refuses a file that cannot be written, as far as that can be known beforehand. */
    static void requireWritable(Path file) {
        if (isStream(file)) return;
        requireRegular(file);
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) throw new UserError(file + ": its directory does not exist");
    }

    private static NpyHeader header(FileChannel channel) throws IOException {
        ByteBuffer start = bytes(channel, 8, "shorter than the start of an .npy file");
        for (byte magic : MAGIC) {
            if (start.get() != magic) {
                throw new IllegalArgumentException("not an .npy file: it does not start with \\x93NUMPY");
            }
        }
        int version = start.get();
        if (version < 1 || version > 3 || start.get() != 0) {
            throw new IllegalArgumentException("an .npy file of version " + version + "." + start.get(7)
                    + ", expected 1.0, 2.0 or 3.0");
        }
        ByteBuffer lengthField = bytes(channel, version == 1 ? 2 : 4, "truncated in its header");
        long length = version == 1
                ? Short.toUnsignedInt(lengthField.getShort())
                : Integer.toUnsignedLong(lengthField.getInt());
        if (length > LONGEST_HEADER) {
            throw new IllegalArgumentException("its header claims " + length + " bytes, expected a few hundred");
        }
        byte[] text = bytes(channel, (int) length, "truncated in its header").array();
        for (byte b : text) {
            if (b < 0) throw new IllegalArgumentException("its header is not ASCII");
        }
        return NpyHeader.parse(new String(text, StandardCharsets.US_ASCII));
    }

    /** Refuses a file that does not hold just what its header says, and more than a Java array can hold. */
    private static void requireExact(NpyHeader header, NpyType type, long found) {
        long wanted = header.size() > Long.MAX_VALUE / type.bytes() ? Long.MAX_VALUE : header.size() * type.bytes();
        if (found != wanted) {
            throw new IllegalArgumentException((found < wanted ? "truncated" : "oversized") + ": found " + found
                    + " bytes of data, expected " + wanted + " for shape " + shapeText(header.shape()) + " of "
                    + header.descr());
        }
        if (header.size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("has " + header.size() + " elements, more than the 2^31-9 jloss reads");
        }
    }

    private static float[] elements(FileChannel channel, NpyType type, int size) throws IOException {
        float[] data = new float[size];
        for (int done = 0; done < size; done += CHUNK) {
            int count = Math.min(CHUNK, size - done);
            ByteBuffer chunk = bytes(channel, count * type.bytes(), "truncated while it was read").order(type.order());
            for (int i = 0; i < count; i++) {
                data[done + i] = type.reader().read(chunk, i * type.bytes());
            }
        }
        return data;
    }

    private static ByteBuffer bytes(FileChannel channel, int count, String otherwise) throws IOException {
        if (count > channel.size() - channel.position()) throw new IllegalArgumentException(otherwise);
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) throw new IllegalArgumentException(otherwise);
        }
        return buffer.flip();
    }

    /** From first dimension fastest to last dimension fastest. */
    private static float[] transposed(float[] fortran, long[] shape) {
        float[] data = new float[fortran.length];
        long[] index = new long[shape.length];
        long[] stride = new long[shape.length];
        long step = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            stride[axis] = step;
            step *= shape[axis];
        }
        long from = 0;
        for (int to = 0; to < data.length; to++) {
            data[to] = fortran[(int) from];
            // Count up like an odometer, the last axis first.
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                from += stride[axis];
                if (++index[axis] < shape[axis]) break;
                from -= stride[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return data;
    }

    /** Writes floats as {@code <f4}. */
    static void write(Path file, NpyArray array) {
        write(file, NpyHeader.write("<f4", array.shape()), out -> {
            float[] data = array.data();
            for (int done = 0; done < data.length; done += CHUNK) {
                int count = Math.min(CHUNK, data.length - done);
                ByteBuffer chunk = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                chunk.asFloatBuffer().put(data, done, count);
                writeAll(out, chunk);
            }
        });
    }

    /** Writes one number as {@code <f8}, without dimensions. */
    static void write(Path file, double value) {
        write(file, NpyHeader.write("<f8"), out -> writeAll(out,
                ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, value)));
    }

    /** Puts bytes into a file. */
    @FunctionalInterface
    private interface Body {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private static void write(Path file, String header, Body body) {
        try {
            if (isStream(file)) {
                WritableByteChannel stdout = Channels.newChannel(System.out);
                writeAll(stdout, start(header));
                body.writeTo(stdout);
                System.out.flush();
                return;
            }
            requireRegular(file);
            // Through a link to what it names, so that the link survives.
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            Path beside = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
            try {
                try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS)) {
                    writeAll(channel, start(header));
                    body.writeTo(channel);
                }
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw UserError.of(file, e);
        }
    }

    /** Everything before the data, padded to a multiple of 64 bytes. */
    private static ByteBuffer start(String header) {
        int unpadded = MAGIC.length + 4 + header.length() + 1;
        int length = (unpadded + 63) / 64 * 64;
        String padded = header + " ".repeat(length - unpadded) + "\n";
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded.length())
                .put(padded.getBytes(StandardCharsets.US_ASCII)).flip();
    }

    private static void writeAll(WritableByteChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** {@code (3, 4)}. */
    static String shapeText(long... shape) {
        String dims = Arrays.toString(shape);
        return "(" + dims.substring(1, dims.length() - 1) + ")";
    }
}
