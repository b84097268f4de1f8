// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static io.github.jloss.OptionType.FLAG;
import static io.github.jloss.OptionType.INTEGER;
import static io.github.jloss.OptionType.INTEGERS;
import static io.github.jloss.OptionType.MEAN_BY;
import static io.github.jloss.OptionType.NUMBER;
import static io.github.jloss.OptionType.NUMBERS;
import static io.github.jloss.OptionType.NUMBER_OR_NUMBERS;
import static io.github.jloss.OptionType.REDUCTION;
import static io.github.jloss.OptionType.TENSOR;
import static io.github.jloss.OptionType.VECTOR;

import io.github.jloss.AngularPenaltySMLoss.Type;
import io.github.jloss.LossEntry.Builder;
import io.github.jloss.OverlapOptions.Mode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@link Losses} has: to add a loss is to add an entry. Options are set in their order here. */
final class Catalogue {

    /** The distances that have a name. */
    private static final Map<String, Distance> DISTANCES = new LinkedHashMap<>();

    static {
        DISTANCES.put("euclidean", Distance.euclidean());
        DISTANCES.put("squared_euclidean", Distance.squaredEuclidean());
        DISTANCES.put("cosine", Distance.cosine());
        DISTANCES.put("manhattan", Distance.manhattan());
    }

