// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** Everything a loss can be asked for, over the same data: what must be the same bits whoever computes it. */
record Outcome(double forward, double value, double partValue, float[] gradient, float[] added, float[] inPlace,
        float[] losses, float[] upstream) {

    private static final Backward PART = Backward.ADD.scale(-0.3).divisor(7);

    static Outcome of(Loss loss, Memory memory, float[] input, float[] target) {
        Tensor x = memory.copy(input);
        Tensor t = memory.copy(target);
        Tensor gradient = memory.copy(new float[input.length]);
        Tensor added = memory.copy(target);
        Tensor inPlace = memory.copy(input);
        double forward = loss.forward(x, t);
        double value = loss.forwardBackward(x, t, gradient);
        double partValue = loss.forwardBackward(x, t, added, PART);
        if (!(loss instanceof CombinedLoss)) loss.forwardBackward(inPlace, t, inPlace);
        Tensor losses = memory.copy(new float[input.length]);
        Tensor upstream = memory.copy(target);
        if (loss instanceof PointwiseLoss<?> elements) {
            elements.forward(x, t, losses);
            elements.backward(x, t, t, upstream, PART);
        }
        return new Outcome(forward, value, partValue, Memory.floats(gradient), Memory.floats(added),
                Memory.floats(inPlace), Memory.floats(losses), Memory.floats(upstream));
    }

    /** Fails if a single bit differs; one NaN is as good as another. */
    void requireSame(Outcome other, String what) {
        requireSame(forward, other.forward, what, "forward");
        requireSame(value, other.value, what, "forwardBackward");
        requireSame(partValue, other.partValue, what, "forwardBackward with a divisor");
        requireSame(gradient, other.gradient, what, "gradient");
        requireSame(added, other.added, what, "added gradient");
        requireSame(inPlace, other.inPlace, what, "gradient in place");
        requireSame(losses, other.losses, what, "losses");
        requireSame(upstream, other.upstream, what, "gradient with upstream");
    }

    static void requireSame(double a, double b, String what, String which) {
        assertEquals(Double.doubleToLongBits(a), Double.doubleToLongBits(b),
                () -> what + ": " + which + " is " + a + " and " + b);
    }

    static void requireSame(float[] a, float[] b, String what, String which) {
        assertEquals(a.length, b.length, what);
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToIntBits(a[i]) != Float.floatToIntBits(b[i])) {
                fail(what + ": " + which + "[" + i + "] is " + a[i] + " and " + b[i]);
            }
        }
    }
}
