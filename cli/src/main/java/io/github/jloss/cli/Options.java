// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.internal.Similar;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The options of one loss, each with the value that was given or its preset. */
final class Options {

    private final Map<String, Object> values = new HashMap<>();

    private Options() {}

    /**
     * Reads what a user gave.
     *
     * @param loss the id of the loss, for messages
     * @param known its options
     * @param given raw values by name, {@code gamma-neg} being {@code gamma_neg}
     * @param base the directory that file names are relative to
     */
    static Options of(String loss, List<OptionSpec> known, Map<String, ?> given, Path base) {
        Options options = new Options();
        known.forEach(o -> options.values.put(o.name(), o.preset()));
        given.forEach((name, raw) -> {
            String canonical = name.replace('-', '_');
            OptionSpec option = known.stream().filter(o -> o.name().equals(canonical)).findFirst()
                    .orElseThrow(() -> new UserError("option " + name + ": unknown to " + loss + ", which has "
                            + known.stream().map(OptionSpec::name).collect(Collectors.joining(", "))
                            + Similar.didYouMean(name, known.stream().map(OptionSpec::name).toList())));
            options.values.put(canonical, option.read(raw, base));
        });
        return options;
    }

    double number(String name) {
        return (Double) values.get(name);
    }

    /** A number, or null for none. */
    Double numberOrNull(String name) {
        return (Double) values.get(name);
    }

    /** A number for which null has a meaning of its own. */
    double numberOr(String name, double whenNull) {
        return values.get(name) == null ? whenNull : number(name);
    }

    boolean flag(String name) {
        return (Boolean) values.get(name);
    }

    Tensor tensor(String name) {
        return (Tensor) values.get(name);
    }

    String word(String name) {
        return (String) values.get(name);
    }

    /** An integer, or null for none. */
    Integer integer(String name) {
        return (Integer) values.get(name);
    }

    /** A list of numbers, or null for none. */
    double[] numbers(String name) {
        return (double[]) values.get(name);
    }

    /** A list of integers, or null for none. */
    int[] integers(String name) {
        return (int[]) values.get(name);
    }

    Reduction reduction() {
        return Reduction.valueOf(word("reduction").toUpperCase(Locale.ROOT));
    }
}
