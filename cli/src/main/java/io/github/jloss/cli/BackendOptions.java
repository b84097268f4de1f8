// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import picocli.CommandLine.Option;

/** The options that say where losses are computed. */
final class BackendOptions {

    /** How to get the back end that does not come with the command. */
    static final String TORNADO_MISSING = "needs TornadoVM: start ./jloss with TORNADOVM_HOME set to"
            + " an SDK of it (see README)";

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "cpu",
            description = "Where to compute: cpu, or tornado for GPUs. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(names = "--device", paramLabel = "ID",
            description = "Which device of the backend, as \"jloss devices\" names it. Default: its first.")
    private String device;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads of the CPU. Default: all for large arrays, one for small. Changes no bit.")
    private Integer threads;

    /** The back end, which has a device. */
    Backend backend() {
        Backend backend = named(name);
        if (device != null) {
            backend = backend.device(device);
        } else {
            backend.devices(); // or says why there is none, at once and not in the middle of the work
        }
        if (threads == null) return backend;
        if (!name.equals("cpu")) throw new UserError("--threads: only the backend cpu has threads, not " + name);
        return Backend.cpu(threads);
    }

    private static Backend named(String name) {
        if (name.equals("tornado") && Backend.all().stream().noneMatch(b -> b.name().equals(name))) {
            throw new UserError("--backend tornado: " + TORNADO_MISSING);
        }
        return Backend.named(name);
    }
}
