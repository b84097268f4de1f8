// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.jloss.Backend;
import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Evaluates a set of cases, one after the other; what is wrong with one of them is no concern of the next. */
final class Cases {

    /** Ids become file names: nothing in them may lead out of the directory. */
    private static final Pattern ID = Pattern.compile("\\w[\\w.-]{0,99}");

    private enum Status { EVALUATED, UNSUPPORTED, FAILED }

    /**
     * What became of a case.
     *
     * @param id its id
     * @param loss its loss
     * @param status what became of it
     * @param value of the loss, or null
     * @param reason why it failed, or null
     */
    private record Outcome(String id, String loss, Status status, Double value, String reason) {

        String line() {
            return switch (status) {
                case EVALUATED -> "evaluated    " + id + "  " + value;
                case UNSUPPORTED -> "unsupported  " + id + "  " + loss;
                case FAILED -> "failed       " + id + "  " + reason;
            };
        }

        Map<String, Object> document() {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("id", id);
            document.put("loss", loss);
            document.put("status", status.name().toLowerCase(Locale.ROOT));
            if (value != null) document.put("value", value);
            if (reason != null) document.put("reason", reason);
            return document;
        }
    }

    private final Path file;
    private final Path out;
    private final String only;
    private final Backend backend;
    private final PrintWriter progress;
    private final Destinations places = new Destinations();
    private final Set<String> seen = new HashSet<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    /**
     * A set of cases.
     *
     * @param file its cases.json
     * @param out the directory for the results
     * @param only the one loss to do, or null for all
     * @param backend where to compute
     * @param progress gets a line for each case, or null
     */
    Cases(Path file, Path out, String only, Backend backend, PrintWriter progress) {
        this.file = file;
        this.out = out;
        this.only = only == null ? null : Losses.find(only).map(LossEntry::name).orElse(only);
        this.backend = backend;
        this.progress = progress;
    }

    Cases run() {
        JsonNode set = Json.read(file);
        if (!set.isArray()) throw new UserError(file + ": expected a JSON array of cases");
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw UserError.of(out, e);
        }
        places.reading(file, "--cases");
        set.forEach(this::noteInputs);
        int number = 0;
        for (JsonNode node : set) {
            number++;
            if (only != null && !only.equals(node.path("loss").asText(null))) continue;
            Outcome outcome = outcome(node, node.path("id").asText("(case " + number + ")"));
            outcomes.add(outcome);
            if (progress != null) progress.println(Main.oneLine(outcome.line()));
        }
        return this;
    }

    private Path base() {
        return file.toAbsolutePath().getParent();
    }

    /** No result of a case may go where a case, this one or another, reads. */
    private void noteInputs(JsonNode node) {
        for (JsonNode named : List.of(node.path("inputs"), node.path("options"))) {
            for (JsonNode value : named) {
                if (!value.isTextual() || !value.textValue().endsWith(".npy")) continue;
                try {
                    places.reading(base().resolve(value.textValue()), "case " + node.path("id").asText());
                } catch (InvalidPathException _) {
                    // It is no file, as its case will say.
                }
            }
        }
    }

    private Outcome outcome(JsonNode node, String id) {
        String loss = node.path("loss").asText("");
        try {
            requireUsable(node, id);
            Optional<LossEntry> named = Losses.find(loss);
            if (named.isEmpty()) return new Outcome(id, loss, Status.UNSUPPORTED, null, null);
            return new Outcome(id, loss, Status.EVALUATED, evaluate(node, id, named.get()), null);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return new Outcome(id, loss, Status.FAILED, null, Main.reason(e));
        }
    }

    private void requireUsable(JsonNode node, String id) {
        if (!node.isObject()) throw new UserError("expected a JSON object");
        if (!node.path("id").isTextual()) throw new UserError("it has no id");
        if (!ID.matcher(id).matches()) throw new UserError("its id is no plain file name");
        if (!seen.add(id)) throw new UserError("its id is that of an earlier case");
        if (!node.path("loss").isTextual()) throw new UserError("it names no loss");
    }

    private double evaluate(JsonNode node, String id, LossEntry named) {
        Path lossFile = out.resolve(id + ".loss.npy");
        Map<String, Path> gradientFiles = new LinkedHashMap<>();
        named.inputs().forEach(input -> gradientFiles.put(input, out.resolve(id + "." + input + ".grad.npy")));
        places.writing(lossFile, "the loss");
        gradientFiles.forEach((input, into) -> places.writing(into, "the gradient of " + input));
        // A case that fails must not leave the results of an earlier run for its own.
        delete(lossFile);
        gradientFiles.values().forEach(Cases::delete);
        Configuration configuration = Configuration.of(named, Json.plain(object(node, "options")), base());
        for (Map.Entry<String, JsonNode> input : object(node, "inputs").properties()) {
            if (!Configuration.arguments(named).contains(input.getKey())) {
                throw new UserError("input " + input.getKey() + ": unknown to " + named.name() + ", which has "
                        + String.join(", ", Configuration.arguments(named)));
            }
        }
        Map<String, NpyArray> arrays = new HashMap<>();
        Configuration.arguments(named).forEach(name -> arrays.put(name, array(node, name, base())));
        Evaluation result = Evaluation.of(configuration, backend, arrays, named.inputs());
        result.writeLoss(lossFile);
        gradientFiles.forEach((input, into) -> Npy.write(into, result.gradients().get(input)));
        return result.value();
    }

    private static JsonNode object(JsonNode node, String name) {
        JsonNode object = node.path(name);
        if (!object.isObject() && !object.isMissingNode()) throw new UserError("its " + name + " are no JSON object");
        return object;
    }

    private static NpyArray array(JsonNode node, String name, Path base) {
        JsonNode path = node.path("inputs").path(name);
        if (!path.isTextual()) throw new UserError("its inputs lack the file " + name);
        try {
            return Npy.read(base.resolve(path.textValue()));
        } catch (InvalidPathException e) {
            throw new UserError("its " + name + " is no file name: " + e.getReason());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw UserError.of(file, e);
        }
    }

    /** Prints the closing count, or all there is to say as JSON, and tells the exit code. */
    int report(PrintWriter stdout, boolean json, boolean allowUnsupported) {
        long unsupported = count(Status.UNSUPPORTED);
        long failed = count(Status.FAILED);
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("cases", outcomes.stream().map(Outcome::document).toList());
            document.put("evaluated", count(Status.EVALUATED));
            document.put("unsupported", unsupported);
            document.put("failed", failed);
            stdout.println(Json.write(document));
        } else {
            stdout.println("evaluated " + count(Status.EVALUATED) + ", unsupported " + unsupported + ", failed "
                    + failed);
        }
        return failed > 0 || unsupported > 0 && !allowUnsupported ? Main.FAILED : Main.OK;
    }

    private long count(Status status) {
        return outcomes.stream().filter(o -> o.status == status).count();
    }
}
