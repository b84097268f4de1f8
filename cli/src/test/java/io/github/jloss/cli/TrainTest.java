// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainTest {

    @Test
    void holdsOutEveryFifthDigit() {
        assertEquals(1438, Digits.forTraining().size());
        assertEquals(359, Digits.heldOut().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "recognise bce_with_logits", "recognise 0.5*mse+0.5*huber", "classify cross_entropy", "embed contrastive",
        "embed triplet_margin", "embed angular_penalty"})
    void knowsDigitsAfterFewEpochs(String line) {
        String[] words = line.split(" ");
        double accuracy = score("accuracy", "--task", words[0], "--loss", words[1], "--epochs", 4, "--hidden", 32);
        assertTrue(accuracy > 0.9, line + " " + accuracy);
    }

    @Test
    void everyLossTeaches() {
        for (LossEntry loss : Losses.all()) {
            for (TaskKind task : TaskKind.of(loss)) {
                Cli cli = Cli.run("train", "digits", "--task", task, "--loss", loss.name(), "--epochs", 1,
                        "--hidden", 8, "--batch", 64);
                assertEquals(0, cli.code(), cli.err());
                assertTrue(cli.out().contains("epoch 1/1  loss "), cli.out());
                assertTrue(cli.out().contains("digits it never trained on"), cli.out());
            }
        }
    }

    @Test
    void sameSeedSameBits() {
        String one = history("--seed", 7, "--threads", 1);
        assertEquals(one, history("--seed", 7, "--threads", 2));
        assertEquals(one, history("--seed", 7));
        assertNotEquals(one, history("--seed", 8));
        for (String task : List.of("segment dice", "embed triplet_margin", "embed angular_penalty")) {
            Object[] args = {"--task", task.split(" ")[0], "--loss", task.split(" ")[1], "--epochs", 1, "--hidden", 16};
            assertEquals(bits(args), bits(args), task);
        }
    }

    @Test
    void findsInkBetterWithJaccard() {
        double entropy = score("IoU", "--task", "segment", "--loss", "bce_with_logits", "--epochs", 3,
                "--hidden", 64);
        double both = score("IoU", "--task", "segment", "--loss", "0.5*bce_with_logits+0.5*jaccard", "--epochs", 3,
                "--hidden", 64);
        assertTrue(entropy > 0.35, "" + entropy);
        assertTrue(both > entropy + 0.01, both + " and " + entropy);
    }

    @Test
    void drawsADigit() {
        Cli cli = Cli.run("train", "digits", "--task", "segment", "--loss", "dice", "--epochs", 1, "--hidden", 16);
        assertTrue(cli.out().contains("    ........##......    "), cli.out());
    }

    private static double score(String name, Object... args) {
        return Double.parseDouble(train(args).out().replaceAll("(?s).*\"" + name + "\" : ([0-9.]+).*", "$1"));
    }

    private static String history(Object... args) {
        List<Object> words = new ArrayList<>(List.of("--loss", "rmse", "--epochs", 2, "--hidden", 32));
        words.addAll(List.of(args));
        return bits(words.toArray());
    }

    private static String bits(Object... args) {
        return train(args).out().replaceAll("(?s).*(\"lr\".*)\"seconds\".*", "$1");
    }

    private static Cli train(Object... args) {
        List<Object> words = new ArrayList<>(List.of("train", "digits", "--json"));
        words.addAll(List.of(args));
        Cli cli = Cli.run(words.toArray());
        assertEquals(0, cli.code(), cli.err());
        return cli;
    }
}
