// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jloss eval}: one loss on a few files, or a whole set of cases. */
@Command(name = "eval", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        customSynopsis = {
            "jloss eval LOSS --input [NAME=]X.npy ... [--target Y.npy]",
            "                [-o NAME=VALUE ...] [--grad NAME=G.npy ...] [--loss L.npy]",
            "                [--threads N] [--backend NAME] [--device ID] [--json]",
            "       jloss eval --cases SET/cases.json --out DIR [--loss NAME]",
            "                [--allow-unsupported] [--threads N] [--backend NAME] [--device ID]",
            "                [--json]"},
        description = {"Evaluates a loss on NumPy files: prints its value, writes gradients.",
            "Integers are class labels where the loss takes labels, otherwise numbers like floats.",
            "A target whose shape is right but for axes of length 1 is taken as if it were right.",
            "The file - is the standard input or output; ./- is one of that name.",
            "Without reduction the value is the sum, and the gradient that of the sum."})
final class EvalCommand implements Callable<Integer> {

    /** How a NAME=FILE begins; a file of such a name can be written with ./ before it. */
    private static final Pattern NAMED = Pattern.compile("\\w+=");

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "LOSS", completionCandidates = LossNames.class,
            description = "The loss, as \"jloss list\" names it.")
    private String name;

    @Option(names = "--input", paramLabel = "[NAME=]FILE",
            description = "What the loss reads: predictions; again for each where it has several, as \"jloss list\""
                    + " names them. Without NAME, the one called input.")
    private List<String> inputs = List.of();

    @Option(names = "--target", paramLabel = "FILE", description = "What they should be.")
    private String target;

    @Mixin
    private LossOptions options;

    @Option(names = "--grad", paramLabel = "NAME=FILE", description = "Where the gradient of an input goes.")
    private List<String> gradients = List.of();

    @Option(names = "--loss", paramLabel = "FILE|NAME",
            description = "Where the loss goes, one number or one per element. With --cases: the only loss to do.")
    private String loss;

    @Option(names = "--cases", paramLabel = "FILE",
            description = "A set of cases; writes ID.loss.npy and ID.NAME.grad.npy of every input.")
    private Path cases;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the results of --cases go.")
    private Path out;

    @Option(names = "--allow-unsupported", description = "Losses that jloss lacks are no reason to exit with 1.")
    private boolean allowUnsupported;

    @Mixin
    private BackendOptions backend;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        PrintWriter stdout = spec.commandLine().getOut();
        if (cases != null) {
            require(out != null, "--cases needs --out DIR");
            require(name == null && inputs.isEmpty() && target == null && options.isEmpty() && gradients.isEmpty(),
                    "--cases brings its own losses, options and files");
            return new Cases(cases, out, loss, backend.backend(), json.wanted() ? null : stdout)
                    .run().report(stdout, json.wanted(), allowUnsupported);
        }
        require(name != null, "expected a LOSS or --cases");
        require(out == null && !allowUnsupported, "--out and --allow-unsupported go with --cases");
        evaluate(stdout);
        return Main.OK;
    }

    private void evaluate(PrintWriter stdout) {
        LossEntry named = Losses.named(name);
        Map<String, String> files = files(named);
        Map<String, String> gradientFiles = LossOptions.pairs("--grad", gradients);
        for (String of : gradientFiles.keySet()) {
            require(named.inputs().contains(of),
                    "--grad " + of + ": " + named.name() + " has gradients of " + named.inputs());
        }
        Destinations places = new Destinations();
        files.forEach((argument, file) -> places.reading(Path.of(file),
                argument.equals(named.targetName()) ? "--target" : "--input " + argument));
        options.files().forEach((option, file) -> places.reading(file, "-o " + option));
        if (loss != null) places.writing(Path.of(loss), "--loss");
        gradientFiles.forEach((of, file) -> places.writing(Path.of(file), "--grad " + of));
        if (places.writesStdout()) stdout = spec.commandLine().getErr();
        Configuration configuration = Configuration.of(named, options.values(), Path.of(""));
        Map<String, NpyArray> arrays = new HashMap<>();
        files.forEach((argument, file) -> arrays.put(argument, Npy.read(Path.of(file))));
        Evaluation result = Evaluation.of(configuration, backend.backend(), arrays, gradientFiles.keySet());
        if (loss != null) result.writeLoss(Path.of(loss));
        gradientFiles.forEach((of, file) -> Npy.write(Path.of(file), result.gradients().get(of)));
        if (json.wanted()) {
            stdout.println(Json.write(document(named, result)));
        } else if (result.losses() == null) {
            stdout.println(result.value());
        } else {
            stdout.println("losses of shape " + Npy.shapeText(result.losses().shape()) + ", sum " + result.value());
        }
    }

    /** The file of each of the loss's arguments. */
    private Map<String, String> files(LossEntry named) {
        List<String> pairs = new ArrayList<>(inputs);
        pairs.replaceAll(pair -> NAMED.matcher(pair).lookingAt() ? pair : "input=" + pair);
        if (target != null) {
            require(named.targetName() != null, "--target: " + named.name() + " takes none");
            pairs.add(named.targetName() + "=" + target);
        }
        Map<String, String> files = LossOptions.pairs("--input", pairs);
        for (String argument : files.keySet()) {
            require(Configuration.arguments(named).contains(argument),
                    "--input " + argument + ": " + named.name() + " takes "
                            + String.join(", ", Configuration.arguments(named)));
        }
        for (String argument : Configuration.arguments(named)) {
            require(files.containsKey(argument), "expected " + (argument.equals(named.targetName()) ? "--target FILE"
                    : "--input " + (argument.equals("input") ? "" : argument + "=") + "FILE"));
        }
        return files;
    }

    private static Map<String, Object> document(LossEntry named, Evaluation result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("loss", named.name());
        document.put(result.losses() == null ? "value" : "sum", result.value());
        if (result.losses() != null) document.put("shape", result.losses().shape());
        return document;
    }

    private void require(boolean holds, String message) {
        if (!holds) throw new ParameterException(spec.commandLine(), message);
    }
}
