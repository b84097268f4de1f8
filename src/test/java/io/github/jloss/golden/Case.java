// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.Losses;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One golden case, as {@code cases.json} tells it. */
record Case(Map<String, Object> json) {

    /** Losses whose integer targets are numbers, not classes. */
    private static final Set<String> FLOAT_TARGETS = Set.of();

    /** Losses whose references take targets of another shape than the logits' for the same elements. */
    private static final Set<String> FLAT_TARGETS = Set.of("weighted_bce_with_logits");

    String id() {
        return (String) json.get("id");
    }

    String lossName() {
        return (String) json.get("loss");
    }

    /** The case's loss with the case's options. */
    Criterion criterion() throws IOException {
        Map<String, Object> options = new LinkedHashMap<>(options());
        options.remove("sample_weight");
        for (Map.Entry<String, Object> option : options.entrySet()) {
            if (option.getValue() instanceof String file && file.endsWith(".npy")) {
                option.setValue(Npy.read(file).tensor());
            }
        }
        return Losses.of(lossName(), options);
    }

    /** The case's inputs and target, by the names the loss has for its inputs, with room for every gradient. */
    Batch batch(Criterion criterion) throws IOException {
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        Map<String, Object> files = new LinkedHashMap<>(map("inputs"));
        for (String name : criterion.inputNames()) {
            Tensor input = Npy.read((String) files.remove(name)).tensor();
            inputs.add(input);
            gradients.add(Tensor.of(new float[(int) input.size()], input.shape()));
        }
        Target target = files.isEmpty() ? null
                : target(Npy.read((String) files.values().iterator().next()), inputs.get(0));
        return new Batch(inputs, target, gradients, tensor("sample_weight"));
    }

    /** Targets (N) of logits (N, 1) are meant element by element. */
    private Target target(Npy npy, Tensor input) {
        if (npy.isInteger() && !FLOAT_TARGETS.contains(lossName())) {
            return npy.labels();
        }
        boolean squeezed = npy.data().length == input.size() && FLAT_TARGETS.contains(lossName());
        return squeezed ? npy.tensor().reshape(input.shape()) : npy.tensor();
    }

    /** Where the right answers are: in math_expected wherever a case has one, as {@code compare.py --math} has it. */
    private Map<String, Object> expected() {
        return map(json.containsKey("math_expected") ? "math_expected" : "expected");
    }

    double[] expectedLoss() throws IOException {
        return Npy.read((String) expected().get("loss")).data();
    }

    @SuppressWarnings("unchecked")
    double[] expectedGradient(String input) throws IOException {
        return Npy.read((String) ((Map<String, Object>) expected().get("grads")).get(input)).data();
    }

    /** Whether nobody knows the right answer: the reference's is not finite, and there is no other. */
    boolean undefined() {
        return json.containsKey("reference_nonfinite") && !json.containsKey("math_expected");
    }

    double rtol() {
        return (double) json.get("rtol");
    }

    double lossTolerance() {
        return (double) json.get("atol");
    }

    double gradientTolerance(String input) {
        return (double) map("grad_atol").get(input);
    }

    Map<String, Object> options() {
        return map("options");
    }

    private Tensor tensor(String option) throws IOException {
        String file = (String) options().get(option);
        return file == null ? null : Npy.read(file).tensor();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> map(String key) {
        return (Map<String, Object>) json.get(key);
    }

    @Override
    public String toString() {
        return id() + " " + options() + " " + json.get("note");
    }
}
