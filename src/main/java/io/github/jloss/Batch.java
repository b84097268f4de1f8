// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The arguments of a {@link Criterion}: inputs in the order of its {@link Criterion#inputNames}, the target, and where
 * the gradient of each input goes. Immutable; keep one and reuse it while the tensors stay the same.
 *
 * <pre>{@code
 * Batch masks = Batch.of(logits, mask, gradient);
 * Batch pairs = new Batch(List.of(x1, x2), same, List.of(gradient1, gradient2));
 * double value = bce.forwardBackward(masks.withWeights(weights));      // a weight for each element
 * }</pre>
 *
 * <p><b>Weights and masks.</b> A weight of at least 0 for each loss that the criterion adds up (each element, row,
 * pixel or pair, as it tells), broadcast to their shape by the rules of NumPy. Losses and gradients are multiplied by
 * it, and a mean divides as {@link MeanBy} says. Weight 0 is a mask: what input and target hold there is never read
 * into a result, be it NaN, infinite or a label out of range; loss and gradient are 0. Negative, infinite and NaN
 * weights are errors.
 *
 * @param inputs what gradients are computed for
 * @param target what the inputs are compared with, or null for a criterion that takes none
 * @param gradients one tensor for each input, null for a gradient that is not wanted; or no tensor at all
 * @param weights what each loss is multiplied by, or null for 1
 */
public record Batch(List<Tensor> inputs, Target target, List<Tensor> gradients, Tensor weights) {

    /**
     * Copies the lists.
     *
     * @param inputs what gradients are computed for
     * @param target what they are compared with
     * @param gradients one for each input, or none
     * @param weights what each loss is multiplied by, or null for 1
     */
    public Batch {
        for (Tensor input : Objects.requireNonNull(inputs, "inputs")) {
            Objects.requireNonNull(input, "input");
        }
        Objects.requireNonNull(gradients, "gradients");
        inputs = List.copyOf(inputs);
        gradients = Collections.unmodifiableList(Arrays.asList(gradients.toArray(Tensor[]::new)));
        if (!gradients.isEmpty() && gradients.size() != inputs.size()) {
            throw new IllegalArgumentException("gradients: found " + gradients.size() + ", expected none or one for"
                    + " each of the " + inputs.size() + " inputs (null for one that is not wanted)");
        }
    }

    /**
     * A batch without weights.
     *
     * @param inputs what gradients are computed for
     * @param target what they are compared with
     * @param gradients one for each input, or none
     */
    public Batch(List<Tensor> inputs, Target target, List<Tensor> gradients) {
        this(inputs, target, gradients, null);
    }

    /**
     * One input, no gradient.
     *
     * @param input predictions
     * @param target what they should be
     * @return the batch
     */
    public static Batch of(Tensor input, Target target) {
        return new Batch(List.of(Objects.requireNonNull(input, "input")), target, List.of());
    }

    /**
     * One input and its gradient.
     *
     * @param input predictions
     * @param target what they should be
     * @param gradient receives dL/dinput
     * @return the batch
     */
    public static Batch of(Tensor input, Target target, Tensor gradient) {
        return new Batch(List.of(Objects.requireNonNull(input, "input")), target,
                List.of(Objects.requireNonNull(gradient, "gradient")));
    }

    /**
     * The same batch with other weights.
     *
     * @param newWeights at least 0, broadcast to the shape of the losses; 0 masks; null for none
     * @return a new batch
     */
    public Batch withWeights(Tensor newWeights) {
        return new Batch(inputs, target, gradients, newWeights);
    }

    /**
     * One of the inputs.
     *
     * @param index its position
     * @return that input
     */
    public Tensor input(int index) {
        return inputs.get(index);
    }

    /**
     * Where the gradient of an input goes.
     *
     * @param index the input's position
     * @return a tensor, or null where that gradient is not wanted
     */
    public Tensor gradient(int index) {
        return gradients.isEmpty() ? null : gradients.get(index);
    }

    /** For losses without weights. */
    void requireUnweighted() {
        if (weights != null) {
            throw new IllegalArgumentException("weights: found " + weights + ", expected none");
        }
    }

    /** Refuses a batch with another number of inputs than a criterion has. */
    void requireInputs(List<String> names) {
        if (inputs.size() != names.size()) {
            throw new IllegalArgumentException("batch: found " + inputs.size() + " inputs, expected "
                    + String.join(", ", names));
        }
    }
}
