// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The value of a loss in libtorch, ready for {@code backward()}; constants are made once, not at each step. */
interface LibtorchLoss {

    /** The value of the loss. */
    Tensor value(Tensor[] inputs, Tensor target);

    /**
     * What of the target can be computed once, before what is measured.
     *
     * @param target as the data has it
     * @param input the first input
     * @return what {@link #value} takes for its target
     */
    default Tensor prepare(Tensor target, Tensor input) {
        return target;
    }

    /** A loss of one input. */
    @FunctionalInterface
    interface OfOne extends LibtorchLoss {

        Tensor value(Tensor x, Tensor y);

        @Override
        default Tensor value(Tensor[] inputs, Tensor target) {
            return value(inputs[0], target);
        }
    }

    private static LibtorchLoss of(OfOne loss) {
        return loss;
    }

    static LibtorchLoss of(String name) {
        return switch (name) {
            case "bce" -> of(torch::binary_cross_entropy_with_logits);
            case "weighted_bce" -> of(weightedBce());
            case "mse" -> of(torch::mse_loss);
            case "l1" -> of(torch::l1_loss);
            case "smooth_l1" -> of(torch::smooth_l1_loss);
            case "huber" -> of(torch::huber_loss);
            case "rmse" -> of(rmse());
            case "asymmetric_multi_label" -> new LibtorchAsymmetric();
            case "combined" -> of(combined());
            case "cross_entropy", "cross_entropy_pixels" -> of(torch::cross_entropy_loss);
            case "jaccard" -> LibtorchOverlap.jaccard();
            case "dice" -> LibtorchOverlap.dice();
            case "jaccard_multiclass" -> LibtorchOverlap.jaccardOfClasses();
            case "dice_multiclass" -> LibtorchOverlap.diceOfClasses();
            case "contrastive" -> new LibtorchContrastive();
            case "cosine_embedding" -> (inputs, y) -> torch.cosine_embedding_loss(inputs[0], inputs[1], y);
            case "triplet_margin" -> (inputs, none) -> torch.triplet_margin_loss(inputs[0], inputs[1], inputs[2]);
            case "arcface" -> new LibtorchArcFace();
            default -> throw new IllegalArgumentException("libtorch has no " + name);
        };
    }

    /** The stable form as libtorch does it in the fewest kernels: pos_weight w_p/w_n, the mean times w_n. */
    private static OfOne weightedBce() {
        Scalar negative = new Scalar((float) Subjects.W_N);
        TensorOptional weight = new TensorOptional();
        TensorOptional positive = new TensorOptional(Tensor.create((float) (Subjects.W_P / Subjects.W_N)));
        long mean = torch.Reduction.Mean.value;
        return (x, y) -> torch.binary_cross_entropy_with_logits(x, y, weight, positive, mean).mul(negative);
    }

    private static OfOne rmse() {
        Scalar eps = new Scalar(1e-6f);
        Scalar one = new Scalar(1);
        return (x, y) -> torch.mse_loss(x, y).add(eps, one).sqrt();
    }

    private static OfOne combined() {
        Scalar half = new Scalar(0.5f);
        return (x, y) -> torch.binary_cross_entropy_with_logits(x, y).mul(half).add(torch.mse_loss(x, y).mul(half));
    }
}
