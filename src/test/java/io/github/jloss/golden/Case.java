// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.AsymmetricLossSingleLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Batch;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.FocalLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.LabelSmoothingCrossEntropyLoss;
import io.github.jloss.MSELoss;
import io.github.jloss.MeanBy;
import io.github.jloss.NLLLoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.RegionLoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.SoftJaccardLoss;
import io.github.jloss.SoftTargetCrossEntropyLoss;
import io.github.jloss.SoftmaxFocalLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.TripletMarginLoss;
import io.github.jloss.TverskyLoss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One golden case, as {@code cases.json} tells it. */
record Case(Map<String, Object> json) {

    /** Losses whose integer targets are numbers, not classes. */
    private static final Set<String> FLOAT_TARGETS = Set.of();

    /** Losses whose references take targets of another shape than the logits' for the same elements. */
    private static final Set<String> FLAT_TARGETS = Set.of("weighted_bce_with_logits");

    String id() {
        return (String) json.get("id");
    }

    String lossName() {
        return (String) json.get("loss");
    }

    /** The case's loss with the case's options. */
    Criterion criterion() throws IOException {
        return switch (lossName()) {
            case "mse" -> new MSELoss().withReduction(reduction()).withMeanBy(meanBy());
            case "l1" -> new L1Loss().withReduction(reduction());
            case "smooth_l1" -> new SmoothL1Loss().withBeta(number("beta")).withReduction(reduction());
            case "huber" -> new HuberLoss().withDelta(number("delta")).withReduction(reduction())
                    .withMeanBy(meanBy());
            case "rmse" -> new RMSELoss().withEps(number("eps"));
            case "bce_with_logits" -> new BCEWithLogitsLoss().withWeight(tensor("weight"))
                    .withPosWeight(tensor("pos_weight")).withReduction(reduction()).withMeanBy(meanBy());
            // The option epsilon belongs to the form as written; math_expected, judged here, is without.
            case "weighted_bce_with_logits" -> new WeightedBCEWithLogitsLoss().withWP(number("w_p"))
                    .withWN(number("w_n"));
            case "asymmetric_multi_label" -> new AsymmetricLossMultiLabel().withGammaNeg(number("gamma_neg"))
                    .withGammaPos(number("gamma_pos")).withClip(options().get("clip") == null ? 0 : number("clip"))
                    .withEps(number("eps"))
                    .withDisableGradFocal((boolean) options().get("disable_torch_grad_focal_loss"));
            case "angular_penalty" -> {
                AngularPenaltySMLoss loss = AngularPenaltySMLoss.of(AngularPenaltySMLoss.Type.valueOf(
                        ((String) options().get("loss_type")).toUpperCase(Locale.ROOT)));
                loss = options().get("s") == null ? loss : loss.withS(number("s"));
                loss = options().get("m") == null ? loss : loss.withM(number("m"));
                yield loss.withEps(number("eps")).withNormalizeWeight((boolean) options().get("normalize_weight"));
            }
            case "jaccard" -> (boolean) options().get("is_multiclass") ? JaccardLoss.multiclass()
                    : JaccardLoss.binary();
            case "dice" -> region(DiceLoss.binary(), DiceLoss.multiclass(), DiceLoss.multilabel());
            case "soft_jaccard" -> region(SoftJaccardLoss.binary(), SoftJaccardLoss.multiclass(),
                    SoftJaccardLoss.multilabel());
            case "tversky" -> region(TverskyLoss.binary(), TverskyLoss.multiclass(), TverskyLoss.multilabel())
                    .withAlpha(number("alpha")).withBeta(number("beta")).withGamma(number("gamma"));
            case "focal_tversky" -> region(TverskyLoss.binary(), TverskyLoss.multiclass(), TverskyLoss.multilabel())
                    .withAlpha(number("alpha")).withBeta(number("beta")).withGamma(number("gamma"))
                    .withGammaPerClass(true);
            case "cross_entropy" -> new CrossEntropyLoss().withReduction(reduction()).withWeight(tensor("weight"))
                    .withIgnoreIndex((long) number("ignore_index")).withLabelSmoothing(number("label_smoothing"))
                    .withMeanBy(meanBy());
            case "nll" -> new NLLLoss().withReduction(reduction()).withWeight(tensor("weight"))
                    .withIgnoreIndex((long) number("ignore_index"));
            case "asymmetric_single_label" -> new AsymmetricLossSingleLabel().withGammaPos(number("gamma_pos"))
                    .withGammaNeg(number("gamma_neg")).withEps(number("eps")).withReduction(reduction());
            case "soft_target_cross_entropy" -> new SoftTargetCrossEntropyLoss();
            case "label_smoothing_cross_entropy" ->
                new LabelSmoothingCrossEntropyLoss().withSmoothing(number("smoothing"));
            case "softmax_focal" -> {
                SoftmaxFocalLoss focal = new SoftmaxFocalLoss().withGamma(number("gamma")).withReduction(reduction());
                if ((boolean) options().get("normalized")) focal = focal.withNormalized();
                yield options().get("reduced_threshold") == null ? focal
                        : focal.withReducedThreshold(number("reduced_threshold"));
            }
            case "contrastive" ->
                new ContrastiveLoss().withMargin(number("margin")).withReduction(reduction()).withMeanBy(meanBy());
            case "cosine_embedding" ->
                new CosineEmbeddingLoss().withMargin(number("margin")).withReduction(reduction());
            case "triplet_margin" -> new TripletMarginLoss().withMargin(number("margin")).withP(number("p"))
                    .withEps(number("eps")).withSwap((boolean) options().get("swap")).withReduction(reduction());
            case "focal" -> {
                FocalLoss focal = options().get("mode").equals("binary") ? FocalLoss.binary() : FocalLoss.multiclass();
                focal = focal.withGamma(number("gamma")).withReduction(reduction());
                yield options().get("alpha") == null ? focal : focal.withAlpha(number("alpha"));
            }
            default -> throw new IllegalArgumentException("no such loss: " + lossName());
        };
    }

