// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.MSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SmoothL1Loss;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossSumTest {

    private static final Path HERE = Path.of("");

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
        String message = assertThrows(RuntimeException.class, () -> LossSum.parse(words[0]).create(options, HERE))
                .getMessage();
        assertTrue(message.contains(parts[1]), message);
    }
}
