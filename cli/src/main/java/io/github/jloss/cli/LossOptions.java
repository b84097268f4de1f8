// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a loss on the command line. */
final class LossOptions {

    @Option(names = "-o", paramLabel = "NAME=VALUE",
            description = "An option of the loss, as \"jloss list\" shows them. Again for each.")
    private List<String> given = List.of();

    Map<String, String> values() {
        return pairs("-o", given);
    }

    /** The files that options name. */
    Map<String, Path> files() {
        Map<String, Path> files = new LinkedHashMap<>();
        values().forEach((name, value) -> {
            if (value.endsWith(".npy")) files.put(name, Path.of(value));
        });
        return files;
    }

    boolean isEmpty() {
        return given.isEmpty();
    }

    /** Splits NAME=VALUE pairs. */
    static Map<String, String> pairs(String option, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals < 1) throw new UserError(option + " " + pair + ": expected NAME=VALUE");
            String name = pair.substring(0, equals);
            if (pairs.put(name, pair.substring(equals + 1)) != null) {
                throw new UserError(option + " " + name + ": given twice");
            }
        }
        return pairs;
    }
}
