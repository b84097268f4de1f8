// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jloss accuracy}: how exact the functions under the losses are, float by float. */
@Command(name = "accuracy", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Checks the functions under the losses on every float of their domains, against double "
                + "precision, and prints the worst errors. Takes some minutes.")
final class AccuracyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Mixin
    private BackendOptions backend;

    @Option(names = "--step", paramLabel = "N", defaultValue = "1",
            description = "Take only every N-th float: a quick look. Default: ${DEFAULT-VALUE}, all of them.")
    private int step;

    @Override
    public Integer call() {
        if (step < 1) {
            throw new UserError("--step: found " + step + ", expected at least 1");
        }
        Backend where = backend.backend();
        Map<Accuracy.Subject, Accuracy.Result> results = new LinkedHashMap<>();
        for (Accuracy.Subject subject : Accuracy.subjects()) {
            results.put(subject, Accuracy.measure(subject, subject.step() * step, where, quarters(subject.name())));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json.wanted()) {
            List<Object> rows = new ArrayList<>();
            results.forEach((subject, result) -> rows.add(document(subject, result)));
            out.println(Json.write(rows));
        } else {
            out.println("| function | domain | floats checked | max ulp | at | mean ulp |");
            out.println("|---|---|---:|---:|---:|---:|");
            results.forEach((subject, r) -> out.println(String.format(Locale.ROOT,
                    "| `%s` | %s | %,d | %.3f | %s | %.3f |",
                    subject.name(), subject.domain(), r.floats(), r.max(), r.at(), r.mean())));
        }
        boolean good = true;
        for (Accuracy.Subject subject : results.keySet()) {
            if (!(results.get(subject).max() <= subject.bound())) {
                spec.commandLine().getErr().println("jloss: " + subject.name() + " is above its documented bound of "
                        + subject.bound() + " ulp");
                good = false;
            }
        }
        return good ? Main.OK : Main.FAILED;
    }

    /** Tells the standard error when another quarter of a function is done. */
    private DoubleConsumer quarters(String name) {
        AtomicInteger told = new AtomicInteger();
        return done -> {
            int quarter = (int) (done * 4);
            if (told.getAndAccumulate(quarter, Math::max) < quarter) {
                spec.commandLine().getErr().println(name + ": " + quarter * 25 + " %");
            }
        };
    }

    private static Map<String, Object> document(Accuracy.Subject subject, Accuracy.Result result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("function", subject.name());
        document.put("domain", subject.domain());
        document.put("floats", result.floats());
        document.put("maxUlp", result.max());
        document.put("at", result.at());
        document.put("meanUlp", result.mean());
        document.put("boundUlp", subject.bound());
        return document;
    }
}
