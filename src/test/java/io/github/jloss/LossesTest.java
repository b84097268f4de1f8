// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossesTest {

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
            Map.entry("focal_tversky", TverskyLoss.binary().withAlpha(0.3).withBeta(0.7).withGamma(0.75)
                    .withGammaPerClass(true)),
            Map.entry("contrastive", new ContrastiveLoss()),
            Map.entry("cosine_embedding", new CosineEmbeddingLoss()),
            Map.entry("triplet_margin", new TripletMarginLoss()),
            Map.entry("angular_penalty", AngularPenaltySMLoss.arcface()));

    /** Values other than the defaults, by type. */
    private static final Map<String, String> OTHERS = Map.ofEntries(Map.entry("a number", "0.75"),
            Map.entry("an integer", "1"), Map.entry("integers such as 0,2", "1,0"),
            Map.entry("numbers such as 1,2.5", "1,2"),
            Map.entry("a number, or several such as 1,2.5", "0.25,1"),
            Map.entry("a number, several such as 1,2.5, or a tensor", "3"),
            Map.entry("numbers such as 1,2.5, or a tensor of one dimension", "1,2"),
            Map.entry("none, sum or mean", "none"), Map.entry("mean or sum", "sum"),
            Map.entry("weights or count", "count"), Map.entry("binary or multiclass", "multiclass"),
            Map.entry("binary, multiclass or multilabel", "multilabel"),
            Map.entry("one, smoothed or skip", "skip"), Map.entry("arcface, sphereface or cosface", "cosface"),
            Map.entry("euclidean, squared_euclidean, cosine or manhattan", "cosine"));

    private static final Set<String> READ_ONLY = Set.of("epsilon", "softmax_focal.eps");

    @Test
    void defaultsAreTheLossesOwn() {
        assertEquals(PRESETS.keySet(), Losses.all().stream().map(LossEntry::name).collect(Collectors.toSet()));
        for (LossEntry loss : Losses.all()) {
            Criterion made = Losses.of(loss.name());
            assertEquals(PRESETS.get(loss.name()), made);
            assertEquals(loss.type(), made.getClass());
            assertEquals(loss.inputs(), made.inputNames());
            assertEquals(loss.targetName() == null, loss.target() == TargetKind.NONE);
            assertEquals(loss, Losses.find(loss.name().replace('_', '-')).orElseThrow());
            Map<String, String> written = loss.options().stream()
                    .collect(Collectors.toMap(LossOption::name, LossOption::defaultText));
            assertEquals(made, loss.create(written), "defaults are read as written");
        }
        assertEquals("tversky", Losses.find("TverskyLoss").orElseThrow().name());
        assertTrue(Losses.find("hubert").isEmpty());
    }

    /** Every option changes its loss, and comes back from it: as values, and as text. */
    @Test
    void losesNothingOnTheWayToOptionsAndBack() {
        int options = 0;
        for (LossEntry loss : Losses.all()) {
            for (LossOption option : loss.options()) {
                String other = option.type() == OptionType.FLAG ? option.defaultValue().equals(true) ? "false" : "true"
                        : option.name().equals("p") ? "3" : OTHERS.get(option.type().toString());
                assertTrue(other != null, option.type().toString());
                Map<String, String> base = !option.name().contains("class") ? Map.of()
                        : option.name().equals("is_multiclass") ? Map.of()
                        : loss.option("mode").isPresent() ? Map.of("mode", "multiclass") : Map.of();
                Map<String, Object> changed = new HashMap<>(base);
                changed.put(option.name(), other);
                Criterion made = Losses.of(loss.name(), changed);
                if (!READ_ONLY.contains(option.name()) && !READ_ONLY.contains(loss + "." + option.name())) {
                    boolean same = option.defaultText().equals(other);
                    Criterion unchanged = Losses.of(loss.name(), base);
                    assertTrue(same != !made.equals(unchanged), loss + " " + changed);
                    assertEquals(same, made.toString().equals(unchanged.toString()), "totals would merge: " + made);
                }
                Map<String, Object> found = Losses.options(made);
                assertEquals(made, Losses.of(Losses.name(made), found), loss + " " + changed + " " + found);
                Map<String, Object> text = new HashMap<>();
                found.forEach((name, value) ->
                        text.put(name, value instanceof Tensor ? value : OptionType.text(value)));
                assertEquals(made, Losses.of(Losses.name(made), text), loss + " " + changed + " " + text);
                options++;
            }
        }
        assertTrue(options > 120, "options: " + options);
    }

    /** A mode, or a type of margin, has defaults of its own: those of the others must be said. */
    @Test
    void keepsWhatIsAnotherModesDefault() {
        int options = 0;
        for (LossEntry loss : Losses.all()) {
            LossOption first = loss.options().getFirst();
            for (String mode : first.name().equals("mode") ? List.of("multiclass", "multilabel")
                    : first.name().equals("loss_type") ? List.of("sphereface", "cosface") : List.<String>of()) {
                if (!loss.name().equals("focal") || mode.equals("multiclass")) {
                    for (LossOption option : loss.options().subList(1, loss.options().size())) {
                        Criterion made = Losses.of(loss.name(), Map.of(first.name(), mode, option.name(),
                                option.defaultText()));
                        assertEquals(made, Losses.of(Losses.name(made), Losses.options(made)), loss + " " + option);
                        options++;
                    }
                }
            }
        }
        assertTrue(options > 80, "options: " + options);
        assertEquals("jaccard(mode=multilabel, per_class=false)",
                Losses.text(JaccardLoss.multilabel().withPerClass(false)));
        assertEquals("angular_penalty(loss_type=cosface, s=64)", Losses.text(AngularPenaltySMLoss.cosface().withS(64)));
        assertEquals("angular_penalty(loss_type=cosface)", Losses.text(AngularPenaltySMLoss.cosface()));
    }

    @Test
    void readsTextJsonAndJava() {
        Loss wanted = new AsymmetricLossMultiLabel().withGammaNeg(2).withGammaPos(0.5).withClip(0).withEps(1e-6)
                .withDisableGradFocal(true).withReduction(Reduction.MEAN);
        assertEquals(wanted, Losses.of("AsymmetricLossMultiLabel", Map.of("gamma-neg", "2", "gamma_pos", ".5",
                "clip", "null", "eps", "1e-6", "disable_torch_grad_focal_loss", "true", "reduction", "mean")));
        Map<String, Object> json = new HashMap<>(Map.of("gamma_neg", 2, "gamma_pos", 0.5f, "eps", 1e-6,
                "disable_torch_grad_focal_loss", true, "reduction", Reduction.MEAN));
        json.put("clip", null);
        assertEquals(wanted, Losses.of("asymmetric_multi_label", json));
        assertEquals(Map.of("gamma_neg", 2.0, "gamma_pos", 0.5, "clip", 0.0, "eps", 1e-6,
                "disable_torch_grad_focal_loss", true, "reduction", "mean"), Losses.options(wanted));

        Criterion perClass = new BCEWithLogitsLoss().withPosWeight(Tensor.of(new float[] {1, 1, 5}));
        for (Object value : new Object[] {"1,1,5", List.of(1, 1, 5), new float[] {1, 1, 5}, new double[] {1, 1, 5},
            new int[] {1, 1, 5}, Tensor.of(new float[] {1, 1, 5})}) {
            assertEquals(perClass, Losses.of("bce_with_logits", Map.of("pos_weight", value)));
        }
        assertEquals(0, ((Tensor) Losses.options(Losses.of("bce_with_logits", Map.of("pos_weight", 3)))
                .get("pos_weight")).rank());
        assertEquals(DiceLoss.multiclass().withClasses(2, 0), Losses.of("dice", Map.of("mode", "multiclass", "classes",
                new long[] {2, 0})));
        assertEquals(FocalLoss.binary().withAlpha(0.25), Losses.of("focal", Map.of("alpha", 0.25)));
        assertEquals(FocalLoss.binary().withAlpha(new double[] {0.25}), Losses.of("focal",
                Map.of("alpha", List.of(0.25))));
        assertEquals(new HuberLoss().withDelta(Double.POSITIVE_INFINITY), Losses.of("huber", Map.of("delta",
                "Infinity")));
        assertEquals(new CrossEntropyLoss().withIgnoreIndex(3_000_000_000L), Losses.of("cross_entropy",
                Map.of("ignore_index", "3000000000")));
        assertEquals(AngularPenaltySMLoss.cosface(), Losses.of("angular_penalty", Map.of("loss_type", "cosface", "s",
                "null")));
        assertEquals(JaccardLoss.multiclass().withPerClass(true), Losses.of("jaccard", Map.of("is_multiclass", true,
                "per_class", true)));
        assertArrayEquals(new long[] {3}, ((Tensor) Losses.options(perClass).get("pos_weight")).shape());
    }

    @Test
    void isTextForPeople() {
        assertEquals("huber", Losses.text(new HuberLoss()));
        assertEquals("huber(delta=0.3, reduction=sum)", Losses.text(new HuberLoss().withDelta(0.3)
                .withReduction(Reduction.SUM)));
        assertEquals("dice(mode=multiclass, classes=2,0)", Losses.text(DiceLoss.multiclass().withClasses(2, 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "hubert | delta | 1 | loss hubert: unknown, expected one of mse, l1",
        "hubert | delta | 1 | did you mean huber?",
        "asymetric-multilabel | eps | 1 | did you mean asymmetric_multi_label?",
        "mse | beta | 1 | loss mse: option beta: unknown to mse, which has reduction, mean_by",
        "huber | dleta | 1 | did you mean delta?",
        "smooth_l1 | beta | big | loss smooth_l1: option beta: found \"big\", expected a number",
        "huber | delta | -1 | loss huber: delta: found -1.0, expected a finite number above 0",
        "mse | reduction | median | option reduction: found \"median\", expected none, sum or mean",
        "rmse | reduction | none | expected mean or sum",
        "softmax_focal | reduced_threshold | 1 | expected a number in (0, 1)",
        "focal | reduced_threshold | 1 | expected a number in (0, 1)",
        "cross_entropy | ignore_index | 1.5 | expected an integer",
        "cross_entropy | ignore_index | nan | expected an integer",
        "dice | mode | ternary | found \"ternary\", expected binary, multiclass or multilabel",
        "dice | classes | 0,,1 | expected integers such as 0,2",
        "dice | classes | 5000000000 | expected integers such as 0,2",
        "dice | log_loss | yes | expected true or false",
        "contrastive | distance | far | expected euclidean, squared_euclidean, cosine or manhattan"})
    void saysWhatIsWrong(String loss, String option, String value, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> Losses.of(loss, Map.of(option, value)))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void otherValuesAreRefused() {
        for (Object value : new Object[] {List.of(1, 2), true, new Object(), Map.of(), new float[] {1}}) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Losses.of("huber", Map.of("delta", value))).getMessage();
            assertTrue(message.contains("expected a number"), message);
        }
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> Losses.of("dice", Map.of("class_weights", Arrays.asList(1, null)))).getMessage()
                .contains("option class_weights: found [1, null], expected numbers"));
    }

    @Test
    void whatHasNoNameSaysSo() {
        Criterion sum = CombinedLoss.of(1, new MSELoss());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Losses.name(sum)).getMessage()
                .contains("expected one of those in Losses.all()"));
        Criterion far = new ContrastiveLoss().withDistance(Distance.norm(3, 0));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Losses.options(far)).getMessage()
                .contains("which has no name"));
        Criterion labels = new ContrastiveLoss().withLabelTransform(y -> 1 - y);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Losses.options(labels)).getMessage()
                .contains("labelTransform"));
        assertNotEquals(Losses.of("dice"), Losses.of("soft_jaccard"));
    }
}
