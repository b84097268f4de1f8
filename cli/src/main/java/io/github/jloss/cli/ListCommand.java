package io.github.jloss.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jloss list}: what there is. */
@Command(name = "list", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Lists the losses with their inputs, options and defaults.")
final class ListCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(Losses.ALL.stream().map(ListCommand::document).toList()));
        } else {
            Losses.ALL.forEach(loss -> print(loss, out));
            out.println("Names may be written with - for _, losses also by their class.");
        }
    }

    private static void print(LossSpec loss, PrintWriter out) {
        out.printf("%s  (%s; %s)%n", loss.id(), loss.className(), String.join(", ", LossSpec.INPUTS));
        out.printf("  %s%n", loss.about());
        for (OptionSpec option : loss.options()) {
            out.printf("    -o %-36s %s: %s%n", option.name() + "=" + option.presetText(), option.type(),
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
        document.put("inputs", LossSpec.INPUTS);
        document.put("gradients", LossSpec.GRADIENTS);
        document.put("options", loss.options().stream().map(ListCommand::document).toList());
        return document;
    }

    private static Map<String, Object> document(OptionSpec option) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", option.name());
        document.put("type", option.type().toString());
        document.put("default", option.preset() instanceof Enum<?> ? option.presetText() : option.preset());
        document.put("about", option.about());
        return document;
    }
}
