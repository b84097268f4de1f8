// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong arguments of a call are refused before anything is written, by every loss and in words. */
class CallErrorsTest {

    private static final int N = 12;

    private final float[] poisoned = new float[N];
    private final float[] before = Numbers.wild(N, 9);
    private final Tensor x = Tensor.of(Numbers.inputs(N, 1), 3, 4);
    private final Tensor t = Tensor.of(Numbers.targets(N, 2), 3, 4);
    private final Tensor gradient = Tensor.of(poisoned, 3, 4);

    CallErrorsTest() {
        System.arraycopy(before, 0, poisoned, 0, N);
    }

    /** One of each class; the weighted ones for inputs of shape (3, 4). */
    static List<Loss> losses() {
        List<Loss> all = new ArrayList<>(List.of(new MSELoss(), new L1Loss(), new SmoothL1Loss(), new HuberLoss(),
                new BCEWithLogitsLoss(), new WeightedBCEWithLogitsLoss().withWN(2), new AsymmetricLossMultiLabel(),
                FocalLoss.binary(), FocalLoss.binary().withNormalized(),
                new BCEWithLogitsLoss().withWeight(Tensor.of(new float[4])), new RMSELoss()));
        all.add(CombinedLoss.of(1, new MSELoss(), 1, new RMSELoss()));
        return all;
    }

    private void refused(Class<? extends RuntimeException> kind, Executable call, String... expected) {
        String message = String.valueOf(assertThrows(kind, call).getMessage());
        for (String part : expected) assertTrue(message.contains(part), "\"" + message + "\" has no " + part);
        assertArrayEquals(before, poisoned, "something was written");
    }

