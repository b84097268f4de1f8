// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.BackendException;
import io.github.jloss.ComputeDevice;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jloss devices}: what can compute, or why it cannot. */
@Command(name = "devices", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Lists the devices of each backend: id, name, kind, type, memory.")
final class DevicesCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        List<Entry> entries = entries();
        if (json.wanted()) {
            out.println(Json.write(entries.stream().map(Entry::document).toList()));
        } else {
            entries.forEach(entry -> out.println(entry.line()));
        }
    }

    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (Backend backend : Backend.all()) {
            try {
                backend.devices().forEach(device -> entries.add(new Entry(backend.name(), device, null)));
            } catch (BackendException e) {
                entries.add(new Entry(backend.name(), null, Main.oneLine(e.getMessage())));
            }
        }
        if (entries.stream().noneMatch(entry -> entry.backend.equals("tornado"))) {
            entries.add(new Entry("tornado", null, BackendOptions.TORNADO_MISSING));
        }
        return entries;
    }

    /** A device of a back end, or the reason why there is none. */
    private record Entry(String backend, ComputeDevice device, String reason) {

        String line() {
            return device == null ? "%-8s none: %s".formatted(backend, reason)
                    : String.format(Locale.ROOT, "%-8s %-5s %s, %s %s, %.1f GiB", backend, device.id(), device.name(),
                            device.kind(), device.type(), device.memory() / (double) (1 << 30));
        }

        Map<String, Object> document() {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("backend", backend);
            if (device == null) {
                document.put("reason", reason);
            } else {
                document.put("id", device.id());
                document.put("name", device.name());
                document.put("kind", device.kind());
                document.put("type", device.type());
                document.put("memory", device.memory());
            }
            return document;
        }
    }
}
