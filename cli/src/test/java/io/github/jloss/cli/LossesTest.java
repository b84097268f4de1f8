package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.Criterion;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossesTest {

    private static final Path HERE = Path.of("");

    @Test
    void knowsTheEight() {
        assertEquals(List.of("mse", "l1", "smooth_l1", "huber", "rmse", "bce_with_logits", "weighted_bce_with_logits",
                "asymmetric_multi_label"), Losses.ALL.stream().map(LossSpec::id).toList());
        for (LossSpec loss : Losses.ALL) {
            Criterion made = loss.create(Map.of(), HERE);
            assertEquals(loss.className(), made.getClass().getSimpleName());
            assertEquals(loss.inputs(), made.inputNames());
            assertEquals(loss, Losses.named(loss.className()));
            assertEquals(loss, Losses.named(loss.id().replace('_', '-')));
        }
    }

    @Test
    void presetsAreTheLibrarysOwn() throws ReflectiveOperationException {
        for (LossSpec loss : Losses.ALL) {
            Class<?> type = Class.forName("io.github.jloss." + loss.className());
            Criterion preset = type == WeightedBCEWithLogitsLoss.class
                    ? new WeightedBCEWithLogitsLoss(1, 1)
                    : (Criterion) type.getConstructor().newInstance();
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
    void readsSums() {
        LossSum sum = LossSum.parse("0.5*mse + 2 * smooth-l1+BCEWithLogitsLoss");
        assertEquals("0.5*mse+2.0*smooth_l1+bce_with_logits", sum.toString());
        assertEquals(CombinedLoss.of(0.5, new MSELoss(Reduction.SUM)).plus(2, new SmoothL1Loss(3, Reduction.MEAN))
                .plus(1, new BCEWithLogitsLoss()),
                sum.create(Map.of("mse.reduction", "sum", "beta", "3", "smooth_l1.reduction", "mean"), HERE));
        assertEquals(new MSELoss(Reduction.SUM), LossSum.parse("mse").create(Map.of("reduction", "sum"), HERE));
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
