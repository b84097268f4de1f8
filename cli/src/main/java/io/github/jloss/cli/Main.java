// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.BackendException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code jloss}. Exit codes: {@value #OK} all went well, {@value #FAILED} some case failed,
 * {@value #BAD_INPUT} bad input or usage, with one line on the standard error that says what to mend.
 */
@Command(name = "jloss", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Machine-learning losses, their values and gradients.",
        subcommands = {ListCommand.class, EvalCommand.class, TrainCommand.class, AccuracyCommand.class,
            DevicesCommand.class, CommandLine.HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all went well", "1:some case failed", "2:bad input or usage"})
public final class Main implements Callable<Integer> {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /**
     * Runs the command and ends the JVM with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(run(out, err, args));
    }

    /** The whole command, but for the end of the JVM. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, _) -> {
                    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
                    return complain(err, e.getMessage() + " (see " + help + ")");
                })
                .setExecutionExceptionHandler((e, _, _) -> complain(err, reason(e)));
        try {
            return command.execute(args);
        } catch (OutOfMemoryError _) {
            return complain(err, "not enough memory; JDK_JAVA_OPTIONS=-Xmx8g, say, gives Java more");
        } finally {
            out.flush();
        }
    }

    /** What went wrong: the user's errors and the library's complaints speak for themselves, others are bugs. */
    private static String reason(Exception e) {
        return e instanceof UserError || e instanceof IllegalArgumentException || e instanceof BackendException
                ? e.getMessage()
                : "this is a bug in jloss, please report it: " + e;
    }

    private static int complain(PrintWriter err, String message) {
        err.println("jloss: " + oneLine(message));
        return BAD_INPUT;
    }

    /** File names and file contents may hold anything; a message stays one line and leaves the terminal alone. */
    static String oneLine(String message) {
        return String.valueOf(message).replaceAll("\\R+", " ").replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return BAD_INPUT;
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"jloss " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
