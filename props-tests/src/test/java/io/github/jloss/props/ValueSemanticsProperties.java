// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.CombinedLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.Loss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.Tensor;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** Losses are values: equal if made alike, and they say what they are. Some are others in disguise. */
class ValueSemanticsProperties extends Problems {

    @Property(tries = 200)
    void equalIfMadeAlike(@ForAll("problems") Problem p, @ForAll Reduction reduction) {
        Loss loss = p.loss(reduction);
        Loss twin = p.loss(reduction);
        assertEquals(loss, twin);
        assertEquals(loss.hashCode(), twin.hashCode());
        assertEquals(loss.toString(), twin.toString());
        assertEquals(loss, loss.on(BEST));
        assertTrue(loss.toString().startsWith(loss.getClass().getSimpleName() + "["));
        assertTrue(loss.toString().endsWith("reduction=" + reduction.name().toLowerCase(Locale.ROOT) + "]"));
        for (Reduction other : Reduction.values()) {
            if (other != reduction) assertNotEquals(loss, p.loss(other));
        }
        assertNotEquals(loss, new RMSELoss());
    }

    @Property(tries = 100)
    void combined(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = -3, max = 3) double weight) {
        Loss loss = p.loss(Reduction.MEAN);
        CombinedLoss sum = CombinedLoss.of(weight, loss, 1, new RMSELoss());
        assertEquals(sum, CombinedLoss.of(weight, p.loss(Reduction.MEAN)).plus(1, new RMSELoss()));
        assertEquals(sum.hashCode(), CombinedLoss.of(weight, loss, 1, new RMSELoss()).hashCode());
        assertNotEquals(sum, CombinedLoss.of(weight + 1, loss, 1, new RMSELoss()));
        assertTrue(sum.toString().contains(weight + " * " + loss));
    }

    @Property(tries = 100)
    void optionsTellLossesApart(@ForAll @DoubleRange(min = 0.01, max = 100) double a,
            @ForAll @DoubleRange(min = 0.01, max = 100) double b) {
        boolean same = (float) a == (float) b;
        assertEquals(same, new HuberLoss().withDelta(a).withReduction(Reduction.SUM).equals(new HuberLoss().withDelta(b)
                .withReduction(Reduction.SUM)));
        assertEquals(same, new HuberLoss().withDelta(a).withReduction(Reduction.SUM).toString().equals(
                new HuberLoss().withDelta(b).withReduction(Reduction.SUM).toString()));
        assertEquals(a == b, new RMSELoss().withEps(a).equals(new RMSELoss().withEps(b)));
        assertNotEquals(new HuberLoss().withDelta(a).withReduction(Reduction.SUM), new SmoothL1Loss().withBeta(a)
                .withReduction(Reduction.SUM));
    }

    /** Huber's loss is delta times the smooth one. */
    @Property(tries = 100)
    void huberIsSmoothL1(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = 0.01, max = 10) double delta) {
        double d = (float) delta;
        double huber = new HuberLoss().withDelta(d).withReduction(Reduction.SUM).forward(p.input(), p.target());
        double smooth = new SmoothL1Loss().withBeta(d).withReduction(Reduction.SUM).forward(p.input(), p.target());
        assertEquals(huber, d * smooth, 32 * Reference.ROUNDING * huber + 300 * Reference.TINY);
    }

    /** A loss of each class's weight is one of weights that say so. */
    @Property(tries = 100)
    void mirrored(@ForAll("problems") Problem p, @ForAll @DoubleRange(min = 0, max = 10) double positive,
            @ForAll @DoubleRange(min = 0, max = 10) double negative) {
        float[] x = p.x().clone();
        float[] t = new float[p.size()];
        float[] mirrored = new float[p.size()];
        for (int i = 0; i < t.length; i++) {
            t[i] = i % 2;
            mirrored[i] = 1 - i % 2;
            x[i] = -x[i];
        }
        Tensor targets = p.tensor(t);
        double value = new WeightedBCEWithLogitsLoss().withWP(positive).withWN(negative).withReduction(Reduction.SUM)
                .forward(p.input(), targets);
        double mirror = new WeightedBCEWithLogitsLoss().withWP(negative).withWN(positive).withReduction(Reduction.SUM)
                .forward(p.tensor(x), p.tensor(mirrored));
        assertEquals(value, mirror, 0, "the other class, the other sign");
    }
}
