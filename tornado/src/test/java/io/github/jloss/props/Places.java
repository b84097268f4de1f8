// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.jloss.Backend;
import io.github.jloss.Tensor;
import io.github.jloss.tornado.DeviceTensor;
import io.github.jloss.tornado.TornadoBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/** Where the tensors of a call on the device are: there or here, as chance has it. */
final class Places implements AutoCloseable {

    /** One for all properties: what a call leaves in the device's memory, the next one of any size finds there. */
    static final TornadoBackend DEVICE = (TornadoBackend) Backend.named("tornado");

    /** Half an ulp of 1: what one operation rounds. */
    static final double ROUNDING = 0x1p-24;

    private final SplittableRandom random;
    private final List<DeviceTensor> held = new ArrayList<>();

    Places(SplittableRandom random) {
        this.random = random;
    }

    /** A copy of an array. */
    Tensor of(float[] data, long... shape) {
        Tensor here = Tensor.of(data.clone(), shape);
        if (random.nextInt(3) > 0) return here;
        DeviceTensor there = DEVICE.upload(here);
        held.add(there);
        return there.tensor();
    }

    /** What a tensor holds. */
    static float[] floats(Tensor tensor) {
        if (tensor.device() == null) return (float[]) tensor.storage();
        float[] floats = new float[(int) tensor.size()];
        tensor.device().read(tensor.offset(), floats, 0, floats.length);
        return floats;
    }

    @Override
    public void close() {
        held.forEach(DeviceTensor::close);
    }

    /** What an output holds before: numbers to add to, or NaN to be written over. */
    static float[] before(int n, boolean add, SplittableRandom random) {
        float[] before = new float[n];
        for (int i = 0; i < n; i++) before[i] = add ? (float) random.nextGaussian() : Float.NaN;
        return before;
    }

    static float[] gaussian(int n, SplittableRandom random) {
        return before(n, true, random);
    }

    /** The larger of two; NaN and infinities are no size of anything. */
    static double larger(double most, double x) {
        return Double.isFinite(x) && Math.abs(x) > most ? Math.abs(x) : most;
    }

    static void near(String what, double expected, double found, double tolerance) {
        if (!isNear(expected, found, tolerance)) {
            fail(what + ": found " + found + ", expected " + expected + " within " + tolerance);
        }
    }

    private static boolean isNear(double expected, double found, double tolerance) {
        return Double.compare(expected, found) == 0 || Math.abs(expected - found) <= tolerance;
    }

    /**
     * Compares gradients, or losses: each within its tolerance and, where it was added to something, the rounding of
     * that.
     *
     * @param before what there was, or NaN
     */
    static void near(String what, float[] expected, Tensor found, float[] before, IntToDoubleFunction tolerance) {
        float[] floats = floats(found);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] == floats[i]) continue;
            double sum = Float.isNaN(before[i]) ? 0 : Math.max(Math.abs(before[i]), Math.abs(expected[i]));
            // Products of subnormal numbers lose digits.
            double within = tolerance.applyAsDouble(i) + 4 * ROUNDING * sum + Float.MIN_NORMAL;
            if (!isNear(expected[i], floats[i], within)) near(what + " at " + i, expected[i], floats[i], within);
        }
    }

    static float[] filled(int n, float with) {
        float[] floats = new float[n];
        Arrays.fill(floats, with);
        return floats;
    }
}
