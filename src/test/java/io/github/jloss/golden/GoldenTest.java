// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.Criterion;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The losses against values and gradients of their reference implementations, computed in double precision by torch,
 * timm and deep-ml; judged as {@code compare.py --math} of the golden set judges, with its single-precision tolerances.
 */
class GoldenTest {

    /** How many cases each loss has: a test over an empty or cut file must not pass. */
    private static final Map<String, Integer> COUNTS = Map.ofEntries(
            Map.entry("mse", 6),
            Map.entry("l1", 4),
            Map.entry("smooth_l1", 3),
            Map.entry("huber", 6),
            Map.entry("rmse", 7),
            Map.entry("bce_with_logits", 9),
            Map.entry("weighted_bce_with_logits", 10),
            Map.entry("asymmetric_multi_label", 11),
            Map.entry("angular_penalty", 15),
            Map.entry("jaccard", 10),
            Map.entry("dice", 8),
            Map.entry("soft_jaccard", 3),
            Map.entry("tversky", 4),
            Map.entry("focal_tversky", 3),
            Map.entry("cross_entropy", 13),
            Map.entry("nll", 2),
            Map.entry("asymmetric_single_label", 8),
            Map.entry("soft_target_cross_entropy", 1),
            Map.entry("label_smoothing_cross_entropy", 1),
            Map.entry("softmax_focal", 2),
            Map.entry("contrastive", 12),
            Map.entry("cosine_embedding", 2),
            Map.entry("triplet_margin", 2),
            Map.entry("focal", 5));

    /** Options that all golden cases leave at their defaults; properties and unit tests take care of them. */
    private static final Set<String> UNVARIED = Set.of("angular_penalty.eps", "dice.class_weights", "dice.classes",
            "dice.eps", "dice.from_logits", "focal_tversky.eps", "focal_tversky.from_logits", "focal.class_weights",
            "focal.eps", "focal.from_logits",
            "focal.ignore_index", "focal.normalized", "focal.reduced_threshold",
            "label_smoothing_cross_entropy.smoothing", "nll.ignore_index", "soft_jaccard.class_weights",
            "soft_jaccard.classes", "soft_jaccard.eps", "soft_jaccard.from_logits", "soft_jaccard.ignore_index",
            "softmax_focal.eps", "softmax_focal.normalized", "softmax_focal.reduced_threshold", "triplet_margin.eps",
            "tversky.classes", "tversky.eps", "tversky.from_logits", "tversky.ignore_index");

    @SuppressWarnings("unchecked")
    static List<Case> cases() throws IOException {
        try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/cases.json")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ((List<Map<String, Object>>) Json.parse(json)).stream().map(Case::new).toList();
        }
    }

    @Test
    void everyLossHasItsCases() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        cases().forEach(c -> found.merge(c.lossName(), 1, Integer::sum));
        assertEquals(new TreeMap<>(COUNTS), found);
        assertEquals(COUNTS.values().stream().mapToInt(n -> n).sum(),
                cases().stream().map(Case::id).distinct().count());
        assertEquals(11, cases().stream().filter(c -> c.json().containsKey("math_expected")).count());
        assertEquals(0, cases().stream().filter(Case::undefined).count(), "cases without a defined answer");
    }

    /** Every other option takes at least two values, so that none can be ignored unnoticed. */
    @Test
    void everyOptionIsExercised() throws IOException {
        Map<String, List<Object>> values = new TreeMap<>();
        for (Case c : cases()) {
            c.options().forEach((name, value) -> values.merge(c.lossName() + "." + name,
                    List.of(String.valueOf(value)), (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
        }
        assertEquals(106, values.size(), values.keySet()::toString);
        values.forEach((option, found) ->
                assertEquals(!UNVARIED.contains(option), found.stream().distinct().count() >= 2, option));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void best(Case c) throws IOException {
        judge(c, Backend.cpu());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void scalar(Case c) throws IOException {
        judge(c, Backend.cpu().device("scalar"));
    }

    static void judge(Case c, Backend backend) throws IOException {
        assumeFalse(c.undefined(), "undef: the reference is not finite and there is no other answer");
        Criterion criterion = c.criterion().on(backend);
        Batch batch = c.batch(criterion);
        double[] value;
        if (criterion.reduction() == Reduction.NONE) {
            long[] shape = criterion.lossesShape(batch);
            Tensor losses = Tensor.of(new float[c.expectedLoss().length], shape);
            criterion.losses(batch, losses);
            value = doubles(losses);
            Tensor ones = Tensor.of(new float[value.length], shape);
            for (long i = 0; i < ones.size(); i++) ones.set(i, 1);
            criterion.backward(batch, ones, Backward.OVERWRITE);
        } else {
            value = new double[] {criterion.forwardBackward(batch, Backward.OVERWRITE)};
            assertEquals(value[0], criterion.forward(batch), "forward and forwardBackward");
            assertEquals(value[0], criterion.finish(criterion.totals(batch)), "totals");
        }
        compare(c.id() + " loss", c.expectedLoss(), value, c.rtol(), c.lossTolerance());
        for (int i = 0; i < criterion.inputNames().size(); i++) {
            String input = criterion.inputNames().get(i);
            compare(c.id() + " gradient of " + input, c.expectedGradient(input), doubles(batch.gradient(i)), c.rtol(),
                    c.gradientTolerance(input));
        }
    }

    private static void compare(String what, double[] want, double[] got, double rtol, double atol) {
        assertEquals(want.length, got.length, what);
        for (int i = 0; i < want.length; i++) {
            boolean same = Double.compare(want[i], got[i]) == 0;
            boolean near = Math.abs(got[i] - want[i]) <= atol + rtol * Math.abs(want[i]);
            assertTrue(same || near, what + "[" + i + "]: got " + got[i] + ", want " + want[i]);
        }
    }

    private static double[] doubles(Tensor tensor) {
        double[] doubles = new double[(int) tensor.size()];
        for (int i = 0; i < doubles.length; i++) doubles[i] = tensor.get(i);
        return doubles;
    }
}
