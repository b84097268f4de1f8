// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AngularPenaltySMLoss.Type;
import io.github.jloss.Reduction;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;

/** The margin softmax on the device is that of the CPU, within the rounding that {@link MarginTest} derives. */
class DeviceMarginProperties {

    private static final TornadoBackend DEVICE = new TornadoBackend();

    @Provide
    Arbitrary<AngularPenaltySMLoss> losses() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(Arbitraries.of(Type.class), Arbitraries.of(1.0, 3.0, 30.0, 64.0),
                Arbitraries.of(0.0, 0.35, 0.5, 1.0), Arbitraries.of(1e-7, 1e-3), flags, flags,
                Arbitraries.of(Reduction.MEAN, Reduction.SUM)).as((type, s, m, eps, normalize, monotone, reduction) ->
                AngularPenaltySMLoss.of(type).withS(s).withM(type == Type.SPHEREFACE ? Math.rint(1 + 3 * m) : m)
                        .withEps(eps).withNormalizeWeight(normalize).withMonotone(monotone && type != Type.COSFACE)
                        .withReduction(reduction));
    }

    /** Rows, features and classes. */
    @Provide
    Arbitrary<Tuple3<Integer, Integer, Integer>> sizes() {
        return Combinators.combine(Arbitraries.of(1, 2, 7, 64, 101, 257), Arbitraries.of(1, 3, 16, 31, 64, 129),
                Arbitraries.of(1, 2, 5, 64, 127, 300, 1031)).as(Tuple::of);
    }

    /** More cosines, or more rows, than threads in the largest grid. */
    @Provide
    Arbitrary<Tuple3<Integer, Integer, Integer>> largeSizes() {
        return Arbitraries.of(Tuple.of(67, 8, 4001), Tuple.of(20_011, 3, 14), Tuple.of(2, 2, 131_101));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpu(@ForAll("losses") AngularPenaltySMLoss loss, @ForAll("sizes") Tuple3<Integer, Integer, Integer>
            size, @ForAll long seed) {
        new MarginTest.Problem(new Random(seed), size.get1(), size.get2(), size.get3()).compare(loss, DEVICE);
    }

    @Property(tries = 2, shrinking = ShrinkingMode.OFF)
    void isThatOfTheCpuWhenLarge(@ForAll("losses") AngularPenaltySMLoss loss,
            @ForAll("largeSizes") Tuple3<Integer, Integer, Integer> size, @ForAll long seed) {
        new MarginTest.Problem(new Random(seed), size.get1(), size.get2(), size.get3()).compare(loss, DEVICE);
    }
}