    static final List<LossEntry> ALL = List.of(
            floats(entry("mse", new MSELoss(), "Squared error (x - t)^2: regression where large errors matter most.")),
            floats(entry("l1", new L1Loss(), "Absolute error |x - t|: regression that shrugs off outliers.")),
            floats(entry("smooth_l1", new SmoothL1Loss(),
                    "Absolute error with a parabola of curvature 1/beta around 0: box regression.")
                    .option("beta", NUMBER, "where the parabola becomes a line, at least 0", SmoothL1Loss::beta,
                            SmoothL1Loss::withBeta)),
            floats(entry("huber", new HuberLoss(), "Squared error up to delta, a line beyond: robust regression.")
                    .option("delta", NUMBER, "where the parabola becomes a line, above 0, or Infinity",
                            HuberLoss::delta, HuberLoss::withDelta)),
            entry("rmse", new RMSELoss(), "Root of the mean squared error, in the unit of the data.")
                    .option("eps", NUMBER, "added under the root, at least 0", RMSELoss::eps, RMSELoss::withEps)
                    .option("reduction", OptionType.of(Reduction.class, Reduction.MEAN, Reduction.SUM),
                            "whether the root is of the mean or of the sum", Criterion::reduction,
                            RMSELoss::withReduction)
                    .option("mean_by", MEAN_BY, "what a weighted mean divides by", ElementLoss::meanBy,
                            RMSELoss::withMeanBy)
                    .build("pointwise", "target", TargetKind.FLOATS),
            floats(entry("bce_with_logits", new BCEWithLogitsLoss(),
                    "Binary cross entropy of logits: yes-or-no questions, masks, many labels.")
                    .option("weight", TENSOR, "factor on each element's loss, broadcast to the input",
                            PointwiseLoss::a, BCEWithLogitsLoss::withWeight)
                    .option("pos_weight", TENSOR, "factor on its positive term, broadcast likewise",
                            PointwiseLoss::b, BCEWithLogitsLoss::withPosWeight)
                    .option("label_smoothing", NUMBER, "how far targets move towards 1/2, in [0, 1]",
                            BCEWithLogitsLoss::labelSmoothing, BCEWithLogitsLoss::withLabelSmoothing)
                    .option("ignore_index", INTEGER, "target that does not count", BCEWithLogitsLoss::ignoreIndex,
                            BCEWithLogitsLoss::withIgnoreIndex)),
            floats(entry("weighted_bce_with_logits", new WeightedBCEWithLogitsLoss(),
                    "Binary cross entropy of logits with a weight for each of the two classes.")
                    .option("w_p", NUMBER, "weight of positives, at least 0", WeightedBCEWithLogitsLoss::wP,
                            WeightedBCEWithLogitsLoss::withWP)
                    .option("w_n", NUMBER, "weight of negatives, at least 0", WeightedBCEWithLogitsLoss::wN,
                            WeightedBCEWithLogitsLoss::withWN)
                    .reads("epsilon", NUMBER, 0.0, "read and ignored: this stable form needs none", null)),
            floats(entry("asymmetric_multi_label", new AsymmetricLossMultiLabel(),
                    "Binary cross entropy of logits that plays down easy negatives: many labels, few true.")
                    .option("gamma_neg", NUMBER, "focusing exponent of negatives, at least 0",
                            AsymmetricLossMultiLabel::gammaNeg, AsymmetricLossMultiLabel::withGammaNeg)
                    .option("gamma_pos", NUMBER, "focusing exponent of positives, at least 0",
                            AsymmetricLossMultiLabel::gammaPos, AsymmetricLossMultiLabel::withGammaPos)
                    .option("clip", NUMBER, "shift of the negatives' probability, in [0, 1]; null for none",
                            AsymmetricLossMultiLabel::clip, AsymmetricLossMultiLabel::withClip)
                    .whenNull(0)
                    .option("eps", NUMBER, "least probability inside the logarithms, in [0, 1)",
                            AsymmetricLossMultiLabel::eps, AsymmetricLossMultiLabel::withEps)
                    .option("disable_torch_grad_focal_loss", FLAG,
                            "whether the gradient takes the focusing weight for a constant",
                            AsymmetricLossMultiLabel::disableGradFocal,
                            AsymmetricLossMultiLabel::withDisableGradFocal)),
            entry("focal", FocalLoss.binary(),
                    "Binary cross entropy of logits that plays down what is right already: detection, rare things.")
                    .option("mode", OptionType.words("binary", "multiclass"), "what an element is asked",
                            l -> l.isMulticlass() ? "multiclass" : "binary",
                            (_, mode) -> mode.equals("binary") ? FocalLoss.binary() : FocalLoss.multiclass())
                    .option("alpha", NUMBER_OR_NUMBERS, "weight of positives, in [0, 1], or one for each class",
                            FocalLoss::alpha,
                            (l, a) -> a instanceof Double one ? l.withAlpha(one) : l.withAlpha((double[]) a))
                    .option("gamma", NUMBER, "focusing exponent, at least 0", FocalLoss::gamma, FocalLoss::withGamma)
                    .option("ignore_index", INTEGER, "target that does not count", FocalLoss::ignoreIndex,
                            FocalLoss::withIgnoreIndex)
                    .option("reduced_threshold", NUMBER, "probability up to which nothing is played down, in (0, 1)",
                            FocalLoss::reducedThreshold, FocalLoss::withReducedThreshold)
                    .option("normalized", FLAG, "whether losses are divided by the sum of factors (binary)",
                            FocalLoss::isNormalized, (l, on) -> on ? l.withNormalized() : l)
                    .option("from_logits", FLAG, "whether inputs are logits, or probabilities", FocalLoss::fromLogits,
                            FocalLoss::withFromLogits)
                    .option("class_weights", NUMBERS, "weights of the classes, at least 0", FocalLoss::classWeights,
                            FocalLoss::withClassWeights)
                    .option("eps", NUMBER, "least probability inside the logarithms, in [1e-30, 1)", FocalLoss::eps,
                            FocalLoss::withEps)
                    .with(Catalogue::ofElements)
                    .build("pointwise", "target", TargetKind.LABELS_OR_FLOATS),

            softmax("cross_entropy", new CrossEntropyLoss(),
                    "Cross entropy of a softmax: one right class out of many.")
                    .option("label_smoothing", NUMBER, "share of the target that all classes get, in [0, 1]",
                            l -> l.options().formula().smoothing(), CrossEntropyLoss::withLabelSmoothing)
                    .build("softmax", "target", TargetKind.LABELS_OR_FLOATS),
            softmax("nll", new NLLLoss(),
                    "Negative log likelihood: cross entropy of inputs that are log-probabilities already.")
                    .build("softmax", "target", TargetKind.LABELS),
            softmax("asymmetric_single_label", new AsymmetricLossSingleLabel(),
                    "Cross entropy of a softmax that plays down what is predicted well: one right class, few examples.")
                    .option("gamma_pos", NUMBER, "focusing exponent of the right class, at least 0",
                            l -> l.options().formula().gamma(), AsymmetricLossSingleLabel::withGammaPos)
                    .option("gamma_neg", NUMBER, "focusing exponent of the others, at least 0",
                            l -> l.options().formula().gammaOthers(), AsymmetricLossSingleLabel::withGammaNeg)
                    .option("eps", NUMBER, "label smoothing, in [0, 1]", l -> l.options().formula().smoothing(),
                            AsymmetricLossSingleLabel::withEps)
                    .build("softmax", "target", TargetKind.LABELS),
            softmax("soft_target_cross_entropy", new SoftTargetCrossEntropyLoss(),
                    "Cross entropy against probabilities, classes on the last axis: mixup, distillation.")
                    .build("softmax", "target", TargetKind.FLOATS),
            softmax("label_smoothing_cross_entropy", new LabelSmoothingCrossEntropyLoss(),
                    "Cross entropy against labels that are not quite certain, classes on the last axis.")
                    .option("smoothing", NUMBER, "share of the target that all classes get, in [0, 1]",
                            l -> l.options().formula().smoothing(), LabelSmoothingCrossEntropyLoss::withSmoothing)
                    .build("softmax", "target", TargetKind.LABELS),
            softmax("softmax_focal", new SoftmaxFocalLoss(),
                    "Cross entropy that counts rows less the better they are predicted.")
                    .option("gamma", NUMBER, "focusing exponent, at least 0", l -> l.options().formula().gamma(),
                            SoftmaxFocalLoss::withGamma)
                    .option("reduced_threshold", NUMBER, "probability up to which nothing is played down, in (0, 1)",
                            l -> l.options().formula().threshold() == 0 ? null : l.options().formula().threshold(),
                            SoftmaxFocalLoss::withReducedThreshold)
                    .option("normalized", FLAG, "whether losses are divided by the sum of the focusing factors",
                            l -> l.options().normalized(), (l, on) -> on ? l.withNormalized() : l)
                    .reads("eps", NUMBER, 1e-6, "read and ignored: the least sum of factors is always 1e-6", null)
                    .build("softmax", "target", TargetKind.LABELS),

            overlap("jaccard", JaccardLoss.binary(), JaccardLoss.multiclass(), JaccardLoss.multilabel(),
                    "1 - intersection / union of everything in a batch: masks, together with BCE.")
                    .reads("is_multiclass", FLAG, false, "another way to say mode=multiclass",
                            (l, many) -> many ? JaccardLoss.multiclass() : l)
                    .option("per_class", FLAG, "an overlap for each class", l -> l.options().perClass(),
                            JaccardLoss::withPerClass)
                    .option("empty", OptionType.of(JaccardLoss.Empty.class),
                            "what a region costs whose target is empty", JaccardLoss::empty, JaccardLoss::withEmpty)
                    .with(Catalogue::ofOverlap)
                    .build("overlap", "target", TargetKind.LABELS_OR_FLOATS),
            region(overlap("dice", DiceLoss.binary(), DiceLoss.multiclass(), DiceLoss.multilabel(),
                    "1 - 2 overlap / both areas, class by class: masks of rare things.")),
            region(overlap("soft_jaccard", SoftJaccardLoss.binary(), SoftJaccardLoss.multiclass(),
                    SoftJaccardLoss.multilabel(), "1 - intersection / union, class by class.")),
            region(tversky("tversky", TverskyLoss.binary(), TverskyLoss.multiclass(), TverskyLoss.multilabel(),
                    "Dice with weights of what is found wrongly and what is missed: masks where missing is worse.")),
            region(tversky("focal_tversky", focal(TverskyLoss.binary()), focal(TverskyLoss.multiclass()),
                    focal(TverskyLoss.multilabel()),
                    "Tversky with a power for each class, of Abraham and Khan: small things among large ones.")),

            entry("contrastive", new ContrastiveLoss(),
                    "Squared distance of equal pairs, squared shortfall from a margin of others (label 1 and 0).")
                    .option("margin", NUMBER, "the distance beyond which unequal pairs cost nothing",
                            ContrastiveLoss::margin, ContrastiveLoss::withMargin)
                    .option("distance", OptionType.words(DISTANCES.keySet().toArray(String[]::new)),
                            "how far apart a pair is", Catalogue::nameOfDistance,
                            (l, name) -> l.withDistance(DISTANCES.get(name)))
                    .with(Catalogue::ofRows)
                    .build("pair", "label", TargetKind.ROWS),
            entry("cosine_embedding", new CosineEmbeddingLoss(),
                    "1 - cosine of equal pairs, cosine above a margin of others (target 1 and -1).")
                    .option("margin", NUMBER, "the cosine below which unequal pairs cost nothing",
                            CosineEmbeddingLoss::margin, CosineEmbeddingLoss::withMargin)
                    .with(Catalogue::ofRows)
                    .build("pair", "target", TargetKind.ROWS),
            entry("triplet_margin", new TripletMarginLoss(),
                    "How much nearer an equal one is to be than another one, and is not.")
                    .option("margin", NUMBER, "how much nearer", TripletMarginLoss::margin,
                            TripletMarginLoss::withMargin)
                    .option("p", NUMBER, "the norm of a difference, at least 1", TripletMarginLoss::p,
                            TripletMarginLoss::withP)
                    .option("eps", NUMBER, "added to each difference", TripletMarginLoss::eps,
                            TripletMarginLoss::withEps)
                    .option("swap", FLAG, "whether the positive may stand for the anchor where it is nearer",
                            TripletMarginLoss::swap, TripletMarginLoss::withSwap)
                    .with(Catalogue::ofRows)
                    .build("pair", null, TargetKind.NONE),
            entry("angular_penalty", AngularPenaltySMLoss.arcface(),
                    "Softmax of the angles to class centres, with a margin for the right one: faces, retrieval.")
                    .option("loss_type", OptionType.of(Type.class), "how the margin is put", l -> l.formula().type(),
                            (_, type) -> AngularPenaltySMLoss.of(type))
                    .option("s", NUMBER, "factor on cosines; null for the type's", l -> l.formula().s(),
                            AngularPenaltySMLoss::withS)
                    .option("m", NUMBER, "margin; null for the type's", l -> l.formula().m(),
                            AngularPenaltySMLoss::withM)
                    .option("eps", NUMBER, "how far cosines stay away from 1 and -1", l -> l.formula().eps(),
                            AngularPenaltySMLoss::withEps)
                    .option("normalize_weight", FLAG, "whether class centres are normalised",
                            l -> l.formula().normalizeWeight(), AngularPenaltySMLoss::withNormalizeWeight)
                    .option("monotone", FLAG, "whether a larger angle always costs more", l -> l.formula().monotone(),
                            AngularPenaltySMLoss::withMonotone)
                    .with(Catalogue::ofRows)
                    .build("margin", "target", TargetKind.LABELS));

