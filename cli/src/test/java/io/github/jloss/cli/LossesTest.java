// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.FocalLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.LabelSmoothingCrossEntropyLoss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.NLLLoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.SoftTargetCrossEntropyLoss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.TripletMarginLoss;
import io.github.jloss.TverskyLoss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossesTest {

    private static final Path HERE = Path.of("");

    /** Every loss, as the library makes it where nothing is said. */
    private static final Map<String, Criterion> PRESETS = Map.ofEntries(
            Map.entry("mse", new MSELoss()),
            Map.entry("l1", new L1Loss()),
            Map.entry("smooth_l1", new SmoothL1Loss()),
            Map.entry("huber", new HuberLoss()),
            Map.entry("rmse", new RMSELoss()),
            Map.entry("bce_with_logits", new BCEWithLogitsLoss()),
            Map.entry("weighted_bce_with_logits", new WeightedBCEWithLogitsLoss()),
            Map.entry("asymmetric_multi_label", new AsymmetricLossMultiLabel()),
            Map.entry("focal", FocalLoss.binary()),
            Map.entry("cross_entropy", new CrossEntropyLoss()),
            Map.entry("nll", new NLLLoss()),
            Map.entry("asymmetric_single_label", new AsymmetricLossSingleLabel()),
            Map.entry("soft_target_cross_entropy", new SoftTargetCrossEntropyLoss()),
            Map.entry("label_smoothing_cross_entropy", new LabelSmoothingCrossEntropyLoss()),
            Map.entry("softmax_focal", new SoftmaxFocalLoss()),
            Map.entry("jaccard", JaccardLoss.binary()),
            Map.entry("dice", DiceLoss.binary()),
            Map.entry("soft_jaccard", SoftJaccardLoss.binary()),
            Map.entry("tversky", TverskyLoss.binary()),
            Map.entry("contrastive", new ContrastiveLoss()),
            Map.entry("cosine_embedding", new CosineEmbeddingLoss()),
            Map.entry("triplet_margin", new TripletMarginLoss()),
            Map.entry("angular_penalty", AngularPenaltySMLoss.arcface()));

    @Test
    void presetsAreTheLibrarysOwn() {
        assertEquals(PRESETS.keySet(), Losses.ALL.stream().map(LossSpec::id).collect(Collectors.toSet()));
        for (LossSpec loss : Losses.ALL) {
            Criterion made = loss.create(Map.of(), HERE);
            assertEquals(PRESETS.get(loss.id()), made);
            assertEquals(loss.className(), made.getClass().getSimpleName());
            assertEquals(loss.inputs(), made.inputNames());
            assertEquals(loss.targetName() == null, loss.target() == TargetKind.NONE);
            assertEquals(loss, Losses.named(loss.className()));
            assertEquals(loss, Losses.named(loss.id().replace('_', '-')));
        }
    }

    @Test
    void everyOptionReachesItsLoss() {
        Map<String, String> others = Map.ofEntries(Map.entry("a number", "0.75"), Map.entry("a number or null", "0.75"),
                Map.entry("an integer", "1"), Map.entry("integers with commas between them", "1,0"),
                Map.entry("numbers with commas between them", "1,0.5"), Map.entry("a number or an .npy file", "3"),
                Map.entry("numbers with commas between them or an .npy file", "1,2"),
                Map.entry("none, mean or sum", "none"), Map.entry("binary or multiclass", "multiclass"),
                Map.entry("binary, multiclass or multilabel", "multilabel"),
                Map.entry("one, smoothed or skip", "skip"), Map.entry("arcface, sphereface or cosface", "cosface"));
        for (LossSpec loss : Losses.ALL) {
            for (OptionSpec option : loss.options()) {
                if (option.about().contains("ignored:") || option.about().contains("not supported")) continue;
                String other = option.type() == OptionType.BOOLEAN ? option.preset().equals(true) ? "false" : "true"
                        : option.name().equals("p") ? "3" : others.get(option.type().text());
                // Options of classes need a loss that has some.
                Map<String, String> base = !option.name().contains("class") ? Map.of()
                        : loss.knows("mode") ? Map.of("mode", "multiclass")
                        : option.name().equals("per_class") ? Map.of("is_multiclass", "true") : Map.of();
                Map<String, String> changed = new HashMap<>(base);
                changed.put(option.name(), other);
                assertNotEquals(loss.create(base, HERE), loss.create(changed, HERE), loss.id() + " " + changed);
            }
        }
    }

    @Test
    void readsOptionsFromTextAndFromJson() {
        LossSpec loss = Losses.named("asymmetric_multi_label");
        Loss wanted = new AsymmetricLossMultiLabel().withGammaNeg(2).withGammaPos(0.5).withClip(0).withEps(1e-6)
                .withDisableGradFocal(true).withReduction(Reduction.MEAN);
        assertEquals(wanted, loss.create(Map.of("gamma-neg", "2", "gamma_pos", ".5", "clip", "null", "eps", "1e-6",
                "disable_torch_grad_focal_loss", "true", "reduction", "mean"), HERE));
        Map<String, Object> json = new HashMap<>(Map.of("gamma_neg", 2.0, "gamma_pos", 0.5, "eps", 1e-6,
                "disable_torch_grad_focal_loss", true, "reduction", "mean"));
        json.put("clip", null);
        assertEquals(wanted, loss.create(json, HERE));
    }

    @Test
    void saysWhatIsWrongWithAnOption() {
        assertRefused("mse", "beta", 1.0, "option beta: unknown to mse, which has reduction");
        assertRefused("smooth_l1", "beta", "big", "option beta: found \"big\", expected a number");
        assertRefused("smooth_l1", "beta", Arrays.asList(1, 2), "option beta: found [1, 2], expected a number");
        assertRefused("mse", "reduction", "median", "option reduction: found \"median\", expected none, mean or sum");
        assertRefused("mse", "reduction", true, "option reduction: found true");
        assertRefused("asymmetric_multi_label", "disable_torch_grad_focal_loss", 1.0, "expected true or false");
        assertRefused("bce_with_logits", "pos_weight", "none.npy", "none.npy: not found");
        assertRefused("softmax_focal", "reduced_threshold", "big", "found \"big\", expected a number");
        assertRefused("dice", "mode", "ternary", "found \"ternary\", expected binary, multiclass or multilabel");
        assertRefused("hubert", "delta", 1.0, "loss hubert: unknown, expected one of mse, l1");
    }

    @Test
    void readsSums() {
        LossSum sum = LossSum.parse("0.5*mse + 2 * smooth-l1+BCEWithLogitsLoss");
        assertEquals("0.5*mse+2.0*smooth_l1+bce_with_logits", sum.toString());
        assertEquals(CombinedLoss.of(0.5, new MSELoss().withReduction(Reduction.SUM)).plus(2, new SmoothL1Loss()
                .withBeta(3))
                .plus(1, new BCEWithLogitsLoss()),
                sum.create(Map.of("mse.reduction", "sum", "beta", "3", "smooth_l1.reduction", "mean"), HERE));
        assertEquals(new MSELoss().withReduction(Reduction.SUM), LossSum.parse("mse").create(Map.of("reduction",
                "sum"), HERE));
        assertEquals(CombinedLoss.of(.25, new MSELoss()), LossSum.parse(".25*mse").create(Map.of(), HERE));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        " | expected a name",
        "mse+ | expected a name",
        "0.5mse | expected a name",
        "mse*2 | expected a name",
        "-1*mse | expected a name",
        "mse l1 | expected a name",
        "mse+hubert | loss hubert: unknown, expected one of mse, l1",
        "mse+MSELoss | names mse twice",
        "mse+l1 -o beta=1 | option beta: unknown to all of mse+l1",
        "mse+2*l1 -o reduction=sum | option reduction: expected mse.reduction or l1.reduction",
        "mse -o l1.reduction=sum | option l1.reduction: there is no l1 in mse",
        "mse+l1 -o l1.beta=1 | option beta: unknown to l1, which has reduction"})
    void saysWhatIsWrongWithASum(String line) {
        String[] parts = line.split(" ?\\| ", 2);
        String[] words = parts[0].split(" -o ");
        Map<String, String> options = words.length == 1 ? Map.of() : LossOptions.pairs("-o", List.of(words[1]));
        String message = assertThrows(UserError.class, () -> LossSum.parse(words[0]).create(options, HERE))
                .getMessage();
        assertTrue(message.contains(parts[1]), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "true", "one", "3000000000", "nan"})
    void integersAreWhole(String text) {
        OptionSpec option = new OptionSpec("ignore_index", OptionType.INTEGER, null, "");
        assertEquals(-100, option.read(-100.0, HERE));
        assertNull(option.read("null", HERE));
        String message = assertThrows(UserError.class, () -> option.read(text, HERE)).getMessage();
        assertTrue(message.contains("expected an integer"), message);
    }

    @Test
    void listsComeFromTextAndFromJson() {
        OptionSpec numbers = new OptionSpec("class_weights", OptionType.NUMBERS, null, "");
        assertArrayEquals(new double[] {0.5, 2}, (double[]) numbers.read("0.5,2", HERE));
        assertArrayEquals(new double[] {0.5, 2}, (double[]) numbers.read(List.of(0.5, 2), HERE));
        OptionSpec integers = new OptionSpec("classes", OptionType.INTEGERS, null, "");
        assertArrayEquals(new int[] {1, 0}, (int[]) integers.read("1,0", HERE));
        assertThrows(UserError.class, () -> integers.read(List.of(0.5), HERE));
        assertThrows(UserError.class, () -> numbers.read("1,,2", HERE));
        OptionSpec mode = new OptionSpec("mode", OptionType.oneOf("binary", "multiclass"), "binary", "");
        assertEquals("multiclass", mode.read("multiclass", HERE));
        String message = assertThrows(UserError.class, () -> mode.read("ternary", HERE)).getMessage();
        assertTrue(message.contains("found \"ternary\", expected binary or multiclass"), message);
    }

    @Test
    void leavesWrongValuesToTheLibrary() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Losses.named("huber").create(Map.of("delta", -1.0), HERE)).getMessage();
        assertTrue(message.contains("delta"), message);
    }

    private static void assertRefused(String loss, String option, Object value, String reason) {
        String message = assertThrows(UserError.class,
                () -> Losses.named(loss).create(Map.of(option, value), HERE)).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
