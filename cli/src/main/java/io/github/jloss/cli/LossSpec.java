package io.github.jloss.cli;

import io.github.jloss.Loss;
import java.nio.file.Path;
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
 * @param options what can be set
 * @param factory makes the loss from its options
 */
record LossSpec(String id, String className, String family, String about, List<OptionSpec> options,
        Function<Options, Loss> factory) {

    /** The arrays that every loss of today takes. */
    static final List<String> INPUTS = List.of("input", "target");

    /** Those of them that a gradient is computed for. */
    static final List<String> GRADIENTS = List.of("input");

    /** The loss with what a user set; file names are relative to {@code base}. */
    Loss create(Map<String, ?> given, Path base) {
        return factory.apply(Options.of(id, options, given, base));
    }
}
