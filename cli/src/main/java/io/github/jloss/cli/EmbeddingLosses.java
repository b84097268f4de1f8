// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import static io.github.jloss.cli.OptionSpec.flag;
import static io.github.jloss.cli.OptionSpec.number;
import static io.github.jloss.cli.OptionSpec.reduction;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.TripletMarginLoss;
import java.util.List;
import java.util.Locale;

/** Losses of points that are to lie near each other or apart: of pairs, triplets, and angles to classes. */
final class EmbeddingLosses {

    private static final OptionSpec MEAN = reduction("mean");
    private static final List<TaskKind> EMBED = List.of(TaskKind.EMBED);

    static final List<LossSpec> ALL = List.of(
            new LossSpec("contrastive", "ContrastiveLoss", "pair",
                    "Squared distance of equal pairs, squared shortfall from a margin of others (label 1 and 0).",
                    List.of("x1", "x2"), "label", TargetKind.ROWS, EMBED,
                    List.of(number("margin", 2, "the distance beyond which unequal pairs cost nothing"), MEAN),
                    o -> new ContrastiveLoss().withMargin(o.number("margin")).withReduction(o.reduction())),
            new LossSpec("cosine_embedding", "CosineEmbeddingLoss", "pair",
                    "1 - cosine of equal pairs, cosine above a margin of others (target 1 and -1).",
                    List.of("x1", "x2"), "target", TargetKind.ROWS, EMBED,
                    List.of(number("margin", 0, "the cosine below which unequal pairs cost nothing"), MEAN),
                    o -> new CosineEmbeddingLoss().withMargin(o.number("margin")).withReduction(o.reduction())),
            new LossSpec("triplet_margin", "TripletMarginLoss", "pair",
                    "How much nearer an equal one is to be than another one, and is not.",
                    List.of("anchor", "positive", "negative"), null, TargetKind.NONE, EMBED,
                    List.of(number("margin", 1, "how much nearer"),
                            number("p", 2, "the norm of a difference, at least 1"),
                            number("eps", 1e-6, "added to each difference"),
                            flag("swap", false, "whether the positive may stand for the anchor where it is nearer"),
                            MEAN),
                    o -> new TripletMarginLoss().withMargin(o.number("margin")).withP(o.number("p"))
                            .withEps(o.number("eps")).withSwap(o.flag("swap")).withReduction(o.reduction())),
            new LossSpec("angular_penalty", "AngularPenaltySMLoss", "margin",
                    "Softmax of the angles to class centres, with a margin for the right one: faces, retrieval.",
                    List.of("input", "weight"), "target", TargetKind.LABELS, EMBED,
                    List.of(new OptionSpec("loss_type", OptionType.oneOf("arcface", "sphereface", "cosface"),
                                    "arcface", "how the margin is put"),
                            new OptionSpec("s", OptionType.NUMBER, null, "factor on cosines, or null for the type's"),
                            new OptionSpec("m", OptionType.NUMBER, null, "margin, or null for the type's"),
                            number("eps", 1e-7, "how far cosines stay away from 1 and -1"),
                            flag("normalize_weight", true, "whether class centres are normalised"),
                            flag("monotone", false, "whether a larger angle always costs more"), MEAN),
                    EmbeddingLosses::angularPenalty));

    private EmbeddingLosses() {}

    private static AngularPenaltySMLoss angularPenalty(Options o) {
        AngularPenaltySMLoss loss = AngularPenaltySMLoss.of(
                AngularPenaltySMLoss.Type.valueOf(o.word("loss_type").toUpperCase(Locale.ROOT)));
        Double s = o.numberOrNull("s");
        Double m = o.numberOrNull("m");
        loss = s == null ? loss : loss.withS(s);
        loss = m == null ? loss : loss.withM(m);
        return loss.withEps(o.number("eps")).withNormalizeWeight(o.flag("normalize_weight"))
                .withMonotone(o.flag("monotone")).withReduction(o.reduction());
    }
}
