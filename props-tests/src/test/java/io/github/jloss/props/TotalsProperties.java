// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.props;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backward;
import io.github.jloss.CombinedLoss;
import io.github.jloss.Loss;
import io.github.jloss.RMSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import io.github.jloss.Totals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Pieces of a batch, wherever it was cut, add up to the whole: values, gradients, and over the wire. */
class TotalsProperties extends Problems {

    /** Some losses whose weights do not depend on the row. */
    private static Loss[] losses(Problem p) {
        Loss mean = p.loss(Reduction.MEAN);
        if (mean.toString().contains("eight=")) mean = new BCEWithLogitsLoss();
        return new Loss[] {mean, new RMSELoss(), new RMSELoss().withEps(0),
            CombinedLoss.of(0.5, mean, 2, new RMSELoss()).plus(-1, CombinedLoss.of(3, mean))};
    }

    @Property(tries = 200)
    void merge(@ForAll("problems") Problem p, @ForAll long seed) {
        Tensor x = p.input().reshape(p.size());
        Tensor t = p.target().reshape(p.size());
        for (Loss loss : losses(p)) {
            Totals whole = loss.totals(x, t);
            assertEquals(loss.forward(x, t), loss.finish(whole), "two phases are one");
            float[] expected = new float[p.size()];
            loss.forwardBackward(x, t, Tensor.of(expected));

            long[] cuts = cuts(p.size(), seed);
            Totals merged = loss.totals(x.slice(0, cuts[0]), t.slice(0, cuts[0]));
            for (int i = 1; i < cuts.length; i++) {
                merged = merged.merge(loss.totals(x.slice(cuts[i - 1], cuts[i]), t.slice(cuts[i - 1], cuts[i])));
            }
            assertClose(whole, merged);
            float[] gradient = new float[p.size()];
            for (int i = 0; i < cuts.length; i++) {
                long from = i == 0 ? 0 : cuts[i - 1];
                loss.backward(x.slice(from, cuts[i]), t.slice(from, cuts[i]), merged,
                        Tensor.of(gradient).slice(from, cuts[i]), Backward.OVERWRITE);
            }
            for (int i = 0; i < gradient.length; i++) {
                assertEquals(expected[i], gradient[i], 32 * Reference.ROUNDING * (0.5 + Math.abs(expected[i])));
            }
        }
    }

    /** Ends of the pieces; some are empty. */
    private static long[] cuts(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] cuts = random.longs(random.nextInt(1, 6), 0, n + 1L).sorted().toArray();
        cuts[cuts.length - 1] = n;
        return cuts;
    }

    /** Pieces are other blocks, whose up to 32 single-precision additions differ; the counts are exact. */
    private static void assertClose(Totals a, Totals b) {
        assertEquals(a.loss(), b.loss());
        assertEquals(a.sums().length, b.sums().length);
        for (int i = 0; i < a.sums().length; i++) {
            double tolerance = i == 1 ? 0 : 64 * Reference.ROUNDING * Math.abs(a.sums()[i]) + 300 * Reference.TINY;
            assertEquals(a.sums()[i], b.sums()[i], tolerance);
        }
        for (int i = 0; i < a.parts().size(); i++) assertClose(a.parts().get(i), b.parts().get(i));
    }

    /** Cut where the engine cuts, between blocks of 512, nothing but the order of double additions differs. */
    @Property(tries = 20)
    void mergeOfWholeBlocks(@ForAll("problems") Problem p, @ForAll long seed) {
        int n = 40 * 512 + 100;
        SplittableRandom random = new SplittableRandom(seed);
        float[] xs = new float[n];
        float[] ts = new float[n];
        for (int i = 0; i < n; i++) {
            xs[i] = (float) random.nextGaussian();
            ts[i] = target(random);
        }
        Tensor x = Tensor.of(xs);
        Tensor t = Tensor.of(ts);
        for (Loss loss : new Loss[] {losses(p)[0], new RMSELoss()}) {
            long cut = 512L * random.nextInt(41);
            Totals merged = loss.totals(x.slice(cut, n), t.slice(cut, n))
                    .merge(loss.totals(x.slice(0, cut), t.slice(0, cut)));
            double whole = loss.totals(x, t).sums()[0];
            assertEquals(whole, merged.sums()[0], 1e-14 * Math.abs(whole));
            assertEquals(n, merged.sums()[1]);
        }
    }

    @Property(tries = 100)
    void serialisation(@ForAll("problems") Problem p) throws IOException, ClassNotFoundException {
        for (Loss loss : losses(p)) {
            Totals totals = loss.totals(p.input(), p.target());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(totals);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                Totals back = (Totals) in.readObject();
                assertEquals(totals, back);
                assertEquals(totals.hashCode(), back.hashCode());
                assertEquals(loss.finish(totals), loss.finish(back));
                assertEquals(totals.merge(totals), back.merge(totals));
            }
        }
    }
}
