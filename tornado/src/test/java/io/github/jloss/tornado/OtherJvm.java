// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a program in a JVM of its own: TornadoVM reads its properties once. */
final class OtherJvm {

    /** The option that starts TornadoVM. */
    static final String TORNADOVM = "@" + System.getenv("TORNADOVM_HOME") + "/tornado-argfile";

    private OtherJvm() {}

    /** What a program prints, on TornadoVM and with this JVM's class path. */
    static String output(Class<?> program, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(TORNADOVM, "--add-modules", "jdk.incubator.vector"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        return output(Map.of(), arguments);
    }

    /** What a program prints that must end well. */
    static String output(Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }
}
