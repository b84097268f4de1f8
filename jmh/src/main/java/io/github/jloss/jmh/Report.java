// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The figures as Markdown. */
final class Report {

    private static final String NONE = "-";

    private static final String ROOF = "`plain loop` is `c[i] = a[i] + b[i]` over as many bytes as value and"
            + " gradient must read and write: the memory roof. `fma slots` are what the processor could have"
            + " multiplied and added, 16 floats at a time, while we did 16 elements: our time x fma peak / elements,"
            + " the same on machines with one unit and with two; with 16 classes that is a row. Where matrix products"
            + " are the work, GFLOP/s count three of them.";

    private static final String DEVICE = "`resident`: inputs, targets and gradients stay on the device, labels are"
            + " sent in each call, the value comes back. `sent`: all of it travels from and to arrays in each call."
            + " GB/s is what value and gradient must move at the least - inputs and targets read once, gradients"
            + " written once - over the resident time; `copy` is the kernel `b[i] = a[i]` over as many bytes, half of"
            + " them read, half written.";

    private final Settings settings;
    private final Map<Spec, Measurement> results;
    private final Limits limits;
    private final boolean peerAtItsBest;
    private final StringBuilder text = new StringBuilder();

    private Report(Settings settings, Map<Spec, Measurement> results, boolean peerAtItsBest) {
        this.settings = settings;
        this.results = results;
        this.limits = new Limits(results);
        this.peerAtItsBest = peerAtItsBest;
    }

    /**
     * The whole report.
     *
     * @param settings what was asked for
     * @param head name and value of each line at the head
     * @param results what was measured; what is missing is shown as {@code -}
     * @param peerAtItsBest whether libtorch had an allocator that keeps its memory; if not, there is no ratio
     * @param failures a line for each measurement that failed
     */
    static String of(Settings settings, Map<String, String> head, Map<Spec, Measurement> results,
            boolean peerAtItsBest, List<String> failures) {
        Report report = new Report(settings, results, peerAtItsBest);
        report.line("## Benchmarks: value and gradient of one batch");
        report.line("");
        head.forEach((name, value) -> report.line("- " + name + ": " + value));
        report.line("- Measured: " + settings.describe());
        report.line("- Command: `" + settings.command() + "`");
        report.line("");
        report.line("Times are microseconds: the median over the forks ± half the distance between the fastest and the"
                + " slowest fork. " + (settings.device() ? DEVICE : ROOF) + " (!) marks figures that are not to be"
                + " trusted: within a fork, iterations differ by more than half.");
        if (settings.device()) {
            report.device();
        } else {
            report.main();
            report.limits();
            report.threads();
            report.pair("After all other losses ran in the same JVM", "alone us", "after all others us",
                    "after / alone", Kind.POLLUTED);
            report.pair("Native `MemorySegment` against `float[]`", "array us", "segment us", "segment / array",
                    Kind.SEGMENT);
        }
        report.failures(failures);
        return report.text.toString();
    }

    private void main() {
        List<List<String>> rows = new ArrayList<>();
        each(Kind.JLOSS, settings.threads(), spec -> {
            Spec torch = spec.with(Kind.LIBTORCH);
            rows.add(List.of(spec.loss(), spec.shape().text(), String.valueOf(spec.threads()), time(spec), time(torch),
                    peerAtItsBest ? ratio(torch, spec, "%.1fx") : NONE, bytes(spec)));
        });
        table("Against libtorch",
                List.of("loss", "size", "threads", "jloss us", "libtorch us", "libtorch / jloss", "B/op"), rows);
    }

    private void limits() {
        List<List<String>> rows = new ArrayList<>();
        each(Kind.JLOSS, settings.threads(), spec -> rows.add(List.of(spec.loss(), spec.shape().text(),
                String.valueOf(spec.threads()), time(spec), time(spec.plain()), number("%.2f", limits.overPlain(spec)),
                number("%.1f", limits.slots(spec)), number("%,.0f", limits.gigaflops(spec)),
                number("%,.0f", limits.peakGigaflops(spec.threads())),
                number("%.0f %%", 100 * limits.ofPeak(spec)))));
        table("Against what the machine can do", List.of("loss", "size", "threads", "jloss us", "plain loop us",
                "jloss / plain loop", "fma slots per 16 elements", "GFLOP/s", "fma peak GFLOP/s", "of peak"), rows);
    }

    private void threads() {
        int one = settings.threads().getFirst();
        int many = settings.threads().getLast();
        List<List<String>> rows = new ArrayList<>();
        if (many > one) {
            Function<Spec, String> speedUp = spec -> ratio(spec, spec.withThreads(many), "%.2fx");
            each(Kind.JLOSS, List.of(one), spec -> rows.add(List.of(spec.loss(), spec.shape().text(), time(spec),
                    time(spec.withThreads(many)), speedUp.apply(spec), speedUp.apply(spec.with(Kind.LIBTORCH)),
                    ratio(spec.plain(), spec.withThreads(many).plain(), "%.2fx"))));
        }
        table(many > one ? many + " threads against " + one : "More threads",
                List.of("loss", "size", one + "-thread us", many + "-thread us", "jloss speed-up",
                        "libtorch speed-up", "plain loop speed-up"), rows);
    }

