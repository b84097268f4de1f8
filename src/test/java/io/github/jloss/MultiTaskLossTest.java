// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums over heads, and the common form of losses, {@link Criterion} over {@link Batch}. */
class MultiTaskLossTest {

    private static final float[] X = {-1.5f, 0.3f, 2, -0.7f, 4, 0.1f};
    private static final float[] MASK = {0, 1, 1, 0, 0.5f, 1};
    private static final float[] Y = {0.4f, -3};
    private static final float[] T = {1, 2};

    private final MultiTaskLoss loss = MultiTaskLoss.of("mask", 0.25, new BCEWithLogitsLoss())
            .plus("depth", -2, new RMSELoss());

    private final float[] g = new float[6];
    private final float[] h = new float[2];

    private Batch mask() {
        return Batch.of(Tensor.of(X, 2, 3), Tensor.of(MASK, 2, 3), Tensor.of(g, 2, 3));
    }

    private Batch depth() {
        return Batch.of(Tensor.of(Y), Tensor.of(T), Tensor.of(h));
    }

    @Test
    void valueAndGradientsAreThoseOfTheHeads() {
        double bce = new BCEWithLogitsLoss().forward(Tensor.of(X), Tensor.of(MASK));
        double rmse = new RMSELoss().forward(Tensor.of(Y), Tensor.of(T));
        assertEquals(0.25 * bce - 2 * rmse, loss.forward(mask(), depth()));
        assertEquals(0.25 * bce - 2 * rmse, loss.forwardBackward(mask(), depth()));

        float[] expected = new float[6];
        new BCEWithLogitsLoss().forwardBackward(Tensor.of(X), Tensor.of(MASK), Tensor.of(expected),
                Backward.OVERWRITE.scale(0.25));
        assertArrayEquals(expected, g);
        float[] expectedDepth = new float[2];
        new RMSELoss().forwardBackward(Tensor.of(Y), Tensor.of(T), Tensor.of(expectedDepth),
                Backward.OVERWRITE.scale(-2));
        assertArrayEquals(expectedDepth, h);

        loss.forwardBackward(Backward.ADD.scale(3), mask(), depth());
        assertEquals(4.0 * expected[0], g[0], 1e-7);
        assertEquals(4.0 * expectedDepth[1], h[1], 1e-6);
    }

    @Test
    void totalsOfPiecesMergeToTheWhole() {
        double value = loss.forwardBackward(mask(), depth());
        float[] wholeG = g.clone();
        float[] wholeH = h.clone();
        Batch firstMask = Batch.of(Tensor.of(X, 2, 3).slice(0, 1), Tensor.of(MASK, 2, 3).slice(0, 1),
                Tensor.of(g, 2, 3).slice(0, 1));
        Batch secondMask = Batch.of(Tensor.of(X, 2, 3).slice(1, 2), Tensor.of(MASK, 2, 3).slice(1, 2),
                Tensor.of(g, 2, 3).slice(1, 2));
        Batch firstDepth = Batch.of(Tensor.of(Y).slice(0, 1), Tensor.of(T).slice(0, 1), Tensor.of(h).slice(0, 1));
        Batch secondDepth = Batch.of(Tensor.of(Y).slice(1, 2), Tensor.of(T).slice(1, 2), Tensor.of(h).slice(1, 2));
        Totals whole = loss.totals(firstMask, firstDepth).merge(loss.totals(secondMask, secondDepth));
        assertEquals(value, loss.finish(whole), 1e-12);
        Arrays.fill(g, 7);
        Arrays.fill(h, 7);
        loss.backward(whole, Backward.OVERWRITE, firstMask, firstDepth);
        loss.backward(whole, Backward.OVERWRITE, secondMask, secondDepth);
        assertArrayEquals(wholeG, g, 1e-7f);
        assertArrayEquals(wholeH, h, 1e-7f);
    }

    @Test
    void mistakesAreToldWithTheHeadsNameBeforeAnythingIsWritten() {
        Batch wrong = Batch.of(Tensor.of(Y), Tensor.of(T).reshape(2, 1), Tensor.of(h));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> loss.forwardBackward(mask(), wrong));
        assertTrue(e.getMessage().startsWith("head depth: target: found shape (2, 1)"), e.getMessage());
        assertArrayEquals(new float[6], g);
        assertThrows(IllegalArgumentException.class, () -> loss.forward(mask()));
        assertThrows(IllegalArgumentException.class, () -> loss.plus("mask", 1, new MSELoss()));
        assertThrows(IllegalArgumentException.class,
                () -> MultiTaskLoss.of("a", 1, new MSELoss().withReduction(Reduction.NONE)));
        assertThrows(IllegalArgumentException.class, () -> MultiTaskLoss.of("a", Double.NaN, new MSELoss()));
        assertThrows(IllegalArgumentException.class, () -> new BCEWithLogitsLoss().forward(
                new Batch(List.of(Tensor.of(X), Tensor.of(Y)), Tensor.of(MASK), List.of())));
        assertThrows(IllegalArgumentException.class, () -> new Batch(List.of(Tensor.of(X)), Tensor.of(MASK),
                List.of(Tensor.of(g), Tensor.of(g))));
    }

    @Test
    void labelsAreNoFloats() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new MSELoss().forward(Tensor.of(Y), Labels.of(1, 2)));
        assertTrue(e.getMessage().startsWith("target: found Labels(2)"), e.getMessage());
    }

    @Test
    void unreducedLossesGoThroughTheCommonForm() {
        PointwiseLoss<?> none = new MSELoss().withReduction(Reduction.NONE);
        assertArrayEquals(new long[] {2}, none.lossesShape(depth()));
        float[] losses = new float[2];
        none.losses(depth(), Tensor.of(losses));
        assertArrayEquals(new float[] {0.36f, 25}, losses, 1e-6f);
        none.backward(depth(), Tensor.of(new float[] {2, 1}), Backward.OVERWRITE);
        assertArrayEquals(new float[] {-2.4f, -10}, h, 1e-6f);
        assertThrows(IllegalStateException.class, () -> new RMSELoss().losses(depth(), Tensor.of(losses)));
        assertThrows(IllegalStateException.class,
                () -> new RMSELoss().backward(depth(), Tensor.of(losses), Backward.OVERWRITE));
    }

    @Test
    void hasValueSemantics() {
        MultiTaskLoss same = MultiTaskLoss.of("mask", 0.25, new BCEWithLogitsLoss()).plus("depth", -2, new RMSELoss());
        assertEquals(loss, same);
        assertEquals(loss.hashCode(), same.hashCode());
        assertNotEquals(loss, MultiTaskLoss.of("mask", 0.25, new BCEWithLogitsLoss()));
        assertNotEquals(loss, loss.on(Backend.cpu(1)));
        assertEquals("MultiTaskLoss[mask: 0.25 * BCEWithLogitsLoss[reduction=mean]"
                + " + depth: -2.0 * RMSELoss[eps=1.0E-6, reduction=mean]]",
                loss.toString());
    }
}