    private static final String HOW_REDUCED = "how several losses become one number";
    private static final String HOW_MEAN = "what a weighted mean divides by";

    private Catalogue() {}

    private static <L extends Criterion> Builder<L> entry(String name, L preset, String about) {
        return new Builder<>(name, preset, about);
    }

    private static <L extends ElementLoss<L>> LossEntry floats(Builder<L> entry) {
        return entry.with(Catalogue::ofElements).build("pointwise", "target", TargetKind.FLOATS);
    }

    private static <L extends ElementLoss<L>> void ofElements(Builder<L> entry) {
        entry.option("reduction", REDUCTION, HOW_REDUCED, Criterion::reduction, (l, r) -> l.withReduction(r))
                .option("mean_by", MEAN_BY, HOW_MEAN, l -> l.meanBy(), (l, by) -> l.withMeanBy(by));
    }

    private static <F, L extends RowLoss<F, L>> void ofRows(Builder<L> entry) {
        entry.option("reduction", REDUCTION, HOW_REDUCED, Criterion::reduction, (l, r) -> l.withReduction(r))
                .option("mean_by", MEAN_BY, HOW_MEAN, l -> l.meanBy(), (l, by) -> l.withMeanBy(by));
    }

    private static <L extends SoftmaxLoss<L>> Builder<L> softmax(String name, L preset, String about) {
        Builder<L> entry = entry(name, preset, about);
        if (!preset.options().classLast()) {
            entry.option("class_axis_last", FLAG, "whether classes are the last axis instead of axis 1",
                    l -> l.options().classLast(), (l, last) -> last ? l.withClassAxisLast() : l);
        }
        return entry
                .option("weight", VECTOR, "of each class", l -> l.options().weight(), (l, w) -> l.withWeight(w))
                .option("ignore_index", INTEGER, "label of rows that do not count", l -> l.options().ignored(),
                        (l, label) -> l.withIgnoreIndex(label))
                .option("excluded_classes", INTEGERS, "classes that do not take part",
                        l -> l.options().excluded().length == 0 ? null : l.options().excluded(),
                        (l, classes) -> l.withExcludedClasses(classes))
                .option("empty_mean_zero", FLAG, "whether the mean over nothing is 0, not NaN",
                        l -> l.options().emptyIsZero(), (l, zero) -> zero ? l.withEmptyMeanZero() : l)
                .option("reduction", REDUCTION, HOW_REDUCED, Criterion::reduction, (l, r) -> l.withReduction(r))
                .option("mean_by", MEAN_BY, HOW_MEAN, l -> l.options().meanBy(), (l, by) -> l.withMeanBy(by));
    }