    /** One of three losses, by its mode, with the options that all of them have. */
    private <L extends RegionLoss<L>> L region(L binary, L multiclass, L multilabel) {
        L loss = switch ((String) options().get("mode")) {
            case "binary" -> binary;
            case "multiclass" -> multiclass;
            default -> multilabel;
        };
        loss = loss.withLogLoss(Boolean.TRUE.equals(options().get("log_loss")))
                .withFromLogits((boolean) options().get("from_logits"))
                .withSmooth(number("smooth")).withEps(number("eps"));
        if (options().get("ignore_index") != null) loss = loss.withIgnoreIndex((long) number("ignore_index"));
        if (options().get("class_weights") instanceof List<?> weights) {
            loss = loss.withClassWeights(weights.stream().mapToDouble(w -> (double) w).toArray());
        }
        return loss;
    }

    /** The case's inputs and target, by the names the loss has for its inputs, with room for every gradient. */
    Batch batch(Criterion criterion) throws IOException {
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        Map<String, Object> files = new LinkedHashMap<>(map("inputs"));
        for (String name : criterion.inputNames()) {
            Tensor input = Npy.read((String) files.remove(name)).tensor();
            inputs.add(input);
            gradients.add(Tensor.of(new float[(int) input.size()], input.shape()));
        }
        Target target = files.isEmpty() ? null
                : target(Npy.read((String) files.values().iterator().next()), inputs.get(0));
        return new Batch(inputs, target, gradients, tensor("sample_weight"));
    }

    /** Targets (N) of logits (N, 1) are meant element by element. */
    private Target target(Npy npy, Tensor input) {
        if (npy.isInteger() && !FLOAT_TARGETS.contains(lossName())) {
            return npy.labels();
        }
        boolean squeezed = npy.data().length == input.size() && FLAT_TARGETS.contains(lossName());
        return squeezed ? npy.tensor().reshape(input.shape()) : npy.tensor();
    }

    /** Where the right answers are: in math_expected wherever a case has one, as {@code compare.py --math} has it. */
    private Map<String, Object> expected() {
        return map(json.containsKey("math_expected") ? "math_expected" : "expected");
    }

    double[] expectedLoss() throws IOException {
        return Npy.read((String) expected().get("loss")).data();
    }

    @SuppressWarnings("unchecked")
    double[] expectedGradient(String input) throws IOException {
        return Npy.read((String) ((Map<String, Object>) expected().get("grads")).get(input)).data();
    }

    /** Whether nobody knows the right answer: the reference's is not finite, and there is no other. */
    boolean undefined() {
        return json.containsKey("reference_nonfinite") && !json.containsKey("math_expected");
    }

    double rtol() {
        return (double) json.get("rtol");
    }

    double lossTolerance() {
        return (double) json.get("atol");
    }

    double gradientTolerance(String input) {
        return (double) map("grad_atol").get(input);
    }

    Map<String, Object> options() {
        return map("options");
    }

    private Reduction reduction() {
        return Reduction.valueOf(((String) options().getOrDefault("reduction", "mean")).toUpperCase(Locale.ROOT));
    }

    private MeanBy meanBy() {
        return MeanBy.valueOf(((String) options().getOrDefault("mean_by", "weights")).toUpperCase(Locale.ROOT));
    }

    private double number(String option) {
        return (double) options().get(option);
    }

    private Tensor tensor(String option) throws IOException {
        String file = (String) options().get(option);
        return file == null ? null : Npy.read(file).tensor();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> map(String key) {
        return (Map<String, Object>) json.get(key);
    }

    @Override
    public String toString() {
        return id() + " " + options() + " " + json.get("note");
    }
}
