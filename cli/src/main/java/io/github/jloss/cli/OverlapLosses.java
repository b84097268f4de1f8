// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static io.github.jloss.cli.OptionSpec.flag;
import static io.github.jloss.cli.OptionSpec.number;

import io.github.jloss.Criterion;
import io.github.jloss.DiceLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.Loss;
import io.github.jloss.RegionLoss;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.TverskyLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Losses of how well regions cover each other. */
final class OverlapLosses {

    private static final OptionSpec FROM_LOGITS = flag("from_logits", true, "whether inputs are logits");
    private static final OptionSpec IGNORE = new OptionSpec("ignore_index", OptionType.INTEGER, null,
            "target of pixels that do not count");

    static final List<LossSpec> ALL = List.of(
            overlap("jaccard", "JaccardLoss",
                    "1 - intersection / union of everything in a batch: masks, together with BCE.",
                    OverlapLosses::jaccard,
                    flag("is_multiclass", false, "a softmax over classes instead of a sigmoid"),
                    flag("per_class", false, "an overlap for each class (multiclass)"),
                    flag("per_image", false, "an overlap for each image"),
                    new OptionSpec("empty", OptionType.oneOf("one", "smoothed", "skip"), "one",
                            "what a region costs whose target is empty"),
                    number("smooth", 1e-7, "added to the union, at least 0"), FROM_LOGITS, IGNORE),
            region("dice", "DiceLoss", "1 - 2 overlap / both areas, class by class: masks of rare things.",
                    o -> region(o, DiceLoss.binary(), DiceLoss.multiclass(), DiceLoss.multilabel())),
            region("soft_jaccard", "SoftJaccardLoss", "1 - intersection / union, class by class.",
                    o -> region(o, SoftJaccardLoss.binary(), SoftJaccardLoss.multiclass(),
                            SoftJaccardLoss.multilabel())),
            region("tversky", "TverskyLoss",
                    "Dice with weights of what is found wrongly and what is missed: masks where missing is worse.",
                    o -> region(o, TverskyLoss.binary(), TverskyLoss.multiclass(), TverskyLoss.multilabel())
                            .withAlpha(o.number("alpha")).withBeta(o.number("beta")).withGamma(o.number("gamma"))
                            .withGammaPerClass(o.flag("gamma_per_class")),
                    number("alpha", 0.5, "weight of what is found wrongly, at least 0"),
                    number("beta", 0.5, "weight of what is missed, at least 0"),
                    number("gamma", 1, "exponent of the loss, above 0"),
                    flag("gamma_per_class", false, "gamma as the power of each class (the paper), not of the mean")));

    private OverlapLosses() {}

    private static LossSpec overlap(String id, String className, String about, Function<Options, Criterion> factory,
            OptionSpec... options) {
        return new LossSpec(id, className, "overlap", about, Loss.INPUT, "target", TargetKind.LABELS_OR_FLOATS,
                List.of(TaskKind.SEGMENT), List.of(options), factory);
    }

    private static LossSpec region(String id, String className, String about, Function<Options, Criterion> factory,
            OptionSpec... own) {
        List<OptionSpec> options = new ArrayList<>(List.of(
                new OptionSpec("mode", OptionType.oneOf("binary", "multiclass", "multilabel"), "binary",
                        "what a pixel is asked"),
                number("smooth", 0, "added to overlap and area, at least 0"),
                number("eps", 1e-7, "least area, above 0"),
                flag("log_loss", false, "-log(score) instead of 1 - score"),
                flag("per_image", false, "the mean over images, not one sum over all"),
                new OptionSpec("classes", OptionType.INTEGERS, null, "the classes that count"),
                new OptionSpec("class_weights", OptionType.NUMBERS, null, "weights of the classes"),
                FROM_LOGITS, IGNORE));
        options.addAll(List.of(own));
        return overlap(id, className, about, factory, options.toArray(OptionSpec[]::new));
    }

    private static JaccardLoss jaccard(Options options) {
        JaccardLoss loss = (options.flag("is_multiclass") ? JaccardLoss.multiclass() : JaccardLoss.binary())
                .withPerClass(options.flag("per_class")).withPerImage(options.flag("per_image"))
                .withEmpty(JaccardLoss.Empty.valueOf(options.word("empty").toUpperCase(Locale.ROOT)))
                .withSmooth(options.number("smooth")).withFromLogits(options.flag("from_logits"));
        Integer ignored = options.integer("ignore_index");
        return ignored == null ? loss : loss.withIgnoreIndex(ignored);
    }

    private static <L extends RegionLoss<L>> L region(Options options, L binary, L multiclass, L multilabel) {
        L loss = switch (options.word("mode")) {
            case "binary" -> binary;
            case "multiclass" -> multiclass;
            default -> multilabel;
        };
        loss = loss.withSmooth(options.number("smooth")).withEps(options.number("eps"))
                .withLogLoss(options.flag("log_loss")).withPerImage(options.flag("per_image"))
                .withFromLogits(options.flag("from_logits"));
        Integer ignored = options.integer("ignore_index");
        if (ignored != null) loss = loss.withIgnoreIndex(ignored);
        int[] classes = options.integers("classes");
        if (classes != null) loss = loss.withClasses(classes);
        double[] weights = options.numbers("class_weights");
        return weights == null ? loss : loss.withClassWeights(weights);
    }
}
