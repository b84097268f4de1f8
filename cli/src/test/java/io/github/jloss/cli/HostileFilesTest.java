// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that nobody should have written: whatever is in them, one clear line, exit code 2, and no word of Java's. Some
 * by hand, others by chance from a seed; for chances of your own,
 * {@code -Djloss.fuzz.seed=42 -Djloss.fuzz.files=20000}.
 */
class HostileFilesTest {

    private static final long SEED = Long.getLong("jloss.fuzz.seed", 1);
    private static final int FILES = Integer.getInteger("jloss.fuzz.files", 100);

    @TempDir
    Path dir;

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static String withOption(String value) {
        return "[{\"id\": \"a\", \"loss\": \"huber\", \"options\": {\"delta\": " + value
                + "}, \"inputs\": {\"input\": \"x.npy\", \"target\": \"x.npy\"}}]";
    }

    static Stream<String[]> brokenSets() {
        return Stream.of(new String[][] {
            {"", "expected a JSON array"}, {"[", "not JSON"}, {"{}", "expected a JSON array"}, {"[] []", "not JSON"},
            {nested(1100), "not JSON"}, {withOption("NaN"), "not JSON"}, {withOption("1,"), "not JSON"},
            {withOption("1, \"delta\": 2"), "not JSON"}, {withOption("\"\\ud800"), "not JSON"},
            {withOption("1" + "0".repeat(2000)), "not JSON"}, {"\u0000", "not JSON"},
            {"\"[]\"", "expected a JSON array"},
            {"// a comment\n[]", "not JSON"}, {"['a']", "not JSON"}});
    }

    @ParameterizedTest
    @MethodSource("brokenSets")
    void brokenSetsOfCases(String text, String reason) throws IOException {
        Path set = Files.writeString(dir.resolve("cases.json"), text);
        Cli cli = Cli.run("eval", "--cases", set, "--out", dir.resolve("out"));
        assertRefused(cli, reason);
    }

    @Test
    void setsThatAreNotUtf8() throws IOException {
        for (String hex : new String[] {"ff", "5b22c328225d", "feff", "5b22ff225d"}) {
            Path set = Files.write(dir.resolve("cases.json"), HexFormat.of().parseHex(hex));
            assertRefused(Cli.run("eval", "--cases", set, "--out", dir.resolve("out")), "cases.json");
        }
    }

    /** An option that no loss can have fails its case alone. */
    @ParameterizedTest
    @ValueSource(strings = {"1e999", "-1e999", "-0.0", "1e-999", "[]", "{}", "[1]", "\"\"", "true", "\"1e999\"", "DEEP",
        "\"\\u0000\\u001b[2J\"", "\"NaN\"", "\"x.npy\""})
    void oddOptions(String value) throws IOException {
        NpyFile.floats(dir.resolve("x.npy"), new long[] {2}, 1, 2);
        String option = value.equals("DEEP") ? nested(900) : value;
        String both = withOption(option).replace("}]", "}, ") + withOption("1").substring(1).replace("\"a\"", "\"b\"");
        Cli cli = Cli.run("eval", "--cases", Files.writeString(dir.resolve("cases.json"), both), "--out", dir);
        assertTrue(cli.out().endsWith(" unsupported 0, failed " + (value.equals("1e999") || value.equals("\"1e999\"")
                ? cli.code() : 1) + System.lineSeparator()), cli.out());
        assertEquals(3, cli.out().lines().count(), cli.out());
        assertTrue(cli.out().contains("evaluated    b  0.0"), cli.out());
        assertQuiet(cli.out());
        assertEquals("", cli.err());
    }

    /** A good file with a few bytes changed, cut off, or more: read, or refused. */
    @Test
    void arraysByChance() throws IOException {
        Random random = new Random(SEED);
        byte[][] good = {
            Files.readAllBytes(NpyFile.floats(dir.resolve("a.npy"), new long[] {2, 3}, 1, 2, 3, 4, 5, 6)),
            Files.readAllBytes(NpyFile.longs(dir.resolve("b.npy"), new long[] {6}, 0, 1, 2, 3, 4, 5)),
            Files.readAllBytes(NpyFile.write(dir.resolve("c.npy"), 3, NpyFile.header(">f8", true, "(3, 2)"),
                    new byte[48]))};
        String[] words = {"-1", "99999999999", "2147483648", "True", "False", "'|O'", "'<f8'", "'>f2'", "((", "))", "{",
            "'shape'", "(", ",,", "\n", "'", "1e9", "0x10", "None", "_"};
        Path file = dir.resolve("chance.npy");
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = good[random.nextInt(good.length)].clone();
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
                case 1 -> {
                    byte[] word = words[random.nextInt(words.length)].getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(word, 0, bytes, 10 + random.nextInt(60), word.length);
                }
                default -> {
                    for (int n = 1 + random.nextInt(4); n > 0; n--) {
                        bytes[random.nextInt(Math.min(bytes.length, 90))] = (byte) random.nextInt(256);
                    }
                }
            }
            Files.write(file, bytes);
            Cli cli = Cli.run("eval", "mse", "--input", file, "--target", file);
            assertCalm(cli, "array " + i + " of seed " + SEED + ": " + HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    void setsOfCasesByChance() throws IOException {
        Random random = new Random(SEED);
        NpyFile.floats(dir.resolve("x.npy"), new long[] {2}, 1, 2);
        String good = withOption("1.5") + " ";
        String[] words = {"null", "[", "{", "}", "]", "\"", "1e999", ":", ",", "\\u0000", "\"mse\"", "\"id\":", "-",
            "{\"a\": 1}", "\"cross_entropy\"", "\"../x\"", "[1, 2]", "\"angular_penalty\"", "\u00e4", "\"dice\""};
        Path set = dir.resolve("cases.json");
        for (int i = 0; i < FILES; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(text.length());
                text.replace(at, at + random.nextInt(Math.min(12, text.length() - at)),
                        words[random.nextInt(words.length)]);
            }
            Files.writeString(set, text);
            Cli cli = Cli.run("eval", "--cases", set, "--out", dir.resolve("out"), "--allow-unsupported");
            assertCalm(cli, "set " + i + " of seed " + SEED + ": " + text);
        }
    }

    private static void assertRefused(Cli cli, String reason) {
        assertEquals(2, cli.code(), cli.out());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains(reason), cli.err());
        assertCalm(cli, cli.err());
    }

    /** It either worked, or says in one line why not; with exit code 1 and a count where a case failed. */
    private static void assertCalm(Cli cli, String what) {
        assertEquals(cli.code() == 2 ? 1 : 0, cli.err().lines().count(), what + "\n" + cli.err());
        assertTrue(cli.code() != 1 || cli.out().contains("failed 1"), what + "\n" + cli.out());
        assertQuiet(cli.out() + cli.err());
    }

    private static void assertQuiet(String output) {
        for (String word : new String[] {"bug in jloss", "Exception", "\tat ", "memory", "\u001b"}) {
            assertFalse(output.contains(word), output);
        }
    }
}
