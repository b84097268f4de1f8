// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.LossEntry;
import io.github.jloss.Reduction;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A loss evaluated on arrays.
 *
 * @param value the loss; without reduction, the sum over its elements
 * @param losses the loss of each element, or null where they were reduced
 * @param gradients of the value with respect to those inputs for which they were wanted
 */
record Evaluation(double value, NpyArray losses, Map<String, NpyArray> gradients) {

    /**
     * Evaluates a loss.
     *
     * @param configuration which, with its options
     * @param backend where
     * @param arrays what it reads, by name
     * @param wanted the inputs whose gradients are wanted
     */
    static Evaluation of(Configuration configuration, Backend backend, Map<String, NpyArray> arrays,
            Collection<String> wanted) {
        LossEntry loss = configuration.entry();
        Criterion criterion = configuration.criterion().on(backend);
        Map<String, NpyArray> gradients = new LinkedHashMap<>();
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> into = new ArrayList<>();
        for (String name : loss.inputs()) {
            NpyArray input = arrays.get(name);
            inputs.add(input.tensor());
            if (wanted.contains(name)) gradients.put(name, NpyArray.zeros(input.shape()));
            into.add(wanted.contains(name) ? gradients.get(name).tensor() : null);
        }
        Target target = loss.targetName() == null
                ? null
                : Targets.of(loss.target(), arrays.get(loss.targetName()), arrays.get(loss.inputs().getFirst()));
        Batch batch = new Batch(inputs, target, gradients.isEmpty() ? List.of() : into)
                .withWeights(configuration.weights());
        if (criterion.reduction() != Reduction.NONE) {
            double value = gradients.isEmpty()
                    ? criterion.forward(batch)
                    : criterion.forwardBackward(batch, Backward.OVERWRITE);
            return new Evaluation(value, null, gradients);
        }
        NpyArray losses = NpyArray.zeros(criterion.lossesShape(batch));
        criterion.losses(batch, losses.tensor());
        if (!gradients.isEmpty()) {
            NpyArray ones = NpyArray.zeros(losses.shape());
            Arrays.fill(ones.data(), 1);
            criterion.backward(batch, ones.tensor(), Backward.OVERWRITE);
        }
        double sum = 0;
        for (float each : losses.data()) {
            sum += each;
        }
        return new Evaluation(sum, losses, gradients);
    }

    /** Writes the loss: a number, or one per element. */
    void writeLoss(Path file) {
        if (losses == null) {
            Npy.write(file, value);
        } else {
            Npy.write(file, losses);
        }
    }
}
