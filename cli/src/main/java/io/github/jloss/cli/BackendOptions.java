package io.github.jloss.cli;

import io.github.jloss.Backend;
import picocli.CommandLine.Option;

/** The options that say where losses are computed. */
final class BackendOptions {

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "cpu",
            description = "Where to compute. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads of the CPU. Default: all for large arrays, one for small. Changes no bit.")
    private Integer threads;

    Backend backend() {
        if (threads == null) return Backend.named(name);
        if (!name.equals("cpu")) throw new UserError("--threads: only the backend cpu has threads, not " + name);
        return Backend.cpu(threads);
    }
}
