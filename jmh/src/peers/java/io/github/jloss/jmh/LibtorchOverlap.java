// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Overlap losses as deep-ml and segmentation_models.pytorch compose them: activation, products, sums. Class masks are
 * given to it one-hot, made once.
 */
final class LibtorchOverlap implements LibtorchLoss {

    private static final Scalar EPS = new Scalar(1e-7f);
    private static final Scalar ONE = new Scalar(1f);
    private static final Scalar TWO = new Scalar(2f);

    private final UnaryOperator<Tensor> activation;
    private final boolean perClass;
    private final BinaryOperator<Tensor> score;

    /** The score is of the intersections and the sums of prediction and target. */
    private LibtorchOverlap(UnaryOperator<Tensor> activation, boolean perClass, BinaryOperator<Tensor> score) {
        this.activation = activation;
        this.perClass = perClass;
        this.score = score;
    }

    static LibtorchLoss jaccard() {
        return new LibtorchOverlap(Tensor::sigmoid, false, LibtorchOverlap::jaccard);
    }

    static LibtorchLoss dice() {
        return new LibtorchOverlap(Tensor::sigmoid, false, LibtorchOverlap::dice);
    }

    static LibtorchLoss jaccardOfClasses() {
        return new LibtorchOverlap(x -> x.softmax(1), false, LibtorchOverlap::jaccard);
    }

    static LibtorchLoss diceOfClasses() {
        return new LibtorchOverlap(x -> x.softmax(1), true, LibtorchOverlap::dice);
    }

    private static Tensor jaccard(Tensor intersection, Tensor sum) {
        return intersection.div(sum.sub(intersection).add(EPS));
    }

    private static Tensor dice(Tensor intersection, Tensor sum) {
        return intersection.mul(TWO).div(sum.clamp_min(EPS));
    }

    /** Classes one-hot along axis 1. */
    @Override
    public Tensor prepare(Tensor target, Tensor input) {
        return target.dim() == input.dim() ? target
                : torch.one_hot(target, input.size(1)).permute(0, 3, 1, 2).contiguous().to(torch.ScalarType.Float);
    }

    @Override
    public Tensor value(Tensor[] inputs, Tensor t) {
        Tensor p = activation.apply(inputs[0]);
        Tensor both = p.mul(t);
        // Two sums instead of one of p + t, which would be a tensor more.
        Tensor scores = perClass ? score.apply(both.sum(0, 2, 3), p.sum(0, 2, 3).add(t.sum(0, 2, 3)))
                : score.apply(both.sum(), p.sum().add(t.sum()));
        return torch.rsub(scores, ONE).mean();
    }
}