    private static <L extends OverlapLoss<L>> Builder<L> overlap(String name, L binary, L multiclass, L multilabel,
            String about) {
        return entry(name, binary, about)
                .option("mode", OptionType.of(Mode.class), "what a pixel is asked", l -> l.options().mode(),
                        (_, mode) -> switch (mode) {
                            case BINARY -> binary;
                            case MULTICLASS -> multiclass;
                            case MULTILABEL -> multilabel;
                        });
    }

    private static <L extends OverlapLoss<L>> void ofOverlap(Builder<L> entry) {
        entry.option("per_image", FLAG, "regions for each image, not over the batch", l -> l.options().perImage(),
                        (l, apart) -> l.withPerImage(apart))
                .option("smooth", NUMBER, "smooths the quotient, at least 0", l -> l.options().smooth(),
                        (l, smooth) -> l.withSmooth(smooth))
                .option("from_logits", FLAG, "whether inputs are logits, or probabilities",
                        l -> l.options().fromLogits(), (l, logits) -> l.withFromLogits(logits))
                .option("ignore_index", INTEGER, "target of pixels that do not count", l -> l.options().ignoreIndex(),
                        (l, label) -> l.withIgnoreIndex(label));
    }

    private static <L extends RegionLoss<L>> LossEntry region(Builder<L> entry) {
        return entry.with(Catalogue::ofOverlap)
                .option("eps", NUMBER, "least area, above 0", l -> l.regionOptions().eps(), (l, eps) -> l.withEps(eps))
                .option("log_loss", FLAG, "-log(score) instead of 1 - score", l -> l.regionOptions().logLoss(),
                        (l, on) -> l.withLogLoss(on))
                .option("classes", INTEGERS, "the classes that count", l -> l.regionOptions().classes(),
                        (l, classes) -> l.withClasses(classes))
                .option("class_weights", NUMBERS, "weights of the classes", l -> l.regionOptions().classWeights(),
                        (l, weights) -> l.withClassWeights(weights))
                .build("overlap", "target", TargetKind.LABELS_OR_FLOATS);
    }

