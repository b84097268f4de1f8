// SPDX-License-Identifier: Apache-2.0
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Loss;
import io.github.jloss.Tensor;

public class First {
    public static void main(String[] args) {
        Tensor logits = Tensor.of(new float[] {-2, 0.5f, 3, 0}, 2, 2);
        Tensor targets = Tensor.of(new float[] {0, 1, 1, 0}, 2, 2);
        Tensor gradient = Tensor.of(new float[4], 2, 2);

        Loss loss = new BCEWithLogitsLoss();
        double value = loss.forwardBackward(logits, targets, gradient);
        System.out.println(value + ", gradient " + gradient);
    }
}
