// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Criterion;
import io.github.jloss.Reduction;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jloss train digits}: a small network learns real digits from our losses. */
@Command(name = "train", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = {"Trains a small network on handwritten digits and tells how well it does on digits that it never"
                + " trained on.",
            "Tasks:",
            "  recognise  a score for each digit: 1 for the right one, 0 for others",
            "             (its logit, for the losses of logits)",
            "  classify   the same, for losses that take the number of the right one",
            "  segment    which pixels of a noisy digit are ink",
            "  embed      a point for each digit, near those of equal digits",
            "The same seed gives the same bits."})
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA", description = "What to learn from: digits.")
    private String data;

    @Option(names = "--task", paramLabel = "NAME", defaultValue = "recognise",
            description = "What to learn. Default: ${DEFAULT-VALUE}.")
    private String taskName;

    @Option(names = "--loss", required = true, paramLabel = "NAME", completionCandidates = LossNames.class,
            description = "The loss, as \"jloss list\" names it, or a sum: 0.5*mse+0.5*l1.")
    private String lossText;

    @Mixin
    private LossOptions options;

    @Option(names = "--epochs", paramLabel = "N",
            description = "Times every digit is seen. Default: 40; for segment 20.")
    private Integer epochsGiven;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1",
            description = "Seed of the first weights and the order of digits. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--hidden", paramLabel = "N", defaultValue = "128",
            description = "Units of the hidden layer. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16",
            description = "Digits per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--lr", paramLabel = "F", defaultValue = "0.005",
            description = "Size of the first step; the last is near 0. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Mixin
    private BackendOptions backend;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        require(data.equals("digits"), "found the data \"" + data + "\", expected digits");
        TaskKind kind = TaskKind.named(taskName);
        int epochs = epochsGiven == null ? kind.epochs() : epochsGiven;
        requireWithin("--epochs", epochs, 100_000);
        requireWithin("--hidden", hidden, 4096);
        requireWithin("--batch", batch, 4096);
        require(rate > 0 && rate <= 1, "--lr: found " + rate + ", expected a number above 0, up to 1");
        LossSum sum = LossSum.parse(lossText);
        kind.requireFitting(sum);
        Criterion loss = sum.create(options.values(), Path.of("")).on(backend.backend());
        require(loss.reduction() != Reduction.NONE, "-o reduction=none: a model learns from one number, mean or sum");
        train(kind, sum, loss, new Training.Settings(epochs, seed, hidden, batch, rate));
        return Main.OK;
    }

    private void train(TaskKind kind, LossSum sum, Criterion loss, Training.Settings settings) {
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = new Progress(out, onTerminal(), settings.epochs());
        if (!json.wanted()) {
            out.println("Learning to " + kind + " digits with " + loss + " on " + backend.backend().describe());
        }
        long start = System.nanoTime();
        Training training = new Training(random -> kind.task(sum, random), loss, settings);
        List<Double> history = new ArrayList<>();
        for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
            history.add(training.epoch());
            if (!json.wanted()) progress.epoch(epoch, history.getLast(), training.score());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json.wanted()) {
            out.println(Json.write(document(kind, sum, loss, settings, training.score(), history, seconds)));
        } else {
            summary(out, training, history, seconds);
        }
    }

    private static void summary(PrintWriter out, Training training, List<Double> history, double seconds) {
        out.printf("%n%s", training.picture());
        Score score = training.score();
        out.printf("held-out %-9s %s: %s%n", score.name(), score.percent(), score.about());
        boolean bars = System.out.charset().newEncoder().canEncode(Sparkline.BARS);
        out.printf(Locale.ROOT, "loss history       %.4g %s %.4g%n", history.getFirst(),
                bars ? Sparkline.of(history) : "to", history.getLast());
        out.printf(Locale.ROOT, "time               %.1f s%n", seconds);
    }

    private Map<String, Object> document(TaskKind kind, LossSum sum, Criterion loss, Training.Settings settings,
            Score score, List<Double> history, double seconds) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("data", data);
        document.put("task", kind.toString());
        document.put("loss", sum.toString());
        document.put("configured", loss.toString());
        document.put("backend", backend.backend().describe());
        document.put("epochs", settings.epochs());
        document.put("seed", settings.seed());
        document.put("hidden", settings.hidden());
        document.put("batch", settings.batch());
        document.put("lr", settings.rate());
        document.put(score.name(), score.value());
        document.put("heldOut", score.heldOut());
        document.put("history", history);
        document.put("seconds", seconds);
        return document;
    }

    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private void requireWithin(String option, int value, int most) {
        require(value >= 1 && value <= most, option + ": found " + value + ", expected 1 to " + most);
    }

    private void require(boolean holds, String message) {
        if (!holds) throw new ParameterException(spec.commandLine(), message);
    }
}
