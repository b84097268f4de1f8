// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Criterion;
import io.github.jloss.LossEntry;
import io.github.jloss.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A loss with the options that a user gave, and the weights of the batch, which are given like one.
 *
 * @param entry which loss
 * @param criterion the same with its options
 * @param weights of elements, rows or pixels, or null
 */
record Configuration(LossEntry entry, Criterion criterion, Tensor weights) {

    private static final String WEIGHTS = "sample_weight";

    /** Reads options; names of files, which end in .npy, are relative to {@code base}. */
    static Configuration of(LossEntry entry, Map<String, ?> given, Path base) {
        Map<String, Object> options = new LinkedHashMap<>();
        Tensor weights = null;
        for (Map.Entry<String, ?> option : given.entrySet()) {
            String name = option.getKey();
            Object value = option.getValue();
            if (name.replace('-', '_').equals(WEIGHTS)) {
                weights = weights(value, base);
            } else {
                boolean fromFile = value instanceof String file && file.endsWith(".npy")
                        && entry.option(name).filter(o -> o.type().takesTensors()).isPresent();
                options.put(name, fromFile ? Npy.read(base.resolve((String) value)).tensor() : value);
            }
        }
        return new Configuration(entry, entry.create(options), weights);
    }

    /** The same for a loss that is trained with: whose batches have no weights. */
    static Criterion criterion(LossEntry entry, Map<String, ?> given, Path base) {
        Configuration configuration = of(entry, given, base);
        if (configuration.weights != null) throw new UserError("option " + WEIGHTS + ": digits have none");
        return configuration.criterion;
    }

    private static Tensor weights(Object value, Path base) {
        if (value == null) return null;
        if (value instanceof String file && file.endsWith(".npy")) return Npy.read(base.resolve(file)).tensor();
        throw new UserError("option " + WEIGHTS + ": found " + value + ", expected an .npy file");
    }

    /** Everything a loss reads: the inputs and the target. */
    static List<String> arguments(LossEntry entry) {
        List<String> arguments = new ArrayList<>(entry.inputs());
        if (entry.targetName() != null) arguments.add(entry.targetName());
        return arguments;
    }
}
