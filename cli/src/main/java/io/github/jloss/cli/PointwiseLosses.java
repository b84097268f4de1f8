// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static io.github.jloss.cli.OptionSpec.flag;
import static io.github.jloss.cli.OptionSpec.number;
import static io.github.jloss.cli.OptionSpec.reduction;
import static io.github.jloss.cli.OptionType.NUMBER_OR_NULL;
import static io.github.jloss.cli.OptionType.TENSOR;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Criterion;
import io.github.jloss.FocalLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.List;
import java.util.function.Function;

/** Losses of single elements. */
final class PointwiseLosses {

    private static final OptionSpec MEAN = reduction("mean");

    static final List<LossSpec> ALL = List.of(
            pointwise("mse", "MSELoss",
                    "Squared error (x - t)^2: regression where large errors matter most.",
                    o -> new MSELoss().withReduction(o.reduction()), MEAN),
            pointwise("l1", "L1Loss",
                    "Absolute error |x - t|: regression that shrugs off outliers.",
                    o -> new L1Loss().withReduction(o.reduction()), MEAN),
            pointwise("smooth_l1", "SmoothL1Loss",
                    "Absolute error with a parabola of curvature 1/beta around 0: box regression.",
                    o -> new SmoothL1Loss().withBeta(o.number("beta")).withReduction(o.reduction()),
                    number("beta", 1, "where the parabola becomes a line, at least 0"), MEAN),
            pointwise("huber", "HuberLoss",
                    "Squared error up to delta, a line beyond: robust regression.",
                    o -> new HuberLoss().withDelta(o.number("delta")).withReduction(o.reduction()),
                    number("delta", 1, "where the parabola becomes a line, above 0"), MEAN),
            pointwise("rmse", "RMSELoss",
                    "Root of the mean squared error, in the unit of the data.",
                    o -> new RMSELoss().withEps(o.number("eps")),
                    number("eps", 1e-6, "added under the root, at least 0")),
            binary("bce_with_logits", "BCEWithLogitsLoss",
                    "Binary cross entropy of logits: yes-or-no questions, masks, many labels.",
                    PointwiseLosses::bce,
                    new OptionSpec("weight", TENSOR, null, "factor on each element's loss, broadcast to the input"),
                    new OptionSpec("pos_weight", TENSOR, null, "factor on its positive term, broadcast likewise"),
                    number("label_smoothing", 0, "how far targets move towards 1/2, from 0 to 1"),
                    new OptionSpec("ignore_index", OptionType.INTEGER, null, "target that does not count"),
                    MEAN),
            binary("weighted_bce_with_logits", "WeightedBCEWithLogitsLoss",
                    "Binary cross entropy of logits with a weight for each of the two classes.",
                    o -> new WeightedBCEWithLogitsLoss().withWP(o.number("w_p")).withWN(o.number("w_n"))
                            .withReduction(o.reduction()),
                    number("w_p", 1, "weight of positives, at least 0"),
                    number("w_n", 1, "weight of negatives, at least 0"),
                    number("epsilon", 0, "read and ignored: this stable form needs none in its logarithms"),
                    MEAN),
            binary("asymmetric_multi_label", "AsymmetricLossMultiLabel",
                    "Binary cross entropy of logits that plays down easy negatives: many labels, few true.",
                    o -> new AsymmetricLossMultiLabel().withGammaNeg(o.number("gamma_neg"))
                            .withGammaPos(o.number("gamma_pos")).withClip(o.numberOr("clip", 0))
                            .withEps(o.number("eps")).withDisableGradFocal(o.flag("disable_torch_grad_focal_loss"))
                            .withReduction(o.reduction()),
                    number("gamma_neg", 4, "focusing exponent of negatives, at least 0"),
                    number("gamma_pos", 1, "focusing exponent of positives, at least 0"),
                    new OptionSpec("clip", NUMBER_OR_NULL, 0.05, "shift of the negatives' probability, in [0, 1]"),
                    number("eps", 1e-8, "least probability inside the logarithms, in [0, 1)"),
                    flag("disable_torch_grad_focal_loss", false,
                            "whether the gradient takes the focusing weight for a constant"),
                    reduction("sum")),
            new LossSpec("focal", "FocalLoss", "pointwise",
                    "Binary cross entropy of logits that plays down what is right already: detection, rare things.",
                    Loss.INPUT, "target", TargetKind.LABELS_OR_FLOATS, List.of(TaskKind.RECOGNISE, TaskKind.SEGMENT),
                    List.of(new OptionSpec("mode", OptionType.oneOf("binary", "multiclass"), "binary",
                                    "what an element is asked"),
                            new OptionSpec("alpha", OptionType.NUMBERS, null,
                                    "weight of positives, in [0, 1]: one for all classes, or one for each"),
                            number("gamma", 2, "focusing exponent, at least 0"),
                            new OptionSpec("ignore_index", OptionType.INTEGER, null, "target that does not count"),
                            new OptionSpec("reduced_threshold", OptionType.NUMBER, null,
                                    "probability up to which nothing is played down, in (0, 1)"),
                            flag("normalized", false, "whether losses are divided by the sum of factors"),
                            flag("from_logits", true, "whether inputs are logits, or probabilities"),
                            new OptionSpec("class_weights", OptionType.NUMBERS, null, "weights of the classes"),
                            number("eps", 1e-7, "least probability where inputs are some, in [1e-30, 1)"), MEAN),
                    PointwiseLosses::focal));

    private PointwiseLosses() {}

    private static BCEWithLogitsLoss bce(Options options) {
        BCEWithLogitsLoss loss = new BCEWithLogitsLoss().withWeight(options.tensor("weight"))
                .withPosWeight(options.tensor("pos_weight")).withLabelSmoothing(options.number("label_smoothing"))
                .withReduction(options.reduction());
        Integer ignored = options.integer("ignore_index");
        return ignored == null ? loss : loss.withIgnoreIndex(ignored);
    }

    private static FocalLoss focal(Options options) {
        FocalLoss loss = (options.word("mode").equals("binary") ? FocalLoss.binary() : FocalLoss.multiclass())
                .withGamma(options.number("gamma")).withFromLogits(options.flag("from_logits"))
                .withEps(options.number("eps")).withReduction(options.reduction());
        if (options.flag("normalized")) loss = loss.withNormalized();
        double[] alpha = options.numbers("alpha");
        if (alpha != null) loss = alpha.length == 1 ? loss.withAlpha(alpha[0]) : loss.withAlpha(alpha);
        double[] weights = options.numbers("class_weights");
        if (weights != null) loss = loss.withClassWeights(weights);
        Integer ignored = options.integer("ignore_index");
        if (ignored != null) loss = loss.withIgnoreIndex(ignored);
        Double threshold = options.numberOrNull("reduced_threshold");
        return threshold == null ? loss : loss.withReducedThreshold(threshold);
    }

    private static LossSpec pointwise(String id, String className, String about, Function<Options, Criterion> factory,
            OptionSpec... options) {
        return new LossSpec(id, className, "pointwise", about, Loss.INPUT, "target", TargetKind.FLOATS,
                List.of(TaskKind.RECOGNISE), List.of(options), factory);
    }

    /** A pointwise loss of logits. */
    private static LossSpec binary(String id, String className, String about, Function<Options, Criterion> factory,
            OptionSpec... options) {
        return new LossSpec(id, className, "pointwise", about, Loss.INPUT, "target", TargetKind.FLOATS,
                List.of(TaskKind.RECOGNISE, TaskKind.SEGMENT), List.of(options), factory);
    }
}
