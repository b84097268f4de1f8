// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static io.github.jloss.cli.OptionSpec.flag;
import static io.github.jloss.cli.OptionSpec.number;
import static io.github.jloss.cli.OptionSpec.reduction;

import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.LabelSmoothingCrossEntropyLoss;
import io.github.jloss.Loss;
import io.github.jloss.NLLLoss;
import io.github.jloss.SoftTargetCrossEntropyLoss;
import io.github.jloss.SoftmaxFocalLoss;
import java.util.List;
import java.util.function.Function;

/** Losses of rows with one right class, or probabilities of classes. */
final class SoftmaxLosses {

    private static final OptionSpec MEAN = reduction("mean");
    private static final OptionSpec WEIGHT = new OptionSpec("weight", OptionType.VECTOR, null, "of each class");
    private static final OptionSpec IGNORE = new OptionSpec("ignore_index", OptionType.INTEGER, -100,
            "label of rows that do not count");
    private static final OptionSpec CLASS_LAST = flag("class_axis_last", false,
            "whether classes are the last axis instead of axis 1");

    static final List<LossSpec> ALL = List.of(
            softmax("cross_entropy", "CrossEntropyLoss", TargetKind.LABELS_OR_FLOATS, List.of(TaskKind.CLASSIFY),
                    "Cross entropy of a softmax: one right class out of many.",
                    o -> {
                        CrossEntropyLoss loss = new CrossEntropyLoss().withReduction(o.reduction())
                                .withWeight(o.tensor("weight"))
                                .withIgnoreIndex(o.integer("ignore_index"))
                                .withLabelSmoothing(o.number("label_smoothing"));
                        return o.flag("class_axis_last") ? loss.withClassAxisLast() : loss;
                    },
                    WEIGHT, IGNORE, number("label_smoothing", 0, "share of the target that all classes get, in [0, 1]"),
                    CLASS_LAST, MEAN),
            softmax("nll", "NLLLoss", TargetKind.LABELS, List.of(),
                    "Negative log likelihood: cross entropy of inputs that are log-probabilities already.",
                    o -> {
                        NLLLoss loss = new NLLLoss().withReduction(o.reduction()).withWeight(o.tensor("weight"))
                                .withIgnoreIndex(o.integer("ignore_index"));
                        return o.flag("class_axis_last") ? loss.withClassAxisLast() : loss;
                    },
                    WEIGHT, IGNORE, CLASS_LAST, MEAN),
            softmax("asymmetric_single_label", "AsymmetricLossSingleLabel", TargetKind.LABELS,
                    List.of(TaskKind.CLASSIFY),
                    "Cross entropy of a softmax that plays down what is predicted well: one right class, few examples.",
                    o -> new AsymmetricLossSingleLabel().withGammaPos(o.number("gamma_pos"))
                            .withGammaNeg(o.number("gamma_neg")).withEps(o.number("eps")).withReduction(o.reduction()),
                    number("gamma_pos", 1, "focusing exponent of the right class, at least 0"),
                    number("gamma_neg", 4, "focusing exponent of the others, at least 0"),
                    number("eps", 0.1, "label smoothing, in [0, 1]"), MEAN),
            softmax("soft_target_cross_entropy", "SoftTargetCrossEntropyLoss", TargetKind.FLOATS,
                    List.of(TaskKind.RECOGNISE),
                    "Cross entropy against probabilities, classes on the last axis: mixup, distillation.",
                    o -> new SoftTargetCrossEntropyLoss().withReduction(o.reduction()), MEAN),
            softmax("label_smoothing_cross_entropy", "LabelSmoothingCrossEntropyLoss", TargetKind.LABELS,
                    List.of(TaskKind.CLASSIFY),
                    "Cross entropy against labels that are not quite certain, classes on the last axis.",
                    o -> new LabelSmoothingCrossEntropyLoss().withSmoothing(o.number("smoothing"))
                            .withReduction(o.reduction()),
                    number("smoothing", 0.1, "share of the target that all classes get, in [0, 1]"), MEAN),
            softmax("softmax_focal", "SoftmaxFocalLoss", TargetKind.LABELS, List.of(TaskKind.CLASSIFY),
                    "Cross entropy that counts rows less the better they are predicted.",
                    o -> {
                        SoftmaxFocalLoss loss = new SoftmaxFocalLoss().withGamma(o.number("gamma"))
                                .withReduction(o.reduction())
                                .withWeight(o.tensor("weight"));
                        Integer ignored = o.integer("ignore_index");
                        if (ignored != null) loss = loss.withIgnoreIndex(ignored);
                        if (o.flag("normalized")) loss = loss.withNormalized();
                        Double threshold = o.numberOrNull("reduced_threshold");
                        if (threshold != null) loss = loss.withReducedThreshold(threshold);
                        return o.flag("class_axis_last") ? loss.withClassAxisLast() : loss;
                    },
                    number("gamma", 2, "focusing exponent, at least 0"), WEIGHT,
                    new OptionSpec("ignore_index", OptionType.INTEGER, null, "label of rows that do not count"),
                    CLASS_LAST,
                    flag("normalized", false, "whether losses are divided by the sum of the focusing factors"),
                    new OptionSpec("reduced_threshold", OptionType.NUMBER, null,
                            "probability up to which nothing is played down, in (0, 1)"),
                    number("eps", 1e-6, "read and ignored: the least sum of factors is always 1e-6"), MEAN));

    private SoftmaxLosses() {}

    private static LossSpec softmax(String id, String className, TargetKind target, List<TaskKind> tasks, String about,
            Function<Options, Criterion> factory, OptionSpec... options) {
        return new LossSpec(id, className, "softmax", about, Loss.INPUT, "target", target, tasks, List.of(options),
                factory);
    }
}