    private void refused(Executable call, String... expected) {
        refused(IllegalArgumentException.class, call, expected);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shapesThatDiffer(Loss loss) {
        Totals totals = loss.totals(x, t);
        for (long[] shape : new long[][] {{4, 3}, {12}, {3, 4, 1}, {3, 2, 2}}) {
            Tensor other = Tensor.of(new float[N], shape);
            String found = "found shape " + Shapes.text(shape);
            refused(() -> loss.forward(x, other), "target: " + found, "expected (3, 4)", "input");
            refused(() -> loss.totals(x, other), "target: " + found, "(3, 4)");
            refused(() -> loss.forwardBackward(x, other, gradient), "target: " + found, "(3, 4)");
            refused(() -> loss.backward(x, other, totals, gradient, Backward.ADD), "target: " + found, "(3, 4)");
            refused(() -> loss.forwardBackward(x, t, gradient.reshape(shape)), "gradient: " + found, "(3, 4)");
            refused(() -> loss.backward(x, t, totals, gradient.reshape(shape), Backward.ADD), "gradient: " + found);
            if (loss instanceof PointwiseLoss<?> elements) {
                refused(() -> elements.forward(x, other, gradient), "target: " + found);
                refused(() -> elements.forward(x, t, gradient.reshape(shape)), "losses: " + found);
                refused(() -> elements.backward(x, t, other, gradient, Backward.ADD), "upstream: " + found);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void nothingThere(Loss loss) {
        Class<NullPointerException> npe = NullPointerException.class;
        Totals totals = loss.totals(x, t);
        refused(npe, () -> loss.forward(null, t), "input");
        refused(npe, () -> loss.forward(x, null), "target");
        refused(npe, () -> loss.totals(x, null), "target");
        refused(npe, () -> loss.forwardBackward(null, t, gradient), "input");
        refused(npe, () -> loss.forwardBackward(x, null, gradient), "target");
        refused(npe, () -> loss.forwardBackward(x, t, null), "gradient");
        refused(npe, () -> loss.forwardBackward(x, t, gradient, null), "how");
        refused(npe, () -> loss.backward(x, t, (Totals) null, gradient, Backward.ADD), "whole");
        refused(npe, () -> loss.backward(x, t, totals, gradient, null), "how");
        refused(npe, () -> loss.finish(null), "totals");
        if (loss instanceof PointwiseLoss<?> elements) {
            refused(npe, () -> elements.forward(x, t, null), "losses");
            refused(npe, () -> elements.backward(x, t, (Tensor) null, gradient, Backward.ADD), "upstream");
        }
    }

    /** Memory that is read at one place and written at another would be overwritten before it is read. */
    @ParameterizedTest
    @MethodSource("losses")
    void shiftedOverlap(Loss loss) {
        float[] array = Numbers.inputs(N + 1, 1);
        float[] copy = array.clone();
        MemorySegment segment = MemorySegment.ofArray(new byte[4 * N + 4]);
        MemorySegment whole = Arena.ofAuto().allocate(4 * N + 4);
        Tensor[][] pairs = {
            {Tensor.view(array, 0, 3, 4), Tensor.view(array, 1, 3, 4)},
            {Tensor.view(array, 1, 3, 4), Tensor.view(array, 0, 3, 4)},
            {Tensor.of(segment.asSlice(0, 4 * N), 3, 4), Tensor.of(segment.asSlice(4, 4 * N), 3, 4)},
            {Tensor.of(segment.asSlice(1, 4 * N), 3, 4), Tensor.of(segment.asSlice(3, 4 * N), 3, 4)},
            {Tensor.of(whole.asSlice(0, 4 * N), 3, 4), Tensor.of(whole.asSlice(4, 4 * N), 3, 4)}};
        for (Tensor[] pair : pairs) {
            overlapping(loss, pair[0], t, pair[1], "input");
            overlapping(loss, x, pair[0], pair[1], "target");
        }
        assertArrayEquals(copy, array);
    }

    private void overlapping(Loss loss, Tensor input, Tensor target, Tensor written, String other) {
        refused(() -> loss.forwardBackward(input, target, written), "gradient", other);
        refused(() -> loss.backward(input, target, loss.totals(input, target), written, Backward.ADD), "gradient",
                other);
        if (loss instanceof PointwiseLoss<?> elements) {
            refused(() -> elements.forward(input, target, written), "losses", other);
            refused(() -> elements.backward(input, target, x, written, Backward.ADD), "gradient", other);
            Tensor upstream = other.equals("input") ? input : target;
            refused(() -> elements.backward(x, t, upstream, written, Backward.ADD), "gradient", "upstream");
        }
    }

    /** The same array behind a tensor of floats and one of bytes: a read-only or an unaligned segment of it. */
    @ParameterizedTest
    @MethodSource("losses")
    void shiftedOverlapInDisguise(Loss loss) {
        float[] array = Numbers.inputs(N + 1, 1);
        float[] copy = array.clone();
        MemorySegment segment = MemorySegment.ofArray(array);
        Tensor written = Tensor.view(array, 1, 3, 4);
        for (MemorySegment s : List.of(segment.asReadOnly().asSlice(0, 4 * N), segment.asSlice(2, 4 * N))) {
            overlapping(loss, Tensor.of(s, 3, 4), t, written, "input");
        }
        assertArrayEquals(copy, array);
    }

    /** Neighbours are no overlap. */
    @ParameterizedTest
    @MethodSource("losses")
    void neighbours(Loss loss) {
        float[] array = Numbers.inputs(3 * N, 1);
        Tensor left = Tensor.view(array, 0, 3, 4);
        Tensor right = Tensor.view(array, 2 * N, 3, 4);
        float[] apart = new float[N];
        double value = loss.forwardBackward(left, right, Tensor.of(apart, 3, 4));
        Tensor middle = Tensor.view(array, N, 3, 4);
        assertEquals(value, loss.forwardBackward(left, right, middle));
        assertArrayEquals(apart, Arrays.copyOfRange(array, N, 2 * N));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void readOnly(Loss loss) {
        for (MemorySegment s : List.of(MemorySegment.ofArray(poisoned), Arena.ofAuto().allocate(4 * N))) {
            Tensor readOnly = Tensor.of(s.asReadOnly(), 3, 4);
            refused(() -> loss.forwardBackward(x, t, readOnly), "gradient", "read-only", "writable");
            refused(() -> loss.backward(x, t, loss.totals(x, t), readOnly, Backward.ADD), "gradient", "read-only");
            loss.forwardBackward(readOnly, t, Tensor.of(new float[N], 3, 4));
            if (loss instanceof PointwiseLoss<?> elements) {
                refused(() -> elements.forward(x, t, readOnly), "losses", "read-only");
                refused(() -> elements.backward(x, t, t, readOnly, Backward.ADD), "gradient", "read-only");
            }
        }
    }

    /** The second part of a combined loss still needs what the first one would overwrite. */
    @Test
    void combinedInPlace() {
        Loss loss = CombinedLoss.of(1, new MSELoss(), 1, new L1Loss());
        refused(() -> loss.forwardBackward(gradient, t, gradient), "gradient", "input");
        refused(() -> loss.forwardBackward(x, gradient, gradient), "gradient", "target");
        refused(() -> loss.backward(gradient, t, loss.totals(x, t), gradient, Backward.ADD), "gradient", "input");
        Tensor single = Tensor.of(Memory.floats(x), 3, 4);
        CombinedLoss.of(1, new MSELoss()).forwardBackward(single, t, single);
    }

    /** What is wrong for any part is found before the first part writes. */
    @Test
    void combinedChecksAllPartsFirst() {
        Loss loss = CombinedLoss.of(1, new MSELoss(), 1, weighted(new float[3], 3));
        refused(() -> loss.forwardBackward(x, t, gradient), "weight", "(3)", "(3, 4)");
    }

    /** So are factors that no float holds, and totals of another loss or of other classes. */
    @Test
    void combinedChecksWeightsAndTotalsOfAllPartsFirst() {
        Loss large = CombinedLoss.of(1, new MSELoss(), 1e39, new L1Loss());
        Totals totals = large.totals(x, t);
        refused(() -> large.forwardBackward(x, t, gradient), "weight", "1.0E39", "float");
        refused(() -> large.backward(x, t, totals, gradient, Backward.OVERWRITE), "weight", "1.0E39", "float");
        large.forwardBackward(x, t, Tensor.of(new float[N], 3, 4), Backward.ADD.scale(0.01));
        Loss sum = CombinedLoss.of(1, new MSELoss(), 1e20, new L1Loss());
        refused(() -> sum.forwardBackward(x, t, gradient, Backward.ADD.scale(1e20)), "1.0E20", "float");
        refused(() -> sum.forwardBackward(x, t, gradient, Backward.ADD.divisor(1e-20)), "1.0E20", "float");
        Loss nested = CombinedLoss.of(1, new MSELoss(), 1e20, CombinedLoss.of(1, new L1Loss(), 1e20, new RMSELoss()));
        refused(() -> nested.forwardBackward(x, t, gradient), "1.0E20", "float");

        Loss both = CombinedLoss.of(1, new MSELoss(), 1, DiceLoss.multilabel());
        Totals mse = new MSELoss().totals(x, t);
        Totals otherClasses = DiceLoss.multilabel().totals(x.reshape(4, 3), t.reshape(4, 3));
        for (Totals foreign : List.of(new L1Loss().totals(x, t), otherClasses)) {
            Totals whole = new Totals(both.toString(), new double[0], List.of(mse, foreign));
            refused(() -> both.backward(x, t, whole, gradient, Backward.OVERWRITE), "totals", "expected those of");
        }
        MultiTaskLoss heads = MultiTaskLoss.of("a", 1, new MSELoss()).plus("b", 1, DiceLoss.multilabel());
        Batch first = Batch.of(x, t, gradient);
        Batch second = Batch.of(x, t, Tensor.of(new float[N], 3, 4));
        for (Totals foreign : List.of(new L1Loss().totals(x, t), otherClasses)) {
            Totals whole = new Totals(heads.toString(), new double[0], List.of(mse, foreign));
            refused(() -> heads.backward(whole, Backward.OVERWRITE, first, second), "head b", "totals");
        }
        MultiTaskLoss far = MultiTaskLoss.of("a", 1, new MSELoss()).plus("b", -1e39, new MSELoss());
        refused(() -> far.forwardBackward(first, second), "-1.0E39", "float");
    }

    /** What one head writes, another one would read too late, or write over. */
    @Test
    void headsThatShareMemory() {
        MultiTaskLoss heads = MultiTaskLoss.of("a", 1, new MSELoss()).plus("b", 1, new L1Loss());
        Tensor own = Tensor.of(new float[N], 3, 4);
        Batch first = Batch.of(x, t, gradient);
        refused(() -> heads.forwardBackward(first, Batch.of(x, t, gradient)),
                "head a: gradient", "a gradient of head b");
        refused(() -> heads.forwardBackward(first, Batch.of(gradient, t, own)),
                "head a: gradient", "an input of head b");
        refused(() -> heads.forwardBackward(first, Batch.of(x, gradient, own)), "head a", "the target of head b");
        refused(() -> heads.forwardBackward(Batch.of(gradient, t, own), first),
                "head b: gradient", "an input of head a");
        Tensor part = Tensor.view(poisoned, 8, 1, 4);
        refused(() -> heads.forwardBackward(first, Batch.of(part, part, Tensor.of(new float[4], 1, 4))), "head a");
        Totals totals = heads.totals(first, first);
        refused(() -> heads.backward(totals, Backward.ADD, first, first), "head a");
        refused(() -> heads.requireValid(first, first), "head a");
        MultiTaskLoss pair = MultiTaskLoss.of("a", 1, new CosineEmbeddingLoss()).plus("b", 1, new MSELoss());
        Batch pairs = new Batch(List.of(x, t), Labels.of(1, 1, -1), Arrays.asList(null, gradient));
        refused(() -> pair.forwardBackward(pairs, first), "head a: gradient", "a gradient of head b");
        // What is only read may be shared, and a head may write over its own input.
        heads.forwardBackward(Batch.of(x, t, own), Batch.of(x, t, Tensor.of(new float[N], 3, 4)));
        Tensor copy = Tensor.of(Memory.floats(x), 3, 4);
        heads.forwardBackward(Batch.of(copy, t, copy), Batch.of(x, t, own));
    }

    private static BCEWithLogitsLoss weighted(float[] weight, long... shape) {
        return new BCEWithLogitsLoss().withWeight(Tensor.of(weight, shape));
    }

    @Test
    void weightsThatDoNotBroadcast() {
        for (long[] shape : new long[][] {{3}, {12}, {4, 1}, {1, 3, 4}, {2, 3, 4}, {0}, {3, 0}}) {
            Tensor wrong = Tensor.of(new float[(int) Shapes.size(shape)], shape);
            for (String name : List.of("weight", "posWeight")) {
                PointwiseLoss<?> loss = name.equals("weight") ? new BCEWithLogitsLoss().withWeight(wrong)
                        : new BCEWithLogitsLoss().withPosWeight(wrong);
                String[] message = {name, Shapes.text(shape), "(3, 4)"};
                refused(() -> loss.forward(x, t), message);
                refused(() -> loss.totals(x, t), message);
                refused(() -> loss.forwardBackward(x, t, gradient), message);
                refused(() -> loss.forward(x, t, gradient), message);
                refused(() -> loss.backward(x, t, t, gradient, Backward.ADD), message);
            }
        }
    }

    /** Weights of a class are read again for each row, and must not be overwritten by the first. */
    @Test
    void gradientOverWeights() {
        Tensor perClass = Tensor.view(poisoned, 0, 4);
        Tensor shifted = Tensor.view(poisoned, 0, 1, 4);
        for (Tensor weights : List.of(perClass, shifted)) {
            PointwiseLoss<?> weight = new BCEWithLogitsLoss().withWeight(weights);
            PointwiseLoss<?> posWeight = new BCEWithLogitsLoss().withPosWeight(weights);
            refused(() -> weight.forwardBackward(x, t, gradient), "gradient", "weight");
            refused(() -> posWeight.forwardBackward(x, t, gradient), "gradient", "posWeight");
            refused(() -> weight.forward(x, t, gradient), "losses", "weight");
            refused(() -> posWeight.backward(x, t, t, gradient, Backward.ADD), "gradient", "posWeight");
        }
    }

    @Test
    void lossesWithoutReduction() {
        for (PointwiseLoss<?> loss : ManyLosses.pointwise(N, Reduction.NONE)) {
            if (loss.reduction() != Reduction.NONE) continue;
            Tensor flatX = x.reshape(N);
            Tensor flatT = t.reshape(N);
            Tensor flat = gradient.reshape(N);
            Totals totals = loss.totals(flatX, flatT);
            Class<IllegalStateException> kind = IllegalStateException.class;
            String[] message = {loss.getClass().getSimpleName(), "NONE", "forward(input, target, losses)"};
            refused(kind, () -> loss.forward(flatX, flatT), message);
            refused(kind, () -> loss.forwardBackward(flatX, flatT, flat), message);
            refused(kind, () -> loss.finish(totals), message);
            refused(kind, () -> loss.backward(flatX, flatT, totals, flat, Backward.ADD), message);
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void totalsOfAnotherLoss(Loss loss) {
        for (Loss other : losses()) {
            if (other.equals(loss) || other.toString().equals(loss.toString())) continue;
            Totals wrong = other.totals(x, t);
            refused(() -> loss.finish(wrong), "totals", loss.toString(), other.toString());
            refused(() -> loss.backward(x, t, wrong, gradient, Backward.ADD), "totals", other.toString());
            refused(() -> loss.totals(x, t).merge(wrong), "totals", loss.toString(), other.toString());
        }
    }

    @Test
    void totalsOfOtherOptions() {
        Totals wrong = new HuberLoss().withDelta(2).totals(x, t);
        refused(() -> new HuberLoss().finish(wrong), "delta=2.0", "delta=1.0");
        refused(() -> new HuberLoss().withDelta(2).withReduction(Reduction.SUM).finish(wrong), "reduction=mean",
                "reduction=sum");
    }

    @Test
    void segmentThatIsGone() {
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(4 * N);
        }
        for (Loss loss : losses()) {
            refused(IllegalStateException.class,
                    () -> loss.forwardBackward(Tensor.of(gone, 3, 4), t, gradient), "closed");
        }
    }
}
