// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** ArcFace with s = 64 and m = 0.5, as usually composed: normalise, one matrix product, the target's angle, softmax. */
final class LibtorchArcFace implements LibtorchLoss {

    private final Scalar scale = new Scalar(64f);
    private final Scalar margin = new Scalar(0.5f);
    private final ScalarOptional least = new ScalarOptional(new Scalar(-1 + 1e-7));
    private final ScalarOptional most = new ScalarOptional(new Scalar(1 - 1e-7));

    @Override
    public Tensor value(Tensor[] inputs, Tensor labels) {
        Tensor cosines = torch.linear(torch.normalize(inputs[0]), torch.normalize(inputs[1]));
        Tensor index = labels.unsqueeze(1);
        Tensor angle = cosines.gather(1, index).clamp(least, most).acos();
        Tensor logits = cosines.scatter(1, index, angle.add(margin).cos()).mul(scale);
        return torch.cross_entropy_loss(logits, labels);
    }
}
