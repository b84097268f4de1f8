// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** timm's {@code AsymmetricLossMultiLabel} with its defaults, operation by operation, in-place where timm is. */
final class LibtorchAsymmetric implements LibtorchLoss.OfOne {

    private final Scalar one = new Scalar(1f);
    private final Scalar clip = new Scalar(0.05f);
    private final Scalar eps = new Scalar(1e-8f);
    private final Scalar gammaPos = new Scalar(1f);
    private final Scalar gammaNeg = new Scalar(4f);

    @Override
    public Tensor value(Tensor x, Tensor y) {
        Tensor positive = x.sigmoid();
        Tensor negative = torch.rsub(positive, one).add(clip).clamp_max(one);
        Tensor notY = torch.rsub(y, one);
        Tensor loss = y.mul(positive.clamp_min(eps).log()).add(notY.mul(negative.clamp_min(eps).log()));
        Tensor pt = positive.mul(y).add(negative.mul(notY));
        Tensor gamma = y.mul(gammaPos).add(notY.mul(gammaNeg));
        Tensor focus = torch.rsub(pt, one).pow(gamma);
        return loss.mul_(focus).sum().neg();
    }
}
