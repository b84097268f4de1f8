// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** deep-ml's {@code ContrastiveLoss} with its defaults. */
final class LibtorchContrastive implements LibtorchLoss {

    private final Scalar margin = new Scalar(2f);
    private final Scalar zero = new Scalar(0f);
    private final Scalar one = new Scalar(1f);

    @Override
    public Tensor value(Tensor[] inputs, Tensor same) {
        Tensor d = torch.pairwise_distance(inputs[0], inputs[1]);
        Tensor apart = torch.rsub(d, margin).clamp_min(zero).square();
        return same.mul(d.square()).add(torch.rsub(same, one).mul(apart)).mean();
    }
}
