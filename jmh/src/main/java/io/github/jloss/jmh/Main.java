// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures jloss, the plain loop and, if asked, libtorch or a device, and prints one report in Markdown on standard
 * output; progress goes to standard error.
 *
 * <p>The forks are taken in rounds: each round measures everything once, what is compared side by side. A machine that
 * gets slower for ten minutes then slows both sides of a ratio, and the median over the rounds drops it.
 */
public final class Main {

    private final Settings settings;
    private final Map<String, String> head;
    private final Forks forks;
    private final Results results = new Results();
    private final Set<Spec> failed = new LinkedHashSet<>();
    private final List<String> failures = new ArrayList<>();

    private Main(Settings settings, Map<String, String> head) throws IOException {
        this.settings = settings;
        this.head = head;
        this.forks = new Forks(settings, head.get("Device"), Allocator.find());
    }

    /**
     * The command; exits with 2 where it cannot start, with 1 where a measurement failed.
     *
     * @param arguments see {@code --help}
     * @throws IOException if the report cannot be written
     */
    public static void main(String... arguments) throws IOException {
        try {
            Settings settings = Settings.parse(arguments);
            if (settings.help()) {
                System.out.println(Settings.USAGE);
                return;
            }
            Map<String, String> head = new LinkedHashMap<>(Machine.describe());
            if (settings.peers()) {
                head.put("Peer", Peer.libtorch() + "; "
                        + Allocator.find().map(Allocator::describe).orElseGet(Allocator::missing));
            }
            if (settings.device()) {
                Backend tornado = Backend.named("tornado");
                tornado.devices(); // an error where there is none
                head.put("Device", tornado.describe());
            }
            head.put("Date", LocalDateTime.now().truncatedTo(ChronoUnit.MINUTES).toString().replace('T', ' '));
            // Asked for before hours of measuring, not after.
            requireWritable(settings.out());
            requireWritable(settings.json());
            if (settings.cold()) {
                String report = new ColdStart(settings).run(head);
                if (settings.out() != null) {
                    Files.writeString(settings.out(), report);
                }
                System.out.print(report);
                return;
            }
            System.exit(new Main(settings, head).run() ? 0 : 1);
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void requireWritable(Path file) {
        if (file != null) {
            Path folder = file.toAbsolutePath().getParent();
            if (!Files.isWritable(Files.exists(file) ? file : folder) || Files.isDirectory(file)) {
                throw new IllegalArgumentException(file + ": cannot be written");
            }
        }
    }

    private boolean run() throws IOException {
        List<Spec> specs = settings.specs();
        double round = specs.stream().mapToDouble(settings::seconds).sum();
        int total = specs.size() * settings.forks();
        progress("jloss benchmarks: %s", settings.describe());
        progress("%d measurements x %d = %d forks, about %s", specs.size(), settings.forks(), total,
                text(round * settings.forks()));
        long start = System.nanoTime();
        double expected = 0;
        int done = 0;
        for (int fork = 1; fork <= settings.forks(); fork++) {
            for (Spec spec : specs) {
                String figure = measure(spec);
                expected += settings.seconds(spec);
                double elapsed = (System.nanoTime() - start) / 1e9;
                // The estimate of the rest, corrected by how wrong it has been so far.
                double left = (round * settings.forks() - expected) * elapsed / expected;
                progress("[%d/%d, %s left] %s %s", ++done, total, text(left), spec, figure);
                save();
            }
        }
        System.out.print(report());
        return failures.isEmpty();
    }

    private String measure(Spec spec) {
        if (failed.contains(spec)) {
            return "failed before";
        }
        try {
            results.add(spec, forks.run(spec));
            return Report.micros(results.last(spec)) + " us";
        } catch (IllegalStateException e) {
            failed.add(spec);
            failures.add(e.getMessage());
            return "FAILED: " + e.getMessage();
        }
    }

    private String report() {
        return Report.of(settings, head, results.measurements(), Allocator.find().isPresent(), failures);
    }

    /** After each measurement: what was measured is not lost when the rest is given up. */
    private void save() throws IOException {
        if (settings.out() != null) {
            Files.writeString(settings.out(), report());
        }
        if (settings.json() != null) {
            results.writeJson(settings.json());
        }
    }

    private static String text(double seconds) {
        Duration d = Duration.ofSeconds(Math.round(seconds));
        return d.toHours() > 0 ? "%d h %02d min".formatted(d.toHours(), d.toMinutesPart())
                : "%d min %02d s".formatted(d.toMinutes(), d.toSecondsPart());
    }

    private static void progress(String format, Object... arguments) {
        System.err.println(format.formatted(arguments));
    }
}
