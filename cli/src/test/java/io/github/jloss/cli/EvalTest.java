package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
    void printsJson() {
        Cli cli = Cli.run("eval", "mse", "--json", "--input", x, "--target", t);
        assertTrue(cli.out().contains("\"value\" : 2.75"), cli.out());
        assertEquals(0, Cli.run("list", "--json").code());
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
        "eval mse --input X --target T -o beta=1 | option beta: unknown to mse",
        "eval mse --input X --target T -o beta | expected NAME=VALUE",
        "eval mse --input X --target T -o reduction=sum -o reduction=sum | given twice",
        "eval huber --input X --target T -o delta=-1 | delta: found -1.0",
        "eval mse --input X --target WRONG | target: found shape (3), expected (4, 1)",
        "eval mse --input X --target T --grad target=g.npy | --grad target",
        "eval mse --input X --target T --threads 0 | threads: found 0",
        "eval mse --input X --target T --threads two | two",
        "eval mse --input X --target T --backend abacus | backend: found \"abacus\"",
        "eval mse --cases X --out T | --cases brings its own",
        "eval --cases X | --out",
        "eval --cases NONE --out OUT | not found",
        "eval --cases X --out OUT | not JSON at line 1",
        "train cats --loss mse | expected digits",
        "train digits | --loss",
        "train digits --loss mse --epochs 0 | --epochs: found 0",
        "train digits --loss mse --lr NaN | --lr: found NaN",
        "train digits --loss mse --task sing | --task: found \"sing\", expected one of recognise, classify, segment",
        "train digits --loss mse --task segment | loss mse: does not fit the task segment, for which there are bce",
        "train digits --loss mse -o reduction=none | reduction=none"})
    void saysInOneLineWhatIsWrong(String line) {
        NpyFile.floats(dir.resolve("wrong.npy"), new long[] {3}, 1, 2, 3);
        String[] parts = line.split(" ?\\| ", 2);
        String[] args = parts[0].isEmpty() ? new String[0] : parts[0].split(" ");
        for (int i = 0; i < args.length; i++) {
            args[i] = switch (args[i]) {
                case "X" -> x.toString();
                case "T" -> t.toString();
                case "WRONG" -> dir.resolve("wrong.npy").toString();
                case "NONE" -> dir.resolve("none.json").toString();
                case "OUT" -> dir.resolve("out").toString();
                default -> args[i];
            };
        }
        Cli cli = Cli.run((Object[]) args);
        assertEquals(2, cli.code());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains(parts[1]), cli.err());
        assertTrue(args.length == 0 || cli.err().lines().count() == 1, cli.err());
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
        assertEquals(18, cli.out().lines().count(), cli.out());
        assertTrue(cli.out().endsWith("evaluated 3, unsupported 1, failed 13" + System.lineSeparator()), cli.out());
        assertTrue(cli.out().contains("failed       lost  " + dir.resolve("no.npy") + ": not found"), cli.out());
        assertArrayEquals(new float[] {3.5f}, Npy.read(out.resolve("good.loss.npy")).data());
        assertArrayEquals(new float[] {1, 0, -1, 1}, Npy.read(out.resolve("good.input.grad.npy")).data());
        assertArrayEquals(new float[] {1, 0, 1, 9}, Npy.read(out.resolve("last.loss.npy")).data());
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(6, files.count());
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
