// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jloss completion bash}: what a shell needs to complete our commands. */
@Command(name = "completion", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = {"Prints a script for a shell that completes commands, options and losses:",
            "  source <(jloss completion bash)"})
final class CompletionCommand implements Runnable {

    /** The shells there are scripts for: one script serves both. */
    private enum Shell { bash, zsh }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public void run() {
        spec.commandLine().getOut().print(AutoComplete.bash("jloss", spec.root().commandLine()));
    }
}
