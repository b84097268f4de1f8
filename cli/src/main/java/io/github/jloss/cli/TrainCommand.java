package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.Loss;
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
        description = {"Trains a small network to recognise handwritten digits.",
            "It has a score for each of the ten digits, which is to be 1 for the right one and 0 for the others"
                    + " (its logit, for the losses of logits). The same seed gives the same bits."})
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA", description = "What to learn: digits.")
    private String data;

    @Option(names = "--loss", required = true, paramLabel = "NAME",
            description = "The loss, as \"jloss list\" names it.")
    private String name;

    @Mixin
    private LossOptions options;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "40",
            description = "Times every digit is seen. Default: ${DEFAULT-VALUE}.")
    private int epochs;

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

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() {
        require(data.equals("digits"), "found the data \"" + data + "\", expected digits");
        requireWithin("--epochs", epochs, 100_000);
        requireWithin("--hidden", hidden, 4096);
        requireWithin("--batch", batch, 4096);
        require(rate > 0 && rate <= 1, "--lr: found " + rate + ", expected a number above 0, up to 1");
        LossSpec named = Losses.named(name);
        Backend where = backend.backend();
        Loss loss = named.create(options.values(), Path.of("")).on(where);
        require(loss.reduction() != Reduction.NONE, "-o reduction=none: a model learns from one number, mean or sum");
        train(named, loss, where);
        return Main.OK;
    }

    private void train(LossSpec named, Loss loss, Backend where) {
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = new Progress(out, onTerminal(), epochs);
        if (!json) out.println("Learning digits with " + loss + " on " + where.describe());
        long start = System.nanoTime();
        Training training = new Training(loss, new Training.Settings(epochs, seed, hidden, batch, rate));
        List<Double> history = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            history.add(training.epoch());
            if (!json) progress.epoch(epoch, history.getLast(), accuracy(training));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json) {
            out.println(Json.write(document(named, loss, where, training, history, seconds)));
        } else {
            summary(out, training, history, seconds);
        }
    }

    private static void summary(PrintWriter out, Training training, List<Double> history, double seconds) {
        out.printf(Locale.ROOT, "%nheld-out accuracy  %.1f %%: %d of %d digits it never trained on%n",
                100 * accuracy(training), training.recognised(), training.heldOutSize());
        boolean bars = System.out.charset().newEncoder().canEncode(Sparkline.BARS);
        out.printf(Locale.ROOT, "loss history       %.4g %s %.4g%n", history.getFirst(),
                bars ? Sparkline.of(history) : "to", history.getLast());
        out.printf(Locale.ROOT, "time               %.1f s%n", seconds);
    }

    private Map<String, Object> document(LossSpec named, Loss loss, Backend where, Training training,
            List<Double> history, double seconds) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("data", data);
        document.put("loss", named.id());
        document.put("configured", loss.toString());
        document.put("backend", where.describe());
        document.put("epochs", epochs);
        document.put("seed", seed);
        document.put("hidden", hidden);
        document.put("batch", batch);
        document.put("lr", rate);
        document.put("accuracy", accuracy(training));
        document.put("recognised", training.recognised());
        document.put("heldOut", training.heldOutSize());
        document.put("history", history);
        document.put("seconds", seconds);
        return document;
    }

    private static double accuracy(Training training) {
        return (double) training.recognised() / training.heldOutSize();
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
