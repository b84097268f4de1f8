// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Totals travel, and merge only where that means something. */
class TotalsTest {

    private static final Tensor X = Tensor.of(Numbers.inputs(12, 1), 3, 4);
    private static final Tensor T = Tensor.of(Numbers.targets(12, 2), 3, 4);
    private static final Labels CLASSES = Labels.of(0, 3, 1);

    static List<Totals> all() {
        Totals bce = new BCEWithLogitsLoss().totals(X, T);
        Totals rows = new CrossEntropyLoss().withWeight(Tensor.of(new float[] {1, 2, 3, 4})).totals(X, CLASSES);
        return List.of(bce, rows, JaccardLoss.multilabel().totals(X, T),
                CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 2, CombinedLoss.of(1, new RMSELoss())).totals(X, T),
                new Totals("mine", new double[0], List.of(bce, rows)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void travelByJava(Totals totals) throws Exception {
        same(totals, Serial.copy(totals));
    }

    @ParameterizedTest
    @MethodSource("all")
    void travelByKryo4(Totals totals) {
        var kryo = new com.esotericsoftware.kryo.Kryo();
        var out = new com.esotericsoftware.kryo.io.Output(100, -1);
        kryo.writeClassAndObject(out, totals);
        same(totals, kryo.readClassAndObject(new com.esotericsoftware.kryo.io.Input(out.toBytes())));
    }

    @ParameterizedTest
    @MethodSource("all")
    void travelByKryo5(Totals totals) {
        var kryo = new com.esotericsoftware.kryo.kryo5.Kryo();
        for (Class<?> c : List.of(Totals.class, Totals[].class, double[].class)) kryo.register(c);
        var out = new com.esotericsoftware.kryo.kryo5.io.Output(100, -1);
        kryo.writeClassAndObject(out, totals);
        same(totals, kryo.readClassAndObject(new com.esotericsoftware.kryo.kryo5.io.Input(out.toBytes())));
    }

    private static void same(Totals expected, Object found) {
        assertEquals(expected, found);
        assertEquals(expected.hashCode(), found.hashCode());
        assertEquals(expected.toString(), found.toString());
        assertEquals(expected.parts(), ((Totals) found).parts());
        assertEquals(expected.merge(expected), ((Totals) found).merge(expected));
    }

    @Test
    void haveValues() {
        Totals totals = new MSELoss().totals(X, T);
        assertEquals(totals, new MSELoss().totals(X, T));
        assertNotEquals(totals, new MSELoss().totals(T, T));
        assertEquals("MSELoss[reduction=mean]", totals.loss());
        totals.sums()[0] = 7;
        assertEquals(totals, new MSELoss().totals(X, T));
        List<Totals> parts = new ArrayList<>(List.of(totals));
        double[] sums = {1};
        Totals mine = new Totals("mine", sums, parts);
        parts.clear();
        sums[0] = 2;
        assertEquals(new Totals("mine", new double[] {1}, List.of(totals)), mine);
        assertThrows(UnsupportedOperationException.class, () -> mine.parts().clear());
        assertArrayEquals(new double[] {2}, mine.merge(mine).sums());
        assertThrows(NullPointerException.class, () -> mine.merge(null));
        assertThrows(NullPointerException.class, () -> new Totals(null, new double[0], List.of()));
    }

    private static CrossEntropyLoss weighted(float... weight) {
        return new CrossEntropyLoss().withWeight(Tensor.of(weight));
    }

    private static BCEWithLogitsLoss positive(float... weight) {
        return new BCEWithLogitsLoss().withPosWeight(Tensor.of(weight));
    }

    private static BCEWithLogitsLoss weighing(float... weight) {
        return new BCEWithLogitsLoss().withWeight(Tensor.of(weight));
    }

    /** Losses that differ in an option, which a tensor of another shape or other numbers is. */
    static List<List<Loss>> different() {
        return List.of(List.of(positive(2), positive(10)), List.of(positive(2), positive(2, 2, 2, 2)),
                List.of(positive(2), weighing(2)), List.of(positive(0f), positive(-0f)),
                List.of(positive(1, 2, 3, 4), positive(2, 1, 3, 4)),
                List.of(new BCEWithLogitsLoss(), positive(1)), List.of(CombinedLoss.of(1, positive(2)),
                        CombinedLoss.of(1, positive(10))), List.of(new HuberLoss(),
                        new HuberLoss().withDelta(2)),
                List.of(CombinedLoss.of(1, new MSELoss()), CombinedLoss.of(2, new MSELoss())));
    }

    @ParameterizedTest
    @MethodSource("different")
    void ofOtherOptionsDoNotMerge(List<Loss> losses) {
        Loss one = losses.get(0);
        Loss other = losses.get(1);
        assertNotEquals(one, other);
        Totals totals = one.totals(X, T);
        Totals others = other.totals(X, T);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> totals.merge(others)).getMessage()
                .contains("expected those of"));
        assertThrows(IllegalArgumentException.class, () -> one.finish(others));
        float[] g = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
        float[] before = g.clone();
        assertThrows(IllegalArgumentException.class,
                () -> one.backward(X, T, others, Tensor.of(g, 3, 4), Backward.OVERWRITE));
        assertArrayEquals(before, g);
    }

