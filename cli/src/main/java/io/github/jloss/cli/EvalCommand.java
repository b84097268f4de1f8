package io.github.jloss.cli;

import io.github.jloss.Loss;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jloss eval}: one loss on two files, or a whole set of cases. */
@Command(name = "eval", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        customSynopsis = {
            "jloss eval LOSS --input X.npy --target Y.npy [-o NAME=VALUE ...]",
            "                [--grad input=G.npy] [--loss L.npy] [--threads N] [--backend NAME] [--json]",
            "       jloss eval --cases SET/cases.json --out DIR [--loss NAME] [--allow-unsupported]",
            "                [--threads N] [--backend NAME] [--json]"},
        description = {"Evaluates a loss on NumPy files: prints its value, writes gradients.",
            "A target whose shape differs from the input's only by axes of length 1 is taken in the input's shape.",
            "Without reduction the value is the sum, and the gradient that of the sum."})
final class EvalCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "LOSS", description = "The loss, as \"jloss list\" names it.")
    private String name;

    @Option(names = "--input", paramLabel = "FILE", description = "Predictions.")
    private Path input;

    @Option(names = "--target", paramLabel = "FILE", description = "What they should be.")
    private Path target;

    @Mixin
    private LossOptions options;

    @Option(names = "--grad", paramLabel = "NAME=FILE", description = "Where the gradient of an input goes.")
    private List<String> gradients = List.of();

    @Option(names = "--loss", paramLabel = "FILE|NAME",
            description = "Where the loss goes, one number or one per element. With --cases: the only loss to do.")
    private String loss;

    @Option(names = "--cases", paramLabel = "FILE",
            description = "A set of cases; writes ID.loss.npy and ID.input.grad.npy for each.")
    private Path cases;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the results of --cases go.")
    private Path out;

    @Option(names = "--allow-unsupported", description = "Losses that jloss lacks are no reason to exit with 1.")
    private boolean allowUnsupported;

    @Mixin
    private BackendOptions backend;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter stdout = spec.commandLine().getOut();
        if (cases != null) {
            require(out != null, "--cases needs --out DIR");
            require(name == null && input == null && target == null && options.isEmpty() && gradients.isEmpty(),
                    "--cases brings its own losses, options and files");
            return new Cases(cases, out, loss, backend.backend(), json ? null : stdout)
                    .run().report(stdout, json, allowUnsupported);
        }
        require(name != null, "expected a LOSS or --cases");
        require(input != null && target != null, "expected --input and --target");
        require(out == null && !allowUnsupported, "--out and --allow-unsupported go with --cases");
        evaluate(stdout);
        return Main.OK;
    }

    private void evaluate(PrintWriter stdout) {
        LossSpec named = Losses.named(name);
        Loss made = named.create(options.values(), Path.of("")).on(backend.backend());
        Map<String, String> gradientFiles = LossOptions.pairs("--grad", gradients);
        for (String of : gradientFiles.keySet()) {
            require(LossSpec.GRADIENTS.contains(of),
                    "--grad " + of + ": " + named.id() + " has gradients of " + LossSpec.GRADIENTS);
        }
        Evaluation result = Evaluation.of(made, Npy.read(input), Npy.read(target), !gradientFiles.isEmpty());
        if (loss != null) result.writeLoss(Path.of(loss));
        gradientFiles.values().forEach(file -> Npy.write(Path.of(file), result.gradient()));
        if (json) {
            stdout.println(Json.write(document(named, result)));
        } else if (result.losses() == null) {
            stdout.println(result.value());
        } else {
            stdout.println("losses of shape " + Npy.shapeText(result.losses().shape()) + ", sum " + result.value());
        }
    }

    private static Map<String, Object> document(LossSpec named, Evaluation result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("loss", named.id());
        document.put(result.losses() == null ? "value" : "sum", result.value());
        if (result.losses() != null) document.put("shape", result.losses().shape());
        return document;
    }

    private void require(boolean holds, String message) {
        if (!holds) throw new ParameterException(spec.commandLine(), message);
    }
}
