// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** What the forks brought. */
final class Results {

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private final Map<Spec, List<RunResult>> forks = new LinkedHashMap<>();

    void add(Spec spec, RunResult fork) {
        forks.computeIfAbsent(spec, key -> new ArrayList<>()).add(fork);
    }

    /** The time of the latest fork, in microseconds. */
    double last(Spec spec) {
        return micros(forks.get(spec).getLast());
    }

    Map<Spec, Measurement> measurements() {
        Map<Spec, Measurement> all = new LinkedHashMap<>();
        forks.forEach((spec, list) -> all.put(spec, new Measurement(
                list.stream().mapToDouble(Results::micros).toArray(),
                list.stream().mapToDouble(Results::bytes).toArray(),
                list.stream().mapToDouble(Results::drift).max().orElse(1))));
        return all;
    }

    private static double micros(RunResult fork) {
        return fork.getPrimaryResult().getScore();
    }

    private static double drift(RunResult fork) {
        DoubleSummaryStatistics iterations = fork.getBenchmarkResults().stream()
                .flatMap(result -> result.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore()).summaryStatistics();
        return iterations.getMax() / iterations.getMin();
    }

    private static double bytes(RunResult fork) {
        // Older versions of JMH put a dot before the name.
        return fork.getSecondaryResults().keySet().stream().filter(name -> name.endsWith(ALLOCATION))
                .mapToDouble(name -> fork.getSecondaryResults().get(name).getScore()).findFirst().orElse(Double.NaN);
    }

    /** A copy of a fork's result that has more figures. */
    private static BenchmarkResult with(Map<String, Double> more, BenchmarkResult result) {
        BenchmarkResult copy = new BenchmarkResult(result.getParams(), result.getIterationResults(),
                result.getMetadata());
        result.getBenchmarkResults().values().forEach(copy::addBenchmarkResult);
        more.forEach((name, value) ->
                copy.addBenchmarkResult(new ScalarResult(name, value, "", AggregationPolicy.AVG)));
        return copy;
    }

    /** JMH's own format, with the forks of each measurement put together and {@link Limits} among what is secondary. */
    void writeJson(Path file) throws IOException {
        Limits limits = new Limits(measurements());
        List<RunResult> merged = new ArrayList<>();
        forks.forEach((spec, list) -> merged.add(new RunResult(list.getFirst().getParams(),
                list.stream().flatMap(fork -> fork.getBenchmarkResults().stream())
                        .map(result -> with(limits.of(spec), result)).toList())));
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(merged);
        }
    }
}
