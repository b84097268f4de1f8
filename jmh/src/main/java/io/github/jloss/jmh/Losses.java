package io.github.jloss.jmh;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.List;

/** The losses that are measured, by the names the reports use. */
final class Losses {

    /** Weight of the positive class; what the peers use too. */
    static final double W_P = 3;

    /** Weight of the negative class. */
    static final double W_N = 0.5;

    /** In the order of the report. */
    static final List<String> NAMES = List.of("bce", "weighted_bce", "mse", "l1", "smooth_l1", "huber", "rmse",
            "asymmetric_multi_label", "combined");

    private Losses() {}

    /** A loss with its defaults. */
    static Loss of(String name) {
        return switch (name) {
            case "bce" -> new BCEWithLogitsLoss();
            case "weighted_bce" -> new WeightedBCEWithLogitsLoss(W_P, W_N);
            case "mse" -> new MSELoss();
            case "l1" -> new L1Loss();
            case "smooth_l1" -> new SmoothL1Loss();
            case "huber" -> new HuberLoss();
            case "rmse" -> new RMSELoss();
            case "asymmetric_multi_label" -> new AsymmetricLossMultiLabel();
            case "combined" -> CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, new MSELoss());
            default -> throw new IllegalArgumentException("loss: found \"" + name + "\", expected one of " + NAMES);
        };
    }

    /** Whether the input is logits and the target 0 or 1; otherwise both are numbers of any kind. */
    static boolean takesLogits(String name) {
        return switch (name) {
            case "bce", "weighted_bce", "asymmetric_multi_label", "combined" -> true;
            default -> false;
        };
    }
}
