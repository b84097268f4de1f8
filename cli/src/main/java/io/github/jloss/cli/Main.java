// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.BackendException;
import io.github.jloss.internal.Similar;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
            DevicesCommand.class, CompletionCommand.class, CommandLine.HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all went well", "1:some case failed", "2:bad input or usage"})
public final class Main implements Callable<Integer> {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    /** A message need not repeat all of what is wrong. */
    private static final int LONGEST = 2000;

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
        int code = run(out, err, args);
        err.flush();
        if (Boolean.getBoolean("jloss.stderr.filtered")) awaitFilter();
        System.exit(code);
    }

    /**
     * The launcher has what Java says about incubating modules taken out of the standard error, by a process that is
     * our child. It is to have written all before we end, unless nobody reads what it writes.
     */
    private static void awaitFilter() {
        try (FileOutputStream stderr = new FileOutputStream(FileDescriptor.err)) {
            stderr.flush();
        } catch (IOException _) {
            return;
        }
        ProcessHandle.current().children()
                .forEach(child -> child.onExit().completeOnTimeout(child, 10, TimeUnit.SECONDS).join());
    }

    /** The whole command, but for the end of the JVM. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, _) -> {
                    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
                    return complain(err, e.getMessage() + suggestion(e) + " (see " + help + ")");
                })
                .setExecutionExceptionHandler((e, _, _) -> complain(err, reason(e)));
        try {
            return command.execute(args);
        } catch (OutOfMemoryError | StackOverflowError e) {
            return complain(err, reason(e));
        } finally {
            out.flush();
        }
    }

    private static String suggestion(CommandLine.ParameterException e) {
        if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)) return "";
        CommandLine command = e.getCommandLine();
        List<String> known = new ArrayList<>(command.getSubcommands().keySet());
        command.getCommandSpec().options().forEach(option -> known.add(option.longestName()));
        return Similar.didYouMean(unmatched.getUnmatched().getFirst(), known);
    }

    /** What went wrong: the user's errors and the library's complaints speak for themselves, others are bugs. */
    static String reason(Throwable e) {
        return switch (e) {
            case UserError _, IllegalArgumentException _, BackendException _ -> e.getMessage();
            case OutOfMemoryError _ -> "not enough memory; JDK_JAVA_OPTIONS=-Xmx8g, say, gives Java more";
            default -> "this is a bug in jloss, please report it: " + e;
        };
    }

    private static int complain(PrintWriter err, String message) {
        String line = oneLine(message);
        err.println("jloss: " + (line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "..."));
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
