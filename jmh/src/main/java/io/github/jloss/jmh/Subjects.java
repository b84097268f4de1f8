package io.github.jloss.jmh;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.Criterion;
import io.github.jloss.HuberLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.List;

/** The losses that are measured, by the names the reports use. To add one is to add an entry here. */
final class Subjects {

    /** Weight of the positive class; what the peers use too. */
    static final double W_P = 3;

    /** Weight of the negative class. */
    static final double W_N = 0.5;

    /** In the order of the report. */
    static final List<Subject> ALL = List.of(
            masks("bce", new BCEWithLogitsLoss()),
            masks("weighted_bce", new WeightedBCEWithLogitsLoss(W_P, W_N)),
            numbers("mse", new MSELoss()),
            numbers("l1", new L1Loss()),
            numbers("smooth_l1", new SmoothL1Loss()),
            numbers("huber", new HuberLoss()),
            numbers("rmse", new RMSELoss()),
            masks("asymmetric_multi_label", new AsymmetricLossMultiLabel()),
            masks("combined", CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, new MSELoss())));

    /** Their names. */
    static final List<String> NAMES = ALL.stream().map(Subject::name).toList();

    private Subjects() {}

    /** The loss of a name. */
    static Subject of(String name) {
        return ALL.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("loss: found \"" + name + "\", expected one of " + NAMES));
    }

    private static Subject masks(String name, Criterion criterion) {
        return Subject.of(name, criterion, shape -> Data.masks(shape.longs()), "65536", "65536", "1048576", "16777216");
    }

    private static Subject numbers(String name, Criterion criterion) {
        return Subject.of(name, criterion, shape -> Data.numbers(shape.longs()), "65536", "65536", "1048576",
                "16777216");
    }
}
