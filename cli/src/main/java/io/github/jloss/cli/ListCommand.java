// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jloss list}: what there is. */
@Command(name = "list", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Lists the losses with their inputs, options and defaults.")
final class ListCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (json.wanted()) {
            out.println(Json.write(Losses.ALL.stream().map(ListCommand::document).toList()));
        } else {
            Losses.ALL.forEach(loss -> print(loss, out));
            out.println("Names may be written with - for _, losses also by their class.");
        }
    }

    private static void print(LossSpec loss, PrintWriter out) {
        out.printf("%s  (%s; %s)%n", loss.id(), loss.className(), loss.family());
        out.printf("  %s%n", loss.about());
        out.printf("  Reads %s%s.%s%n", String.join(", ", loss.inputs()), loss.targetName() == null
                ? "" : "; " + loss.targetName() + ": " + loss.target(), loss.tasks().isEmpty()
                ? "" : " Trains: " + loss.tasks().stream().map(TaskKind::toString).collect(Collectors.joining(", ")));
        for (OptionSpec option : loss.options()) {
            out.printf("    -o %-36s %s: %s%n", option.name() + "=" + option.presetText(), option.type().text(),
                    option.about());
        }
        out.println();
    }

    private static Map<String, Object> document(LossSpec loss) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", loss.id());
        document.put("class", loss.className());
        document.put("family", loss.family());
        document.put("about", loss.about());
        document.put("inputs", loss.arguments());
        document.put("gradients", loss.inputs());
        document.put("target", loss.targetName());
        document.put("targetKind", loss.target().toString());
        document.put("tasks", loss.tasks().stream().map(TaskKind::toString).toList());
        document.put("options", loss.options().stream().map(ListCommand::document).toList());
        return document;
    }

    private static Map<String, Object> document(OptionSpec option) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", option.name());
        document.put("type", option.type().text());
        document.put("default", option.preset());
        document.put("about", option.about());
        return document;
    }
}
