// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs one measurement in one fresh JVM. */
final class Forks {

    private final Settings settings;
    private final String device;
    private final Path log;
    private final Optional<Allocator> allocator;
    private final Path java;

    /**
     * Forks for what is asked for.
     *
     * @param settings how to measure
     * @param device what forks on a device must find there, or null
     * @param allocator what libtorch's forks allocate with, if not with what they come with
     */
    Forks(Settings settings, String device, Optional<Allocator> allocator) throws IOException {
        this.settings = settings;
        this.device = device;
        this.allocator = allocator;
        java = allocator.isPresent() ? allocator.get().java() : null;
        log = Files.createTempFile("jloss-jmh", ".log");
        log.toFile().deleteOnExit();
    }

    /** The result of one fork; what goes wrong there is an {@link IllegalStateException} of one line. */
    RunResult run(Spec spec) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(spec.kind().include())
                .forks(1)
                .threads(1)
                .warmupIterations(settings.iterations())
                .warmupTime(TimeValue.milliseconds(settings.iterationMillis()))
                .measurementIterations(settings.iterations())
                .measurementTime(TimeValue.milliseconds(settings.iterationMillis()))
                .timeUnit(TimeUnit.MICROSECONDS)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString())
                .jvmArgs(jvmArguments(spec))
                .param("threads", String.valueOf(spec.threads()));
        if (spec.kind() == Kind.LIBTORCH && java != null) {
            options.jvm(java.toString());
        }
        if (spec.kind().hasLoss()) {
            options.param("loss", spec.loss()).param("shape", spec.shape().toString());
        } else {
            options.param("size", String.valueOf(spec.shape().size()));
        }
        if (spec.kind().isJloss()) {
            options.param("memory", spec.kind().memory())
                    .param("polluted", String.valueOf(spec.kind() == Kind.POLLUTED));
        }
        try {
            return new Runner(options.build()).runSingle();
        } catch (RunnerException e) {
            throw new IllegalStateException(spec + ": " + reason(e), e);
        }
    }

    /**
     * The heap holds the arrays of a batch twice, so that it never has to collect while it is measured, and twice more
     * where the device's memory grows by way of the host. JavaCPP counts
     * libtorch's memory against the heap's and collects when it grows: it is told not to. The scope around each step
     * frees it. TornadoVM takes 4 GB of a device and no more unless it is told to.
     */
    private String[] jvmArguments(Spec spec) {
        long copies = spec.kind().isOnDevice() ? 4 : 2;
        long megabytes = 512 + 4 * copies * spec.floats() * Float.BYTES / (1 << 20);
        List<String> arguments = new ArrayList<>();
        if (spec.kind().isOnDevice()) {
            arguments.addAll(List.of("@" + System.getenv("TORNADOVM_HOME") + "/tornado-argfile",
                    "-Dtornado.recover.bailout=False", "-D" + Agreement.DEVICE + "=" + device,
                    "-Dtornado.device.memory=" + System.getProperty("tornado.device.memory", "16GB")));
        }
        if (spec.kind() == Kind.LIBTORCH) {
            allocator.ifPresent(a -> arguments.add("-D" + Allocator.REQUIRED + "=" + a.library()));
        }
        arguments.addAll(List.of("-Xms" + megabytes + "m", "-Xmx" + megabytes + "m",
                "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.noPointerGC=true"));
        return arguments.toArray(String[]::new);
    }

    /** The exception that ended the fork, from its output, or else what JMH says. */
    private String reason(RunnerException e) {
        try (var lines = Files.lines(log)) {
            return lines.map(String::strip)
                    .filter(line -> line.matches("([a-z]+\\.)+[A-Za-z.]*(Exception|Error)\\b.*"))
                    .findFirst().orElseGet(() -> oneLine(e));
        } catch (IOException unreadable) {
            return oneLine(e);
        }
    }

    private static String oneLine(RunnerException e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
    }
}
