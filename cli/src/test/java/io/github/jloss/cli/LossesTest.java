package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.Loss;
import io.github.jloss.Reduction;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossesTest {

    private static final Path HERE = Path.of("");

    @Test
    void knowsTheEight() {
        assertEquals(List.of("mse", "l1", "smooth_l1", "huber", "rmse", "bce_with_logits", "weighted_bce_with_logits",
                "asymmetric_multi_label"), Losses.ALL.stream().map(LossSpec::id).toList());
        for (LossSpec loss : Losses.ALL) {
            Loss made = loss.create(Map.of(), HERE);
            assertEquals(loss.className(), made.getClass().getSimpleName());
            assertEquals(loss, Losses.named(loss.className()));
            assertEquals(loss, Losses.named(loss.id().replace('_', '-')));
        }
    }

    @Test
    void presetsAreTheLibrarysOwn() throws ReflectiveOperationException {
        for (LossSpec loss : Losses.ALL) {
            Class<?> type = Class.forName("io.github.jloss." + loss.className());
            Loss preset = type == WeightedBCEWithLogitsLoss.class
                    ? new WeightedBCEWithLogitsLoss(1, 1)
                    : (Loss) type.getConstructor().newInstance();
            assertEquals(preset, loss.create(Map.of(), HERE));
        }
    }

    @Test
    void readsOptionsFromTextAndFromJson() {
        LossSpec loss = Losses.named("asymmetric_multi_label");
        Loss wanted = new AsymmetricLossMultiLabel(2, 0.5, 0, 1e-6, true, Reduction.MEAN);
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
        assertRefused("hubert", "delta", 1.0, "loss hubert: unknown, expected one of mse, l1");
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
