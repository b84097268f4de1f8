// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.LossEntry;
import io.github.jloss.LossOption;
import io.github.jloss.Losses;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jloss list}: what there is. */
@Command(name = "list", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Lists the losses with their inputs, options and defaults.")
final class ListCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "LOSS", completionCandidates = LossNames.class,
            description = "The only one to list. Default: all.")
    private String name;

    @Mixin
    private JsonOption json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        List<LossEntry> losses = name == null ? Losses.all() : List.of(Losses.named(name));
        if (json.wanted()) {
            out.println(Json.write(losses.stream().map(ListCommand::document).toList()));
        } else {
            losses.forEach(loss -> print(loss, out));
            out.println("Names may be written with - for _, losses also by their class. A tensor is an .npy file.");
            out.println("All losses take -o sample_weight=W.npy, too: weights of elements, rows or pixels.");
        }
    }

    private static void print(LossEntry loss, PrintWriter out) {
        out.printf("%s  (%s; %s)%n", loss.name(), loss.type().getSimpleName(), loss.family());
        out.printf("  %s%n", loss.about());
        List<TaskKind> tasks = TaskKind.of(loss);
        out.printf("  Reads %s%s.%s%n", String.join(", ", loss.inputs()), loss.targetName() == null
                ? "" : "; " + loss.targetName() + ": " + loss.target(), tasks.isEmpty()
                ? "" : " Trains: " + tasks.stream().map(TaskKind::toString).collect(Collectors.joining(", ")));
        for (LossOption option : loss.options()) {
            out.printf("    -o %-36s %s: %s%n", option, option.type(),
                    option.about());
        }
        out.println();
    }

    private static Map<String, Object> document(LossEntry loss) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", loss.name());
        document.put("class", loss.type().getSimpleName());
        document.put("family", loss.family());
        document.put("about", loss.about());
        document.put("inputs", Configuration.arguments(loss));
        document.put("gradients", loss.inputs());
        document.put("target", loss.targetName());
        document.put("targetKind", loss.target().toString());
        document.put("tasks", TaskKind.of(loss).stream().map(TaskKind::toString).toList());
        document.put("options", loss.options().stream().map(ListCommand::document).toList());
        return document;
    }

    private static Map<String, Object> document(LossOption option) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", option.name());
        document.put("type", option.type().toString());
        document.put("default", option.defaultValue());
        document.put("about", option.about());
        return document;
    }
}
