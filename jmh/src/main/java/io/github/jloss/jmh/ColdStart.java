// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The first thousand calls of fresh JVMs: as jloss is, in scalar code, and with vectors from the first call, one after
 * another, some rounds of them.
 */
final class ColdStart {

    /** What is measured unless asked otherwise: inputs of 64, 1,024 and 65,536 elements of each family. */
    private static final Map<String, List<String>> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("bce", List.of("64", "1024", "65536"));
        SHAPES.put("cross_entropy", List.of("4x16", "64x16", "64x1024"));
        SHAPES.put("jaccard", List.of("64", "1024", "65536"));
        SHAPES.put("contrastive", List.of("4x16", "64x16", "1024x64"));
        SHAPES.put("arcface", List.of("2x8x6", "8x32x24", "64x64x960"));
    }

    /** How a JVM is started. */
    private enum Way {
        NOW("now", "--add-modules", "jdk.incubator.vector"),
        SCALAR("scalar"),
        BEFORE("vectors at once", "--add-modules", "jdk.incubator.vector", "-Djloss.warmup=false");

        private final String label;
        private final List<String> options;

        Way(String label, String... options) {
            this.label = label;
            this.options = List.of(options);
        }
    }

    private final Settings settings;
    private final StringBuilder text = new StringBuilder();

    ColdStart(Settings settings) {
        this.settings = settings;
    }

    /** The report, in Markdown. */
    String run(Map<String, String> head) {
        line("## Cold start: the first calls of a fresh JVM, value and gradient");
        line("");
        head.forEach((name, value) -> line("- " + name + ": " + value));
        line("- Measured: median of " + settings.forks() + " JVMs of each kind, milliseconds from the first call on");
        line("- Command: `" + settings.command() + "`");
        line("");
        line("`now` is jloss as it is, `scalar` without the Vector API, `vectors at once` with -Djloss.warmup=false."
                + " `fast after`: when calls were within twice of the fastest of six seconds.");
        line("");
        line("| loss | size | calls | now ms | scalar ms | now / scalar | vectors at once ms | fast after ms |");
        line("|---|---:|---:|---:|---:|---:|---:|---:|");
        SHAPES.forEach((loss, shapes) -> {
            if (settings.losses().contains(loss)) {
                (settings.sizes().isEmpty() ? shapes.stream().map(Shape::of).toList() : settings.sizes()).stream()
                        .filter(Subjects.of(loss)::fits).forEach(shape -> measure(loss, shape));
            }
        });
        return text.toString();
    }

    private void measure(String loss, Shape shape) {
        Map<Way, List<double[]>> runs = new LinkedHashMap<>();
        for (int fork = 0; fork < settings.forks(); fork++) {
            for (Way way : Way.values()) {
                runs.computeIfAbsent(way, _ -> new ArrayList<>()).add(fork(way, loss, shape));
            }
            System.err.printf("%s %s: round %d of %d%n", loss, shape, fork + 1, settings.forks());
        }
        for (int i = 0; i < 3; i++) {
            double now = median(runs.get(Way.NOW), i);
            double scalar = median(runs.get(Way.SCALAR), i);
            line(String.format(Locale.ROOT, "| %s | %s | %,d | %.1f | %.1f | %.2f | %.1f | %s |", loss, shape.text(),
                    new int[] {1, 100, 1000}[i], now, scalar, now / scalar, median(runs.get(Way.BEFORE), i),
                    i < 2 ? "" : String.format(Locale.ROOT, "%,.0f", median(runs.get(Way.NOW), 3))));
        }
    }

    private static double[] fork(Way way, String loss, Shape shape) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(way.options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ColdCalls.class.getName(), loss,
                shape.toString(), String.valueOf(way == Way.NOW)));
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String out = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(loss + " " + shape + ", " + way.label + ": the JVM failed");
            }
            return Arrays.stream(out.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double median(List<double[]> runs, int column) {
        double[] sorted = runs.stream().mapToDouble(r -> r[column]).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