    private void device() {
        List<Integer> threads = settings.cpu() ? settings.threads() : List.of();
        List<String> names = new ArrayList<>(List.of("loss", "size"));
        threads.forEach(t -> names.add("CPU, " + t + (t == 1 ? " thread us" : " threads us")));
        names.addAll(List.of("resident us", "sent us"));
        if (settings.cpu()) names.addAll(List.of("CPU / resident", "CPU / sent"));
        names.addAll(List.of("GB/s", "copy GB/s", "of copy"));
        List<List<String>> rows = new ArrayList<>();
        each(settings.cpu() ? Kind.JLOSS : Kind.RESIDENT, List.of(settings.threads().getFirst()), first -> {
            Spec spec = first.with(Kind.JLOSS);
            Spec resident = spec.with(Kind.RESIDENT);
            Spec sent = spec.with(Kind.SENT);
            Spec most = spec.withThreads(settings.threads().getLast());
            List<String> row = new ArrayList<>(List.of(spec.loss(), spec.shape().text()));
            threads.forEach(t -> row.add(time(spec.withThreads(t))));
            row.addAll(List.of(time(resident), time(sent)));
            if (settings.cpu()) row.addAll(List.of(ratio(most, resident, "%.2fx"), ratio(most, sent, "%.2fx")));
            row.addAll(List.of(rate(resident, spec.moved()), rate(spec.copy(), spec.moved()),
                    percent(spec.copy(), resident)));
            rows.add(row);
        });
        table("On the device", names, rows);
    }

    private void pair(String title, String first, String second, String quotient, Kind kind) {
        List<List<String>> rows = new ArrayList<>();
        each(kind, settings.threads(), other -> {
            Spec spec = other.with(Kind.JLOSS);
            rows.add(List.of(spec.loss(), spec.shape().text(), String.valueOf(spec.threads()), time(spec), time(other),
                    ratio(other, spec, "%.2f"), bytes(other)));
        });
        table(title, List.of("loss", "size", "threads", first, second, quotient, "B/op"), rows);
    }

    private void failures(List<String> failures) {
        if (!failures.isEmpty()) {
            line("");
            line("### Failed");
            line("");
            failures.forEach(f -> line("- " + f));
        }
    }

    /** Visits what was measured of a kind, loss by loss. */
    private void each(Kind kind, List<Integer> threads, Consumer<Spec> row) {
        for (String loss : settings.losses()) {
            for (Shape shape : settings.shapes(loss)) {
                for (int t : threads) {
                    Spec spec = new Spec(kind, loss, shape, t);
                    if (results.containsKey(spec)) row.accept(spec);
                }
            }
        }
    }

    private void table(String title, List<String> names, List<List<String>> rows) {
        line("");
        line("### " + title);
        line("");
        if (rows.isEmpty()) {
            line("Not run.");
            return;
        }
        row(names);
        row(names.stream().map(name -> name.equals("loss") ? "---" : "---:").toList());
        rows.forEach(this::row);
    }

    private void row(List<String> cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private String time(Spec spec) {
        Measurement m = results.get(spec);
        return m == null ? NONE : micros(m.median())
                + String.format(Locale.ROOT, " ± %.0f %%", 100 * m.spread()) + (m.steady() ? "" : " (!)");
    }

    /** Three digits. */
    static String micros(double micros) {
        return String.format(Locale.ROOT, micros < 9.995 ? "%.2f" : micros < 99.95 ? "%.1f" : "%,.0f", micros);
    }

    private String ratio(Spec above, Spec below, String format) {
        Measurement a = results.get(above);
        Measurement b = results.get(below);
        return a == null || b == null ? NONE : String.format(Locale.ROOT, format, a.median() / b.median());
    }

    private static String number(String format, double number) {
        return Double.isNaN(number) ? NONE : String.format(Locale.ROOT, format, number);
    }

    /** GB a second. */
    private String rate(Spec spec, long floats) {
        Measurement m = results.get(spec);
        return m == null ? NONE : String.format(Locale.ROOT, "%,.1f", floats * Float.BYTES / (1e3 * m.median()));
    }

    private String percent(Spec above, Spec below) {
        Measurement a = results.get(above);
        Measurement b = results.get(below);
        return a == null || b == null ? NONE
                : String.format(Locale.ROOT, "%.0f %%", 100 * a.median() / b.median());
    }

    private String bytes(Spec spec) {
        return String.format(Locale.ROOT, "%,.0f", results.get(spec).bytes());
    }
}
