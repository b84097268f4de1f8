// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What the command line asks for. */
final class Settings {

    static final String USAGE = """
            usage: jmh/run [options]
              --quick           1 fork of 2 x 0.5 s warm-up and 2 x 0.5 s measured: a look, not a figure;
                                after all others and over segments the first size of each loss
              --peers           libtorch beside us; with jemalloc, where that is found, or without a ratio
              --cold            the first 1, 100 and 1,000 calls of fresh JVMs instead
              --device          TornadoVM's device beside the CPU, data there and data sent there
              --no-cpu          the device alone
              --losses A,B      default: all (%s)
              --sizes S,T       elements (65536) or dimensions (1024x1000); default: what suits each loss
              --threads N,M     default: 1,2; with --device 1 and as many as there are cores
              --forks N         rounds over the whole set, one JVM each; default: 5
              --no-polluted     without the runs after all other losses
              --no-segment      without the runs over native memory segments
              --out FILE.md     write the report here too
              --json FILE       write JMH's results here
              --help            this text"""
            .formatted(String.join(", ", Subjects.NAMES));

    private List<String> losses = Subjects.NAMES;
    private List<Shape> sizes = List.of();
    private List<Integer> threads = List.of();
    private boolean quick;
    private boolean peers;
    private boolean device;
    private boolean cpu = true;
    private boolean cold;
    private boolean polluted = true;
    private boolean segment = true;
    private boolean help;
    private int forks;
    private Path out;
    private Path json;
    private final String command;

    private Settings(String... arguments) {
        command = ("jmh/run " + String.join(" ", arguments)).strip();
    }

    /** Reads the arguments; a mistake is an {@link IllegalArgumentException} that says what was expected. */
    static Settings parse(String... arguments) {
        Settings s = new Settings(arguments);
        for (int i = 0; i < arguments.length; i++) {
            String option = arguments[i];
            switch (option) {
                case "--quick" -> s.quick = true;
                case "--peers" -> s.peers = true;
                case "--device" -> s.device = true;
                case "--no-cpu" -> s.cpu = false;
                case "--cold" -> s.cold = true;
                case "--no-polluted" -> s.polluted = false;
                case "--no-segment" -> s.segment = false;
                case "--help", "-h" -> s.help = true;
                case "--losses", "--sizes", "--threads", "--forks", "--out", "--json" -> {
                    if (++i == arguments.length) {
                        throw new IllegalArgumentException(option + ": a value is missing");
                    }
                    s.set(option, arguments[i]);
                }
                default -> throw new IllegalArgumentException(option + ": no such option\n" + USAGE);
            }
        }
        if (s.device && s.peers) {
            throw new IllegalArgumentException("--peers: not with --device, whose peer is jmh/torch-gpu");
        }
        if (!s.cpu && !s.device) {
            throw new IllegalArgumentException("--no-cpu: only with --device");
        }
        if (s.cold && (s.device || s.peers)) {
            throw new IllegalArgumentException("--cold: not with --device or --peers");
        }
        if (s.threads.isEmpty()) {
            int most = !s.cpu ? 1 : s.device ? Runtime.getRuntime().availableProcessors() : 2;
            s.threads = IntStream.of(1, most).distinct().boxed().toList();
        }
        return s;
    }

    private void set(String option, String value) {
        switch (option) {
            case "--losses" -> losses = list(value, Settings::loss);
            case "--sizes" -> sizes = list(value, Shape::of);
            case "--threads" -> threads = list(value, v -> number(option, v, 1024)).stream().sorted().toList();
            case "--forks" -> forks = number(option, value, 100);
            case "--out" -> out = Path.of(value);
            default -> json = Path.of(value);
        }
    }

    private static <T> List<T> list(String value, Function<String, T> element) {
        return Arrays.stream(value.split(",")).map(String::strip).map(element).distinct().toList();
    }

    private static String loss(String name) {
        Subjects.of(name);
        return name;
    }

    private static int number(String option, String value, int max) {
        try {
            int number = Integer.parseInt(value.replace("_", ""));
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of range.
        }
        throw new IllegalArgumentException(
                option + ": found \"" + value + "\", expected a whole number from 1 to " + max);
    }

    /** What to measure in each round, things to be compared side by side. */
    List<Spec> specs() {
        Set<Spec> specs = new LinkedHashSet<>();
        if (!device) threads.forEach(t -> specs.add(Spec.fma(t)));
        for (Shape shape : shapes()) {
            for (int t : threads) {
                for (String loss : losses) {
                    if (shapes(loss).contains(shape)) specs.addAll(specs(new Spec(Kind.JLOSS, loss, shape, t)));
                }
            }
        }
        return List.copyOf(specs);
    }

    private List<Spec> specs(Spec spec) {
        List<Spec> specs = new ArrayList<>();
        if (!device) specs.add(spec.plain());
        if (cpu) specs.add(spec);
        if (device) {
            if (spec.threads() == threads.getFirst()) {
                specs.addAll(List.of(spec.with(Kind.RESIDENT), spec.copy(), spec.with(Kind.SENT)));
            }
            return specs;
        }
        if (peers) specs.add(spec.with(Kind.LIBTORCH));
        // Neither has to do with the number of threads, nor much with the size.
        boolean once = spec.threads() == threads.getFirst()
                && (!quick || spec.shape().equals(shapes(spec.loss()).getFirst()));
        if (segment && once) specs.add(spec.with(Kind.SEGMENT));
        if (polluted && once) specs.add(spec.with(Kind.POLLUTED));
        return specs;
    }

    /** Where a loss is measured. */
    List<Shape> shapes(String loss) {
        Subject subject = Subjects.of(loss);
        return sizes.isEmpty() ? subject.shapes() : sizes.stream().filter(subject::fits).toList();
    }

    private List<Shape> shapes() {
        return losses.stream().flatMap(loss -> shapes(loss).stream()).distinct().toList();
    }

    /** Seconds that one fork takes, about. */
    double seconds(Spec spec) {
        double data = spec.floats() * 0.12e-6;
        return spec.kind().overheadSeconds() + data + 2 * iterations() * iterationMillis() / 1000.0;
    }

    int forks() {
        return forks > 0 ? forks : quick ? 1 : 5;
    }

    /** Warm-up iterations, and as many that count. */
    int iterations() {
        return quick ? 2 : 3;
    }

    int iterationMillis() {
        return quick ? 500 : 1000;
    }

    List<String> losses() {
        return losses;
    }

    List<Integer> threads() {
        return threads;
    }

    boolean peers() {
        return peers;
    }

    boolean device() {
        return device;
    }

    boolean cpu() {
        return cpu;
    }

    /** Whether the first calls are measured, and not those of a steady state. */
    boolean cold() {
        return cold;
    }

    /** The sizes that were asked for, or none. */
    List<Shape> sizes() {
        return sizes;
    }

    boolean help() {
        return help;
    }

    /** Where the report goes besides standard output, or null. */
    Path out() {
        return out;
    }

    /** Where JMH's results go, or null. */
    Path json() {
        return json;
    }

    /** How this was started. */
    String command() {
        return command;
    }

    /** How it is measured, in one line. */
    String describe() {
        return "%d fork%s x (%d x %.1f s warm-up + %d x %.1f s measured), average time, one JVM per fork,"
                .formatted(forks(), forks() == 1 ? "" : "s", iterations(), iterationMillis() / 1000.0, iterations(),
                        iterationMillis() / 1000.0)
                + " the forks of all rows taken in turn, jloss compiled by"
                + " 3,000 calls (15 s at most) beforehand" + (quick ? " (--quick: a look, not a figure)" : "");
    }
}
