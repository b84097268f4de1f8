// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {

    @TempDir
    Path dir;

    /** The elements 0, 1 and one that shows the sign and the width. */
    @ParameterizedTest
    @CsvSource({
        "f2, 3C00, C248, -3.140625", "f4, 3F800000, C0490FDB, -3.1415927",
        "f8, 3FF0000000000000, C00921FB54442D18, -3.1415927",
        "i1, 01, 80, -128", "i2, 0001, FFFE, -2", "i4, 00000001, 80000000, -2147483648",
        "i8, 0000000000000001, FFFFFFFFFFFFFFFD, -3",
        "u1, 01, FF, 255", "u2, 0001, FFFF, 65535", "u4, 00000001, FFFFFFFE, 4294967294",
        "u8, 0000000000000001, FFFFFFFFFFFFFFFF, 18446744073709551615", "b1, 01, 02, 1"})
    void readsEveryTypeInEitherByteOrder(String type, String one, String other, float wanted) throws IOException {
        int width = type.charAt(1) - '0';
        for (String order : type.endsWith("1") ? new String[] {"|", "<", ">"} : new String[] {"<", ">", "="}) {
            ByteOrder bytes = switch (order) {
                case ">" -> ByteOrder.BIG_ENDIAN;
                case "=" -> ByteOrder.nativeOrder();
                default -> ByteOrder.LITTLE_ENDIAN;
            };
            ByteBuffer data = ByteBuffer.allocate(3 * width).order(bytes);
            for (String hex : new String[] {"0", one, other}) {
                long bits = Long.parseUnsignedLong(hex, 16);
                switch (width) {
                    case 1 -> data.put((byte) bits);
                    case 2 -> data.putShort((short) bits);
                    case 4 -> data.putInt((int) bits);
                    default -> data.putLong(bits);
                }
            }
            Path file = NpyFile.write(dir.resolve("a.npy"), 1, NpyFile.header(order + type, false, "(3,)"),
                    data.array());
            assertArrayEquals(new float[] {0, 1, wanted}, Npy.read(file).data(), order + type);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEveryVersionInEitherOrder(int version) throws IOException {
        byte[] data = {0, 1, 2, 3, 4, 5};
        Path c = NpyFile.write(dir.resolve("c.npy"), version, NpyFile.header("|u1", false, "(1, 2, 3)"), data);
        assertArrayEquals(new long[] {1, 2, 3}, Npy.read(c).shape());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, Npy.read(c).data());
        Path fortran = NpyFile.write(dir.resolve("f.npy"), version, NpyFile.header("|u1", true, "(2, 3)"), data);
        assertArrayEquals(new float[] {0, 2, 4, 1, 3, 5}, Npy.read(fortran).data());
    }

    @Test
    void readsWhatItWrites() {
        float[] data = new float[70_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = Float.intBitsToFloat(i * 61_357);
        }
        for (long[] shape : new long[][] {{70_000}, {7, 100, 100}, {1, 70_000, 1}}) {
            NpyArray array = Npy.read(NpyFile.floats(dir.resolve("a.npy"), shape, data));
            assertArrayEquals(shape, array.shape());
            assertArrayEquals(data, array.data());
        }
        assertArrayEquals(new long[] {0, 3}, Npy.read(NpyFile.floats(dir.resolve("e.npy"), new long[] {0, 3})).shape());
    }

    @Test
    void writesOneNumberAsDouble() throws IOException {
        Path file = dir.resolve("v.npy");
        Npy.write(file, Math.PI);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(Math.PI, bytes.getDouble(bytes.limit() - 8));
        assertEquals(0, (bytes.limit() - 8) % 64, "the data begins at a multiple of 64");
        assertEquals(0, Npy.read(file).shape().length);
    }

    @Test
    void leavesNothingBesideTheFile() throws IOException {
        NpyFile.floats(dir.resolve("a.npy"), new long[] {1}, 1);
        NpyFile.floats(dir.resolve("a.npy"), new long[] {1}, 2);
        assertThrows(UserError.class, () -> NpyFile.floats(dir.resolve("no/a.npy"), new long[] {1}, 3));
        assertThrows(UserError.class, () -> NpyFile.floats(dir, new long[] {1}, 3));
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(1, files.count());
        }
        assertEquals(2, Npy.read(dir.resolve("a.npy")).data()[0]);
    }

    static Stream<String[]> hostileHeaders() {
        return Stream.of(new String[][] {
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "truncated"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "oversized"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (9000000000000000000,), }", "truncated"},
            {"{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", "2^63-1"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "2^63-1"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2), }", "negative"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,), }", "no Python literal"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': ((2,),), }", "a dimension"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': [2], }", "'(' was expected"},
            {"{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", "True or False"},
            {"{'descr': '<f4', 'fortran_order': False, }", "lacks the key 'shape'"},
            {"{'fortran_order': False, 'shape': (2,), }", "lacks the key 'descr'"},
            {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "twice"},
            {"{'descr': '<f4', 'evil': 1, 'fortran_order': False, 'shape': (2,), }", "unknown key 'evil'"},
            {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "Python objects"},
            {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "structured"},
            {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "type '<c8'"},
            {"{'descr': '|f4', 'fortran_order': False, 'shape': (2,), }", "byte order"},
            {"{'descr': '', 'fortran_order': False, 'shape': (2,), }", "type ''"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + exit()", "its end"},
            {"{'descr': '<f4', 'fortran_order': False, 'shape': (2", "its end"},
            {"{'d\u00e9scr': '<f4', 'fortran_order': False, 'shape': (2,), }", "not ASCII"},
            {"{".repeat(60_000), "a string"},
            {"", "'{' was expected"},
            {"\u0007\n\n", "no Python literal"}});
    }

    @ParameterizedTest
    @MethodSource("hostileHeaders")
    void refusesHostileHeadersInOneLine(String header, String reason) throws IOException {
        Path file = NpyFile.write(dir.resolve("bad.npy"), 2, header, new byte[8]);
        assertRefused(file, reason);
    }

    @Test
    void refusesWhatIsNoNpyFile() throws IOException {
        byte[] good = Files.readAllBytes(NpyFile.floats(dir.resolve("good.npy"), new long[] {4}, 1, 2, 3, 4));
        for (int length : new int[] {0, 5, 8, 9, 20, good.length - 1}) {
            byte[] cut = Arrays.copyOf(good, length);
            assertRefused(Files.write(dir.resolve("cut.npy"), cut), length < 8 ? "shorter" : "truncated");
        }
        assertRefused(Files.writeString(dir.resolve("text.npy"), "a text, not an array"), "not an .npy file");
        good[6] = 9;
        assertRefused(Files.write(dir.resolve("new.npy"), good), "version 9.0");
        assertRefused(Files.write(dir.resolve("long.npy"),
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1}), "claims 4294967295 bytes");
        assertRefused(dir.resolve("none.npy"), "not found");
        assertRefused(dir, "is a directory");
    }

    private void assertRefused(Path file, String reason) {
        Path out = dir.resolve("out.npy");
        Cli cli = Cli.run("eval", "mse", "--input", file, "--target", file, "--grad", "input=" + out, "--loss",
                dir.resolve("loss.npy"));
        assertEquals(2, cli.code());
        assertEquals("", cli.out());
        assertEquals(1, cli.err().lines().count(), cli.err());
        assertTrue(cli.err().contains(file.toString()) && cli.err().contains(reason), cli.err());
        assertTrue(Files.notExists(out) && Files.notExists(dir.resolve("loss.npy")));
    }
}
