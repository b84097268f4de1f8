// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong options are refused when a loss is made; the message names the option, what was found, what was expected. */
class OptionErrorsTest {

    private static final Reduction MEAN = Reduction.MEAN;

    private static final double[] NEVER = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    /** An option, how to set it, values it cannot have, and what the message says of them. */
    private static List<Arguments> rows(String name, DoubleFunction<?> make, String expected, double... wrong) {
        List<Arguments> rows = new ArrayList<>();
        for (double value : NEVER) rows.add(Arguments.of(name, value, make, expected));
        for (double value : wrong) rows.add(Arguments.of(name, value, make, expected));
        return rows;
    }

    private static List<Arguments> tooLarge(String name, DoubleFunction<?> make) {
        return List.of(Arguments.of(name, 1e39, make, "float"), Arguments.of(name, Double.MAX_VALUE, make, "float"));
    }

    static List<Arguments> options() {
        List<Arguments> rows = new ArrayList<>();
        rows.addAll(rows("beta", v -> new SmoothL1Loss().withBeta(v), "at least 0", -1, -Double.MIN_VALUE));
        rows.addAll(tooLarge("beta", v -> new SmoothL1Loss().withBeta(v)));
        rows.addAll(rows("delta", v -> new HuberLoss().withDelta(v), "above 0", -1, 0, -0.0).stream()
                .filter(row -> (double) row.get()[1] != Double.POSITIVE_INFINITY).toList());
        rows.addAll(tooLarge("delta", v -> new HuberLoss().withDelta(v)));
        rows.addAll(rows("eps", v -> new RMSELoss().withEps(v), "at least 0", -1e-6));
        rows.addAll(rows("wP", v -> new WeightedBCEWithLogitsLoss().withWP(v), "at least 0", -1));
        rows.addAll(rows("wN", v -> new WeightedBCEWithLogitsLoss().withWN(v), "at least 0", -1));
        rows.addAll(tooLarge("wP", v -> new WeightedBCEWithLogitsLoss().withWP(v)));
        rows.addAll(tooLarge("wN", v -> new WeightedBCEWithLogitsLoss().withWN(v)));
        rows.addAll(rows("gammaNeg", v -> asymmetric(v, 1, 0, 0), "at least 0", -1));
        rows.addAll(rows("gammaPos", v -> asymmetric(1, v, 0, 0), "at least 0", -1));
        rows.addAll(tooLarge("gammaNeg", v -> asymmetric(v, 1, 0, 0)));
        rows.addAll(tooLarge("gammaPos", v -> asymmetric(1, v, 0, 0)));
        rows.addAll(rows("clip", v -> asymmetric(4, 1, v, 0), "[0, 1]", -0.05, 1.01, 2));
        rows.addAll(rows("eps", v -> asymmetric(4, 1, 0, v), "[0, 1)", -1e-8, 1, 2));
        rows.addAll(rows("alpha", v -> FocalLoss.binary().withAlpha(v), "[0, 1]", -0.1, 1.1));
        rows.addAll(rows("gamma", v -> FocalLoss.binary().withGamma(v), "at least 0", -1));
        rows.addAll(tooLarge("gamma", v -> FocalLoss.binary().withGamma(v)));
        rows.addAll(rows("reducedThreshold", v -> FocalLoss.binary().withReducedThreshold(v), "(0, 1)", 0, -1,
                1e-50, 1));
        rows.addAll(rows("weight", v -> CombinedLoss.of(v, new MSELoss()), "a finite number"));
        rows.addAll(rows("weight", v -> CombinedLoss.of(1, new MSELoss()).plus(v, new L1Loss()), "a finite number"));
        rows.addAll(rows("scale", v -> Backward.OVERWRITE.scale(v), "a finite number"));
        rows.addAll(rows("divisor", v -> Backward.ADD.divisor(v), "above 0", 0, -0.0, -3));
        return rows;
    }

    private static Loss asymmetric(double gammaNeg, double gammaPos, double clip, double eps) {
        return new AsymmetricLossMultiLabel().withGammaNeg(gammaNeg).withGammaPos(gammaPos).withClip(clip).withEps(eps)
                .withReduction(MEAN);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @MethodSource("options")
    void wrongOption(String name, double value, DoubleFunction<?> make, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> make.apply(value)).getMessage();
        assertTrue(message.startsWith(name + ": found " + value), message);
        assertTrue(message.contains(expected), message);
    }

    @Test
    void fewerThanOneThread() {
        for (int threads : new int[] {0, -1, Integer.MIN_VALUE}) {
            for (Runnable make : List.<Runnable>of(() -> Backend.cpu(threads),
                    () -> Backend.cpu(Runnable::run, threads))) {
                String message = assertThrows(IllegalArgumentException.class, make::run).getMessage();
                assertTrue(message.startsWith("threads: found " + threads) && message.contains("at least 1"), message);
            }
        }
    }

    @Test
    void unknownBackend() {
        String message = assertThrows(IllegalArgumentException.class, () -> Backend.named("abacus")).getMessage();
        assertTrue(message.contains("backend") && message.contains("abacus") && message.contains("cpu"), message);
    }

    @Test
    void unknownDevice() {
        String message = assertThrows(BackendException.class, () -> Backend.cpu().device("9:9")).getMessage();
        assertTrue(message.contains("9:9") && message.contains("expected cpu"), message);
    }

    @Test
    void nothingThere() {
        for (Runnable make : List.<Runnable>of(() -> new MSELoss().withReduction(null), () -> new HuberLoss()
                .withReduction(null),
                () -> new BCEWithLogitsLoss().withReduction(null), () -> new WeightedBCEWithLogitsLoss()
                        .withReduction(null),
                () -> new MSELoss().on(null), () -> new RMSELoss().on(null), () -> CombinedLoss.of(1, null),
                () -> Backend.cpu(null, 1))) {
            assertThrows(NullPointerException.class, make::run);
        }
    }

    @Test
    void combinedLossOfLossesWithoutNumber() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> CombinedLoss.of(1, new MSELoss().withReduction(Reduction.NONE))).getMessage();
        assertTrue(message.contains("loss") && message.contains("NONE"), message);
    }
}
