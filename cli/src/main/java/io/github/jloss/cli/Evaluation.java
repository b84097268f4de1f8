package io.github.jloss.cli;

import io.github.jloss.Backward;
import io.github.jloss.Loss;
import io.github.jloss.PointwiseLoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A loss evaluated on arrays.
 *
 * @param value the loss; without reduction, the sum over its elements
 * @param losses the loss of each element, or null where they were reduced
 * @param gradient of the value with respect to the input, or null where it was not wanted
 */
record Evaluation(double value, NpyArray losses, NpyArray gradient) {

    static Evaluation of(Loss loss, NpyArray input, NpyArray target, boolean wantGradient) {
        Tensor x = input.tensor();
        Tensor t = target.squeezedTo(input).tensor();
        NpyArray gradient = wantGradient ? like(input) : null;
        if (loss.reduction() != Reduction.NONE) {
            double value = wantGradient ? loss.forwardBackward(x, t, gradient.tensor()) : loss.forward(x, t);
            return new Evaluation(value, null, gradient);
        }
        PointwiseLoss elements = (PointwiseLoss) loss;
        NpyArray losses = like(input);
        elements.forward(x, t, losses.tensor());
        if (wantGradient) {
            NpyArray ones = like(input);
            Arrays.fill(ones.data(), 1);
            elements.backward(x, t, ones.tensor(), gradient.tensor(), Backward.OVERWRITE);
        }
        return new Evaluation(elements.totals(x, t).sums()[0], losses, gradient);
    }

    private static NpyArray like(NpyArray array) {
        return new NpyArray(array.shape(), new float[array.data().length]);
    }

    /** Writes the loss: a number, or one per element. */
    void writeLoss(Path file) {
        if (losses == null) {
            Npy.write(file, value);
        } else {
            Npy.write(file, losses);
        }
    }
}
