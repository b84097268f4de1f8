// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvalTest {

    @TempDir
    Path dir;

    private Path x;
    private Path t;
    private Path g;

    @BeforeEach
    void files() {
        x = NpyFile.floats(dir.resolve("x.npy"), new long[] {4, 1}, 1, 2, 3, 5);
        t = NpyFile.floats(dir.resolve("t.npy"), new long[] {4}, 0, 2, 4, 2);
        g = dir.resolve("g.npy");
    }

    @Test
    void printsTheValueAndWritesTheGradient() {
        Path value = dir.resolve("l.npy");
        Cli cli = Cli.run("eval", "mse", "--input", x, "--target", t, "--grad", "input=" + g, "--loss", value);
        assertEquals(new Cli(0, "2.75" + System.lineSeparator(), ""), cli);
        assertArrayEquals(new float[] {0.5f, 0, -0.5f, 1.5f}, Npy.read(g).data());
        assertArrayEquals(new long[] {4, 1}, Npy.read(g).shape());
        assertArrayEquals(new float[] {2.75f}, Npy.read(value).data());
    }

    @Test
    void writesOneLossPerElementWithoutReduction() {
        Path losses = dir.resolve("l.npy");
        Cli cli = Cli.run("eval", "L1Loss", "-o", "reduction=none", "--threads", 2, "--input", x, "--target", t,
                "--grad", "input=" + g, "--loss", losses);
        assertEquals("losses of shape (4, 1), sum 5.0", cli.out().strip());
        assertArrayEquals(new float[] {1, 0, 1, 3}, Npy.read(losses).data());
        assertArrayEquals(new float[] {1, 0, -1, 1}, Npy.read(g).data());
    }

    @Test
    void inputsMayBeNamed() {
        Cli cli = Cli.run("eval", "mse", "--input", "target=" + t, "--input", "input=" + x);
        assertEquals("2.75", cli.out().strip());
    }

    @Test
    void lossesOfSeveralInputsHaveSeveralGradients() {
        Path x2 = NpyFile.floats(dir.resolve("x2.npy"), new long[] {2, 2}, 3, 4, 0, 0);
        Path x1 = NpyFile.floats(dir.resolve("x1.npy"), new long[] {2, 2}, 0, 0, 0, 1);
        Path label = NpyFile.floats(dir.resolve("label.npy"), new long[] {2}, 1, 0);
        Path g1 = dir.resolve("g1.npy");
        Object[] command = {"eval", "contrastive", "--input", "x1=" + x1, "--input", "x2=" + x2, "--target", label,
            "--grad", "x1=" + g1, "--grad", "x2=" + g};
        assertEquals(13, Double.parseDouble(Cli.run(command).out()), 1e-4);
        assertArrayEquals(new float[] {-3, -4, 0, -1}, Npy.read(g1).data(), 1e-4f);
        assertArrayEquals(new float[] {3, 4, 0, 1}, Npy.read(g).data(), 1e-4f);

        Cli triplet = Cli.run("eval", "triplet_margin", "--input", "anchor=" + x1, "--input", "positive=" + x1,
                "--input", "negative=" + x2, "-o", "reduction=none", "--loss", g);
        assertTrue(triplet.out().startsWith("losses of shape (2), sum "), triplet.out() + triplet.err());
        assertArrayEquals(new float[] {0, 0}, Npy.read(g).data(), 1e-4f);
    }

    @Test
    void integersAreLabelsWhereALossTakesLabels() throws IOException {
        Path logits = NpyFile.floats(dir.resolve("logits.npy"), new long[] {2, 2}, 0, 0, 1, 1);
        Path labels = NpyFile.longs(dir.resolve("labels.npy"), new long[] {2}, 1, 7);
        Cli cli = Cli.run("eval", "cross-entropy", "--input", logits, "--target", labels, "-o", "ignore_index=7",
                "--grad", "input=" + g);
        assertEquals(Math.log(2), Double.parseDouble(cli.out()), 1e-6);
        assertArrayEquals(new float[] {0.5f, -0.5f, 0, 0}, Npy.read(g).data(), 1e-6f);
        assertTrue(Cli.run("eval", "cross_entropy", "--input", logits, "--target", labels).err().contains("7"));

        Path probabilities = NpyFile.floats(dir.resolve("p.npy"), new long[] {2, 2}, .5f, .5f, 1, 0);
        Cli soft = Cli.run("eval", "cross_entropy", "--input", logits, "--target", probabilities);
        assertEquals(Math.log(2), Double.parseDouble(soft.out()), 1e-6);

        Path oneHot = NpyFile.longs(dir.resolve("hot.npy"), new long[] {2, 2}, 0, 1, 1, 0);
        Cli hot = Cli.run("eval", "cross_entropy", "--input", logits, "--target", oneHot);
        assertEquals(Math.log(2), Double.parseDouble(hot.out()), 1e-6);

        Path numbers = NpyFile.longs(dir.resolve("numbers.npy"), new long[] {4}, 0, 2, 4, 2);
        assertEquals("2.75", Cli.run("eval", "mse", "--input", x, "--target", numbers).out().strip());
        Path huge = NpyFile.longs(dir.resolve("huge.npy"), new long[] {2}, 1, 1 << 24);
        assertTrue(Cli.run("eval", "nll", "--input", logits, "--target", huge).err().contains("2^24"));
    }

    @Test
    void printsJson() {
        Cli cli = Cli.run("eval", "mse", "--json", "--input", x, "--target", t);
        assertTrue(cli.out().contains("\"value\" : 2.75"), cli.out());
        assertEquals(0, Cli.run("list", "--json").code());
        assertTrue(Cli.run("list", "huber").out().startsWith("huber  (HuberLoss; pointwise)"));
        assertTrue(Cli.run("list", "hubber").err().contains("did you mean huber?"));
        assertTrue(Cli.run("list").out().contains("disable_torch_grad_focal_loss=false"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "| COMMAND",
        "evil | evil",
        "eval | expected a LOSS",
        "eval nonsense --input X --target T | loss nonsense: unknown, expected one of mse",
        "eval mse --input X | expected --target FILE",
        "eval mse --target T | expected --input FILE",
        "eval mse --input weight=X --target T | --input weight: mse takes input, target",
        "eval mse --input X --input input=X --target T | --input input: given twice",
        "eval mse --input X --target T --input target=T | --input target: given twice",
        "eval mse --input X --target T --bogus | --bogus",
        "evall mse | did you mean eval?",
        "eval mse --input X --target T --treads 2 | did you mean --threads",
        "eval mse --input X --target T --grad input=X | --grad input would overwrite the file of --input input",
        "eval mse --input X --target T --grad input=T | --grad input would overwrite the file of --target",
        "eval mse --input X --target T --loss T | --loss would overwrite the file of --target",
        "eval mse --input X --target T --loss nowhere/l.npy | nowhere/l.npy: its directory does not exist",
        "eval bce_with_logits --input X --target T -o weight=WRONG --loss WRONG | overwrite the file of -o weight",
        "eval mse --input - --target - | standard input: --target would read what --input input has read",
        "eval mse --input X --target T --grad input=- --loss - | standard output: --grad input would overwrite",
        "eval cross_entropy --input ROWS --target T | found floats of shape (4), expected class labels, which are in",
        "eval nll --input ROWS --target T | found floats of shape (4), expected class labels, which are integers",
        "eval mse --input X --target T -o beta=1 | option beta: unknown to mse",
        "eval mse --input X --target T -o beta | expected NAME=VALUE",
        "eval mse --input X --target T -o reduction=sum -o reduction=sum | given twice",
        "eval huber --input X --target T -o delta=-1 | loss huber: delta: found -1.0",
        "eval huber --input X --target T -o dleta=1 | did you mean delta?",
        "eval hubber --input X --target T | did you mean huber?",
        "eval mse --input X --target T -o sample_weight=2 | option sample_weight: found 2, expected an .npy file",
        "train digits --loss mse -o sample_weight=X | option sample_weight: digits have none",
        "eval mse --input X --target WRONG | target: found shape (3), expected (4, 1)",
        "eval mse --input X --target T --grad target=g.npy | --grad target",
        "eval mse --input X --target T --threads 0 | threads: found 0",
        "eval mse --input X --target T --threads two | two",
        "eval mse --input X --target T --backend abacus | backend: found \"abacus\"",
        "eval mse --input X --target T --device 9:9 | cpu: found no device 9:9, expected cpu",
        "eval mse --input X --target T --backend tornado | needs TornadoVM: start ./jloss with TORNADOVM_HOME set",
        "eval --cases X --out OUT --backend tornado --threads 2 | needs TornadoVM: start ./jloss with TORNADOVM_HOME",
        "train digits --loss mse --backend tornado --device 0:1 | needs TornadoVM: start ./jloss with TORNADOVM_HOME",
        "eval mse --input X --target T --backend broken | broken: its driver is missing",
        "eval mse --input X --target T --backend broken --device 1 | broken: found no device 1, expected 0",
        "eval mse --input X --target T --backend broken --device 0 | broken: out of memory",
        "eval mse --cases X --out T | --cases brings its own",
        "eval --cases X | --out",
        "eval --cases NONE --out OUT | not found",
        "eval --cases X --out OUT | not JSON at line 1",
        "train cats --loss mse | expected digits",
        "train digits | --loss",
        "train digits --loss mse --epochs 0 | --epochs: found 0",
        "train digits --loss mse --lr NaN | --lr: found NaN",
        "train digits --loss mse --task sing | --task: found \"sing\", expected one of recognise, c",
        "train digits --loss mse --task segment | loss mse: fits --task recognise, not segment, which takes bce_w",
        "train digits --loss jaccard | loss jaccard: fits --task segment, not recognise, which takes mse, l1",
        "train digits --loss nll --task classify | loss nll: fits no task, not classify, which takes cross",
        "train digits --loss 2*contrastive --task embed | only losses of one input can be summed",
        "train digits --loss mse+ | expected a name, or a sum such as",
        "eval contrastive --input X --target T | --input input: contrastive takes x1, x2, label",
        "eval contrastive --input x1=X --target T | expected --input x2=FILE",
        "eval triplet_margin --input anchor=X --target T | --target: triplet_margin takes none",
        "eval cross_entropy --input X --target WRONG | target: found",
        "train digits --loss mse -o reduction=none | reduction=none"})
    void saysInOneLineWhatIsWrong(String line) {
        NpyFile.floats(dir.resolve("wrong.npy"), new long[] {3}, 1, 2, 3);
        Path rows = NpyFile.floats(dir.resolve("rows.npy"), new long[] {4, 2}, new float[8]);
        String[] parts = line.split(" ?\\| ", 2);
        String[] args = parts[0].isEmpty() ? new String[0] : parts[0].split(" ");
        for (int i = 0; i < args.length; i++) {
            int value = args[i].indexOf('=') + 1;
            args[i] = args[i].substring(0, value) + switch (args[i].substring(value)) {
                case "X" -> x.toString();
                case "T" -> t.toString();
                case "ROWS" -> rows.toString();
                case "WRONG" -> dir.resolve("wrong.npy").toString();
                case "NONE" -> dir.resolve("none.json").toString();
                case "OUT" -> dir.resolve("out").toString();
                default -> args[i].substring(value);
            };
        }
        Cli cli = Cli.run((Object[]) args);
        assertEquals(2, cli.code());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains(parts[1]), cli.err());
        assertTrue(args.length == 0 || cli.err().lines().count() == 1, cli.err());
    }

    /** One file is one file by whatever name: of what is to be written, none may be read or written twice. */
    @Test
    void overwritesNothingItReads() throws IOException {
        Path soft = Files.createSymbolicLink(dir.resolve("soft.npy"), x);
        Path hard = Files.createLink(dir.resolve("hard.npy"), t);
        Path folder = Files.createSymbolicLink(dir.resolve("folder"), dir);
        byte[] before = Files.readAllBytes(x);
        for (Path same : new Path[] {x, soft, hard, folder.resolve("x.npy"), dir.resolve("../" + dir.getFileName()
                + "/t.npy"), dir.resolve("./x.npy")}) {
            Cli cli = Cli.run("eval", "mse", "--input", x, "--target", t, "--grad", "input=" + same);
            assertEquals(2, cli.code(), same.toString());
            assertTrue(cli.err().contains("would overwrite"), cli.err());
        }
        Cli twice = Cli.run("eval", "mse", "--input", x, "--target", t, "--loss", g, "--grad",
                "input=" + folder.resolve("g.npy"));
        assertTrue(twice.err().contains("--grad input would overwrite the file of --loss"), twice.err());
        assertArrayEquals(before, Files.readAllBytes(x));
        assertTrue(Files.notExists(g));
    }

    /** A mask, and weights of 1 and 2, of which the mean divides by the sum or by how many there are. */
    @Test
    void weightsAreGivenLikeOptions() throws IOException {
        NpyFile.floats(x, new long[] {4, 1}, 1, 2, 3, Float.NaN);
        Path w = NpyFile.floats(dir.resolve("w.npy"), new long[] {4, 1}, 1, 1, 2, 0);
        Object[] command = {"eval", "mse", "--input", x, "--target", t, "-o", "sample_weight=" + w, "--grad",
            "input=" + g};
        assertEquals("0.75", Cli.run(command).out().strip());
        assertArrayEquals(new float[] {0.5f, 0, -1, 0}, Npy.read(g).data());
        Object[] byCount = Stream.concat(Stream.of(command), Stream.of("-o", "mean_by=count")).toArray();
        assertEquals("1.0", Cli.run(byCount).out().strip());
        Files.writeString(dir.resolve("cases.json"), """
                [{"id": "a", "loss": "mse", "options": {"sample_weight": "w.npy", "mean_by": "count"},
                  "inputs": {"input": "x.npy", "target": "t.npy"}},
                 {"id": "b", "loss": "mse", "options": {"sample_weight": null},
                  "inputs": {"input": "w.npy", "target": "t.npy"}}]
                """);
        Cli cli = Cli.run("eval", "--cases", dir.resolve("cases.json"), "--out", dir);
        assertTrue(cli.out().contains("evaluated    a  1.0") && cli.out().contains("evaluated 2,"), cli.out());
    }

    @Test
    void optionsOfClassesAreListsOrNumbers() throws IOException {
        Path logits = NpyFile.floats(dir.resolve("logits.npy"), new long[] {1, 3}, 0, 0, 0);
        Path hot = NpyFile.floats(dir.resolve("hot.npy"), new long[] {1, 3}, 0, 0, 1);
        for (String option : new String[] {"pos_weight=1,1,5", "weight=1,1,5"}) {
            Cli cli = Cli.run("eval", "bce_with_logits", "--input", logits, "--target", hot, "-o", option);
            assertEquals(7 * Math.log(2) / 3, Double.parseDouble(cli.out()), 1e-6, option);
        }
        Path weights = NpyFile.floats(dir.resolve("w.npy"), new long[] {3}, 1, 1, 5);
        assertEquals(Cli.run("eval", "bce_with_logits", "--input", logits, "--target", hot, "-o",
                "pos_weight=1,1,5").out(), Cli.run("eval", "bce_with_logits", "--input", logits, "--target", hot, "-o",
                "pos_weight=" + weights).out());
    }

    @Test
    void setsOfCasesOverwriteNothingTheyRead() throws IOException {
        Path early = Files.copy(x, dir.resolve("late.loss.npy"));
        Path set = Files.writeString(dir.resolve("cases.json"), """
                [{"id": "late", "loss": "mse", "inputs": {"input": "x.npy", "target": "t.npy"}},
                 {"id": "other", "loss": "mse", "inputs": {"input": "late.loss.npy", "target": "t.npy"}}]
                """);
        Cli cli = Cli.run("eval", "--cases", set, "--out", dir);
        assertTrue(cli.out().contains("late.loss.npy: the loss would overwrite the file of case other"), cli.out());
        assertTrue(cli.out().contains("evaluated 1, unsupported 0, failed 1"), cli.out());
        assertArrayEquals(Files.readAllBytes(x), Files.readAllBytes(early));
    }

    @Test
    void readsStandardInputAndWritesStandardOutput() throws IOException {
        InputStream stdin = System.in;
        PrintStream stdout = System.out;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (InputStream in = Files.newInputStream(x); PrintStream to = new PrintStream(written)) {
            System.setIn(in);
            System.setOut(to);
            Cli cli = Cli.run("eval", "mse", "--input", "-", "--target", t, "--grad", "input=-");
            assertEquals(new Cli(0, "", "2.75" + System.lineSeparator()), cli);
        } finally {
            System.setIn(stdin);
            System.setOut(stdout);
        }
        assertArrayEquals(new float[] {0.5f, 0, -0.5f, 1.5f}, Npy.read(Files.write(g, written.toByteArray())).data());
    }

    @Test
    void standardInputThatIsNoArray() {
        InputStream stdin = System.in;
        try {
            System.setIn(new ByteArrayInputStream(new byte[20]));
            Cli cli = Cli.run("eval", "mse", "--input", "-", "--target", t);
            assertEquals(new Cli(2, "", "jloss: standard input: not an .npy file: it does not start with \\x93NUMPY"
                    + System.lineSeparator()), cli);
        } finally {
            System.setIn(stdin);
        }
    }

    @Test
    void shellsCompleteCommandsOptionsAndLosses() {
        Cli cli = Cli.run("completion", "bash");
        assertEquals(0, cli.code());
        for (String word : new String[] {"--threads", "train", "bce_with_logits"}) {
            assertTrue(cli.out().contains(word), word);
        }
        assertEquals(cli, Cli.run("completion", "zsh"));
        assertTrue(Cli.run("completion", "fish").err().contains("fish"));
    }

    private static final String CASES = """
            [
              {"id": "good", "loss": "huber", "options": {"delta": 1.0, "reduction": "sum"},
               "inputs": {"input": "x.npy", "target": "t.npy"}},
              {"id": "weighted", "loss": "bce_with_logits", "options": {"pos_weight": "w.npy", "weight": null},
               "inputs": {"input": "x.npy", "target": "y.npy"}},
              {"id": "later", "loss": "loss_of_the_future", "options": {}, "inputs": {}},
              {"id": "../escape", "loss": "mse", "inputs": {"input": "x.npy", "target": "t.npy"}},
              {"id": "good", "loss": "mse", "inputs": {"input": "x.npy", "target": "t.npy"}},
              {"id": "lacks", "loss": "mse", "options": {}, "inputs": {"input": "x.npy"}},
              {"id": "lost", "loss": "mse", "options": {}, "inputs": {"input": "x.npy", "target": "no.npy"}},
              {"id": "odd", "loss": "mse", "options": {"reduction": {"a": 1}},
               "inputs": {"input": "x.npy", "target": "t.npy"}},
              {"id": "more", "loss": "mse", "inputs": {"input": "x.npy", "target": "t.npy", "var": "t.npy"}},
              {"id": "list", "loss": "mse", "options": [], "inputs": {"input": "x.npy", "target": "t.npy"}},
              {"loss": "mse"}, {"id": 7, "loss": "mse"}, {"id": "none"}, 42, null, [],
              {"id": "pair", "loss": "contrastive", "options": {"margin": 2},
               "inputs": {"x1": "x.npy", "x2": "x.npy", "label": "y.npy"}},
              {"id": "last", "loss": "mse", "options": {"reduction": "none"},
               "inputs": {"input": "x.npy", "target": "t.npy"}}
            ]
            """;

    @Test
    void goesOnAfterMalformedCases() throws IOException {
        Path set = Files.writeString(dir.resolve("cases.json"), CASES);
        Path out = Files.createDirectory(dir.resolve("out"));
        Files.writeString(out.resolve("lost.loss.npy"), "of an earlier run");
        NpyFile.floats(dir.resolve("w.npy"), new long[] {1}, 3);
        NpyFile.floats(dir.resolve("y.npy"), new long[] {4, 1}, 0, 1, 0, 1);
        Cli cli = Cli.run("eval", "--cases", set, "--out", out, "--allow-unsupported");
        assertEquals(1, cli.code());
        assertEquals("", cli.err());
        assertEquals(19, cli.out().lines().count(), cli.out());
        assertTrue(cli.out().endsWith("evaluated 4, unsupported 1, failed 13" + System.lineSeparator()), cli.out());
        assertTrue(cli.out().contains("failed       lost  " + dir.resolve("no.npy") + ": not found"), cli.out());
        assertArrayEquals(new float[] {3.5f}, Npy.read(out.resolve("good.loss.npy")).data());
        assertArrayEquals(new float[] {1, 0, -1, 1}, Npy.read(out.resolve("good.input.grad.npy")).data());
        assertArrayEquals(new float[] {1, 0, 1, 9}, Npy.read(out.resolve("last.loss.npy")).data());
        assertEquals(0, Npy.read(out.resolve("pair.x1.grad.npy")).data()[1], 1e-5);
        assertEquals(4, Npy.read(out.resolve("pair.x2.grad.npy")).data().length);
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(9, files.count());
        }
    }

    @Test
    void countsUnsupportedLosses() throws IOException {
        Path set = Files.writeString(dir.resolve("cases.json"), CASES);
        Path out = dir.resolve("new/out");
        assertEquals(1, Cli.run("eval", "--cases", set, "--out", out, "--loss", "loss_of_the_future").code());
        assertEquals(0, Cli.run("eval", "--cases", set, "--out", out, "--loss", "loss_of_the_future",
                "--allow-unsupported").code());
        Cli json = Cli.run("eval", "--cases", set, "--out", out, "--loss", "HuberLoss", "--json");
        assertEquals(0, json.code());
        assertTrue(json.out().contains("\"evaluated\" : 1"), json.out());
    }
}
