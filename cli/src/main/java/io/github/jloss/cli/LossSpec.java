// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Criterion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A loss as the command line knows it.
 *
 * @param id its name in the golden set
 * @param className the simple name of its class
 * @param family the kind of loss
 * @param about one line for people
 * @param inputs what it has gradients of
 * @param targetName what its target is called, or null if it has none
 * @param target what it compares the inputs with
 * @param tasks what a network learns with it
 * @param options what can be set
 * @param factory makes the loss from its options
 */
record LossSpec(String id, String className, String family, String about, List<String> inputs, String targetName,
        TargetKind target, List<TaskKind> tasks, List<OptionSpec> options, Function<Options, Criterion> factory) {

    /** The loss with what a user set; file names are relative to {@code base}. */
    Criterion create(Map<String, ?> given, Path base) {
        return factory.apply(Options.of(id, options, given, base));
    }

    /** Whether it has an option of a name. */
    boolean knows(String option) {
        return options.stream().anyMatch(o -> o.name().equals(option.replace('-', '_')));
    }

    /** Everything it reads: the inputs and the target. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(inputs);
        if (targetName != null) arguments.add(targetName);
        return arguments;
    }
}
