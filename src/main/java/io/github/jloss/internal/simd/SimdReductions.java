// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.Reductions;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reductions on vectors. */
public final class SimdReductions implements Reductions {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int WIDTH = SPECIES.length();
    // Where in two vectors each element comes from: one instruction, where rearrange(shuffle, vector) takes three.
    private static final FloatVector ZIP_LOW = places(i -> i / 2 + i % 2 * WIDTH);
    private static final FloatVector ZIP_HIGH = places(i -> WIDTH / 2 + i / 2 + i % 2 * WIDTH);
    private static final FloatVector EVEN = places(i -> 2 * i);
    private static final FloatVector ODD = places(i -> 2 * i + 1);

    /** The only one. */
    public static final SimdReductions INSTANCE = new SimdReductions();

    private SimdReductions() {}

    private static FloatVector places(IntUnaryOperator place) {
        float[] places = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            places[i] = place.applyAsInt(i);
        }
        return FloatVector.fromArray(SPECIES, places, 0);
    }

    /** Compared and chosen, not {@code FloatVector.max}, which takes six instructions to order zeros and NaNs. */
    @Override
    public float max(float[] array, int from, int n) {
        FloatVector least = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector first = least;
        FloatVector second = least;
        int i = 0;
        for (; i <= n - 2 * WIDTH; i += 2 * WIDTH) {
            FloatVector a = FloatVector.fromArray(SPECIES, array, from + i);
            FloatVector b = FloatVector.fromArray(SPECIES, array, from + i + WIDTH);
            first = first.blend(a, first.lt(a));
            second = second.blend(b, second.lt(b));
        }
        for (; i < n; i += WIDTH) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, n);
            FloatVector a = least.blend(FloatVector.fromArray(SPECIES, array, from + i, inside), inside);
            first = first.blend(a, first.lt(a));
        }
        first = first.blend(second, first.lt(second));
        return first.reduceLanes(VectorOperators.MAX) + 0f;
    }

    @Override
    public boolean areZerosAndOnes(float[] array, int from, int n) {
        int whole = SPECIES.loopBound(n);
        IntVector others = IntVector.zero(INTS);
        for (int i = 0; i < whole; i += WIDTH) {
            others = others.or(besidesZeroAndOne(FloatVector.fromArray(SPECIES, array, from + i)));
        }
        return others.reduceLanes(VectorOperators.OR) == 0
                && Reductions.super.areZerosAndOnes(array, from + whole, n - whole);
    }

    @Override
    public boolean areZerosAndOnes(MemorySegment segment, long bytes, int n) {
        int whole = SPECIES.loopBound(n);
        IntVector others = IntVector.zero(INTS);
        for (int i = 0; i < whole; i += WIDTH) {
            others = others.or(besidesZeroAndOne(FloatVector.fromMemorySegment(SPECIES, segment,
                    bytes + (long) i * Float.BYTES, ByteOrder.nativeOrder())));
        }
        return others.reduceLanes(VectorOperators.OR) == 0
                && Reductions.super.areZerosAndOnes(segment, bytes + (long) whole * Float.BYTES, n - whole);
    }

    private static IntVector besidesZeroAndOne(FloatVector numbers) {
        IntVector bits = numbers.reinterpretAsInts();
        return bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHL, 8)
                .lanewise(VectorOperators.ASHR, 31).and(Float.floatToRawIntBits(1)));
    }

    @Override
    public void zip(float[] in, int from, int half, float[] out, int to, int stride) {
        if (half < WIDTH) {
            Reductions.super.zip(in, from, half, out, to, stride);
            return;
        }
        for (int i = 0; i < half; i += WIDTH) {
            // The last vectors may overlap those before.
            int at = Math.min(i, half - WIDTH);
            FloatVector a = FloatVector.fromArray(SPECIES, in, from + at);
            FloatVector b = FloatVector.fromArray(SPECIES, in, from + half + at);
            ZIP_LOW.selectFrom(a, b).intoArray(out, to + place(2 * at, stride));
            ZIP_HIGH.selectFrom(a, b).intoArray(out, to + place(2 * at + WIDTH, stride));
        }
    }

    @Override
    public void unzip(float[] in, int from, int stride, float[] out, int to, int half) {
        if (half < WIDTH) {
            Reductions.super.unzip(in, from, stride, out, to, half);
            return;
        }
        for (int i = 0; i < half; i += WIDTH) {
            int at = Math.min(i, half - WIDTH);
            FloatVector a = FloatVector.fromArray(SPECIES, in, from + place(2 * at, stride));
            FloatVector b = FloatVector.fromArray(SPECIES, in, from + place(2 * at + WIDTH, stride));
            EVEN.selectFrom(a, b).intoArray(out, to + at);
            ODD.selectFrom(a, b).intoArray(out, to + half + at);
        }
    }

    /** Where in its groups an element is. */
    private static int place(int element, int stride) {
        return element / GROUP * stride + element % GROUP;
    }
}