    private static Builder<TverskyLoss> tversky(String name, TverskyLoss binary, TverskyLoss multiclass,
            TverskyLoss multilabel, String about) {
        return overlap(name, binary, multiclass, multilabel, about)
                .option("alpha", NUMBER, "weight of what is found wrongly, at least 0",
                        l -> l.regionOptions().alpha(), TverskyLoss::withAlpha)
                .option("beta", NUMBER, "weight of what is missed, at least 0", l -> l.regionOptions().beta(),
                        TverskyLoss::withBeta)
                .option("gamma", NUMBER, "exponent of the loss, above 0", l -> l.regionOptions().gamma(),
                        TverskyLoss::withGamma)
                .option("gamma_per_class", FLAG, "gamma as the power of each class, not of the mean",
                        l -> l.regionOptions().gammaPerClass(), TverskyLoss::withGammaPerClass);
    }

    private static TverskyLoss focal(TverskyLoss loss) {
        return loss.withAlpha(0.3).withBeta(0.7).withGamma(0.75).withGammaPerClass(true);
    }

    private static String nameOfDistance(ContrastiveLoss loss) {
        if (loss.transformsLabels()) {
            throw new IllegalArgumentException("labelTransform: found one, expected none: it has no name");
        }
        return DISTANCES.entrySet().stream().filter(d -> d.getValue().equals(loss.distance())).findFirst()
                .map(Map.Entry::getKey).orElseThrow(() -> new IllegalArgumentException("distance: found "
                        + loss.distance() + ", which has no name, expected one of "
                        + String.join(", ", DISTANCES.keySet())));
    }
}