    @Test
    void ofOtherClassWeightsDoNotMerge() {
        Totals totals = weighted(1, 2, 3, 4).totals(X, CLASSES);
        for (Loss other : List.of(weighted(1, 2, 3, 5), weighted(2, 1, 3, 4), new CrossEntropyLoss())) {
            Totals others = other.totals(X, CLASSES);
            assertThrows(IllegalArgumentException.class, () -> totals.merge(others));
        }
    }

    /** The same numbers are the same option, wherever they are. */
    @Test
    void ofTheSameNumbersMerge() {
        Loss one = positive(1, 2, 3, Float.NaN);
        for (Memory memory : Memory.values()) {
            Tensor weight = memory.copy(new float[] {1, 2, 3, Float.NaN});
            Loss other = new BCEWithLogitsLoss().withPosWeight(weight);
            assertEquals(one, other);
            assertEquals(one.hashCode(), other.hashCode());
            one.totals(X, T).merge(other.totals(X, T));
        }
        weighted(1, 2, 3, 4).totals(X, CLASSES).merge(weighted(1, 2, 3, 4).totals(X, CLASSES));
    }

    private static Totals pieces(Loss loss, Tensor x, Target t, long... cuts) {
        Totals merged = null;
        long from = 0;
        for (long to : cuts) {
            Target target = t instanceof Labels labels ? labels.slice(from, to) : ((Tensor) t).slice(from, to);
            Totals piece = loss.totals(x.slice(from, to), target);
            merged = merged == null ? piece : merged.merge(piece);
            from = to;
        }
        return merged;
    }

    /** What is documented for cuts at chunks, of one chunk each and of several. */
    @Test
    void piecesOfChunksAddUpBitForBit() {
        int chunk = 32_768;
        int n = 5 * chunk + 1234;
        Tensor x = Tensor.of(Numbers.inputs(n, 5));
        Tensor t = Tensor.of(Numbers.targets(n, 6));
        for (Loss loss : ManyLosses.reduced(n)) {
            if (loss instanceof ElementLoss && !loss.toString().contains("eight=")) {
                Totals whole = loss.totals(x, t);
                assertEquals(whole, pieces(loss, x, t, chunk, 2 * chunk, 3 * chunk, 4 * chunk, 5 * chunk, n));
                assertEquals(whole, pieces(loss, x, t, 3 * chunk, 4 * chunk, 5 * chunk, n));
                Totals other = pieces(loss, x, t, chunk, 3 * chunk, n);
                assertEquals(whole.sums()[0], other.sums()[0], 3 * 0x1p-52 * Math.abs(whole.sums()[0]), loss::toString);
            }
        }
    }

    /** Cut anywhere: sevens, as they come in micro-batches. */
    @ParameterizedTest
    @MethodSource("io.github.jloss.Calls#all")
    void piecesOfSevenAddUpClosely(Calls.Call call) {
        if (!(call.criterion() instanceof Loss loss) || loss instanceof AsymmetricLossSingleLabel) return;
        int n = 7 * 143;
        Tensor x = Tensor.of(Numbers.inputs(4 * n, 5), n, 4);
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) labels[i] = i * 5 % 4;
        Target t = call.batch().target() instanceof Labels ? Labels.of(labels)
                : Tensor.of(Numbers.targets(4 * n, 6), n, 4);
        long[] cuts = new long[143];
        for (int i = 0; i < cuts.length; i++) cuts[i] = 7 * (i + 1);
        close(loss.totals(x, t), pieces(loss, x, t, cuts));
    }

    private static void close(Totals whole, Totals merged) {
        for (int i = 0; i < whole.sums().length; i++) {
            double sum = whole.sums()[i];
            assertEquals(sum, merged.sums()[i], 0x1p-19 * Math.abs(sum), whole::toString);
        }
        for (int i = 0; i < whole.parts().size(); i++) close(whole.parts().get(i), merged.parts().get(i));
    }
}
