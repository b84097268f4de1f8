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
 * }</pre>
 *
 * @param inputs what gradients are computed for
 * @param target what the inputs are compared with, or null for a criterion that takes none
 * @param gradients one tensor for each input, null for a gradient that is not wanted; or no tensor at all
 */
public record Batch(List<Tensor> inputs, Target target, List<Tensor> gradients) {

    /**
     * Copies the lists.
     *
     * @param inputs what gradients are computed for
     * @param target what they are compared with
     * @param gradients one for each input, or none
     */
    public Batch {
        inputs = List.copyOf(inputs);
        gradients = Collections.unmodifiableList(Arrays.asList(gradients.toArray(Tensor[]::new)));
        if (!gradients.isEmpty() && gradients.size() != inputs.size()) {
            throw new IllegalArgumentException("gradients: found " + gradients.size() + ", expected none or one for"
                    + " each of the " + inputs.size() + " inputs (null for one that is not wanted)");
        }
    }

    /**
     * One input, no gradient.
     *
     * @param input predictions
     * @param target what they should be
     * @return the batch
     */
    public static Batch of(Tensor input, Target target) {
        return new Batch(List.of(input), target, List.of());
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
        return new Batch(List.of(input), target, List.of(Objects.requireNonNull(gradient, "gradient")));
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

    /** Refuses a batch with another number of inputs than a criterion has. */
    void requireInputs(List<String> names) {
        if (inputs.size() != names.size()) {
            throw new IllegalArgumentException("batch: found " + inputs.size() + " inputs, expected "
                    + String.join(", ", names));
        }
    }
}
