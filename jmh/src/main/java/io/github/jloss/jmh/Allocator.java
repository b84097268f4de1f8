// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * jemalloc, told to keep the memory it has. With glibc's allocator each of libtorch's temporary tensors gets fresh
 * pages from the kernel, which is most of the time from a million elements on: no figure to compare with.
 *
 * @param library where it is
 */
record Allocator(Path library) {

    /** The property that tells a fork what it must find loaded. */
    static final String REQUIRED = "jloss.jmh.allocator";

    private static final String OPTIONS = "dirty_decay_ms:-1,muzzy_decay_ms:-1";

    /** Where Debian, Ubuntu, Fedora, Arch, Alpine and people themselves put it. */
    private static final List<String> PLACES = List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64", "/usr/lib", "/usr/local/lib");

    private static final Path MAPS = Path.of("/proc/self/maps");

    /** What this machine has. */
    static Optional<Allocator> find() {
        return PLACES.stream().map(place -> Path.of(place, "libjemalloc.so.2")).filter(Files::isReadable)
                .filter(_ -> Files.isReadable(MAPS)).map(Allocator::new).findFirst();
    }

    /** Why there is none, and the cure. */
    static String missing() {
        return Files.isReadable(MAPS)
                ? "not measured at its best, so without a ratio: found no libjemalloc.so.2 in "
                        + String.join(", ", PLACES) + "; `apt-get install libjemalloc2` brings it"
                : "not measured at its best, so without a ratio: its allocator can be replaced on Linux only";
    }

    /** For the head of the report. */
    String describe() {
        return "jemalloc, MALLOC_CONF=" + OPTIONS;
    }

    /** A file that starts this JVM's Java with the allocator in place. */
    Path java() throws IOException {
        Path script = Files.createTempFile("jloss-jmh", ".sh");
        script.toFile().deleteOnExit();
        Files.writeString(script, "#!/bin/sh\nLD_PRELOAD='%s' MALLOC_CONF='%s' exec '%s' \"$@\"\n".formatted(library,
                OPTIONS, Path.of(System.getProperty("java.home"), "bin", "java")));
        if (!script.toFile().setExecutable(true)) {
            throw new IOException(script + ": cannot be made executable");
        }
        return script;
    }

    /** Refuses a fork in which the allocator was to be loaded and is not: the loader only warns. */
    static void requireLoaded() {
        String library = System.getProperty(REQUIRED);
        if (library != null) {
            try (var maps = Files.lines(MAPS)) {
                String found = Path.of(library).toRealPath().toString();
                if (maps.noneMatch(line -> line.endsWith(found))) {
                    throw new IllegalStateException(library + " could not be loaded");
                }
            } catch (IOException e) {
                throw new IllegalStateException(MAPS + ": cannot be read", e);
            }
        }
    }
}
