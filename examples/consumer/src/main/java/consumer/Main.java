// SPDX-License-Identifier: Apache-2.0
package consumer;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backend;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import java.util.Arrays;

/**
 * Computes three losses and their gradients, and compares them with numbers computed elsewhere with 40 digits.
 * Its argument is how the library is to work: simd or scalar.
 */
public final class Main {

    private static final float[] X = {-2, -0.5f, 0, 1.5f, 3};
    private static final float[] T = {0, 1, 0.25f, 1, 0};

    private Main() {}

    /** Runs it; ends with an exception if anything is not as it has to be. */
    public static void main(String[] args) {
        String engine = Backend.cpu().describe();
        System.out.println(engine);
        require(engine.contains(args[0].equals("simd") ? "SIMD" : "scalar"), "expected " + args[0]);

        Tensor gradient = Tensor.of(new float[5]);
        double bce = new BCEWithLogitsLoss().forwardBackward(Tensor.of(X), Tensor.of(T), gradient);
        compare("bce", bce, 1.0088305610679038, gradient, 0.023840584440442351, -0.12449186624037091, 0.05,
                -0.036485104761271268, 0.19051482536448664);

        Tensor scores = Tensor.of(new float[] {1, 2, 0.5f, -1, 0, 3}, 2, 3);
        Tensor rows = Tensor.of(new float[6], 2, 3);
        double ce = new CrossEntropyLoss().forwardBackward(scores, Labels.of(1, 0), rows);
        compare("cross entropy", ce, 2.2651263439326870, rows, 0.11561194881107453, -0.18573414039411877,
                0.070122191583044242, -0.49142608722723980, 0.023306311288986945, 0.46811977593825285);

        double quantile = new QuantileLoss(0.75f).forwardBackward(Tensor.of(X), Tensor.of(T), gradient);
        compare("quantile", quantile, (1.5 + 1.125 + 0.1875 + 0.125 + 0.75) / 5, gradient, -0.15, -0.15, -0.15, 0.05,
                0.05);
    }

    private static void compare(String loss, double value, double right, Tensor gradient, double... slopes) {
        float[] found = new float[slopes.length];
        for (int i = 0; i < found.length; i++) found[i] = gradient.get(i);
        System.out.println(loss + " " + value + " gradient " + Arrays.toString(found));
        require(Math.abs(value - right) < 1e-6 * right, loss + ": expected " + right);
        for (int i = 0; i < found.length; i++) {
            require(Math.abs(found[i] - slopes[i]) < 1e-7, loss + ": expected the gradient " + Arrays.toString(slopes));
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) throw new AssertionError(otherwise);
    }
}
