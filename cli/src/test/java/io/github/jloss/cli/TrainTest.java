package io.github.jloss.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainTest {

    @Test
    void holdsOutEveryFifthDigit() {
        assertEquals(1438, Digits.forTraining().size());
        assertEquals(359, Digits.heldOut().size());
    }

    @Test
    void recognisesDigitsAfterFewEpochs() {
        for (String loss : List.of("mse", "bce_with_logits", "asymmetric_multi_label")) {
            double accuracy = score("accuracy", "--loss", loss, "--epochs", 8);
            assertTrue(accuracy > 0.93, loss + " " + accuracy);
        }
    }

    @Test
    void everyLossTeaches() {
        for (LossSpec loss : Losses.ALL) {
            for (TaskKind task : loss.tasks()) {
                Cli cli = Cli.run("train", "digits", "--task", task, "--loss", loss.id(), "--epochs", 1,
                        "--hidden", 16, "--batch", 64);
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
    }

    @Test
    void findsInk() {
        double iou = score("IoU", "--task", "segment", "--loss", "bce_with_logits", "--epochs", 4, "--hidden", 32);
        assertTrue(iou > 0.35, "" + iou);
        Cli cli = Cli.run("train", "digits", "--task", "segment", "--loss", "bce_with_logits", "--epochs", 1);
        assertTrue(cli.out().contains("........##......    "), cli.out());
    }

    private static double score(String name, Object... args) {
        return Double.parseDouble(train(args).out().replaceAll("(?s).*\"" + name + "\" : ([0-9.]+).*", "$1"));
    }

    private static String history(Object... args) {
        List<Object> words = new ArrayList<>(List.of("--loss", "rmse", "--epochs", 3));
        words.addAll(List.of(args));
        return train(words.toArray()).out().replaceAll("(?s).*(\"accuracy\".*)\"seconds\".*", "$1");
    }

    private static Cli train(Object... args) {
        List<Object> words = new ArrayList<>(List.of("train", "digits", "--json"));
        words.addAll(List.of(args));
        Cli cli = Cli.run(words.toArray());
        assertEquals(0, cli.code(), cli.err());
        return cli;
    }
}
