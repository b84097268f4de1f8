// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.Loss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import java.util.Arrays;
import java.util.function.Function;

/** A loss with options, what it ought to compute, and a batch to compute it of. */
record Problem(Function<Reduction, Loss> losses, Reference reference, long[] shape, float[] x, float[] t) {

    Loss loss(Reduction reduction) {
        return losses.apply(reduction);
    }

    int size() {
        return x.length;
    }

    Tensor tensor(float[] data) {
        return Tensor.of(data, shape);
    }

    Tensor input() {
        return tensor(x);
    }

    Tensor target() {
        return tensor(t);
    }

    /** The losses of the elements. */
    float[] values(Backend backend) {
        float[] values = new float[size()];
        loss(Reduction.NONE).on(backend).forward(input(), target(), tensor(values));
        return values;
    }

    /** The gradient of the reduced loss. */
    float[] gradient(Reduction reduction, Backend backend) {
        float[] gradient = new float[size()];
        loss(reduction).on(backend).forwardBackward(input(), target(), tensor(gradient));
        return gradient;
    }

    /** The gradient of the elements' losses, each with another upstream gradient. */
    float[] gradient(float[] upstream, Backend backend) {
        float[] gradient = new float[size()];
        loss(Reduction.NONE).on(backend).backward(input(), target(), tensor(upstream), tensor(gradient),
                Backward.OVERWRITE);
        return gradient;
    }

    /** What a reduction divides by. */
    double divisor(Reduction reduction) {
        return reduction == Reduction.MEAN ? size() : 1;
    }

    @Override
    public String toString() {
        return loss(Reduction.MEAN) + " of x = " + Arrays.toString(x) + ", t = " + Arrays.toString(t) + ", shape "
                + Arrays.toString(shape);
    }
}
