// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import picocli.CommandLine.Option;

/** The option that every command with results has. */
final class JsonOption {

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean wanted;

    boolean wanted() {
        return wanted;
    }
}
