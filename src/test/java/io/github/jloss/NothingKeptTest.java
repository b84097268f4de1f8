// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** After a call, nothing that belongs to the caller is kept: not by the calling thread, its helpers or their memory. */
class NothingKeptTest {

    /** A row of three chunks, for whom that many are of no matter. */
    private static final int N = 3 * 32768;

    /** What a call was given, to be found unreachable. */
    private static final class Given {
        private final List<WeakReference<float[]>> arrays = new ArrayList<>();

        Tensor tensor(long... shape) {
            float[] floats = new float[(int) Shapes.size(shape)];
            for (int i = 0; i < floats.length; i++) floats[i] = (i % 7 - 3) / 3f;
            arrays.add(new WeakReference<>(floats));
            return Tensor.of(floats, shape);
        }

        void requireGone() throws InterruptedException {
            for (int i = 0; i < 20 && !arrays.stream().allMatch(a -> a.refersTo(null)); i++) {
                System.gc();
                Thread.sleep(10);
            }
            for (int i = 0; i < arrays.size(); i++) assertTrue(arrays.get(i).refersTo(null), "array " + i + " is kept");
        }
    }

    private static Batch elements(Given given) {
        Tensor zeros = given.tensor(N);
        for (int i = 0; i < N; i++) zeros.set(i, i & 1);
        return Batch.of(given.tensor(N), zeros, given.tensor(N));
    }

    private static Batch rows(Given given) {
        return Batch.of(given.tensor(3, 32768), Labels.of(1, 2, 3), given.tensor(3, 32768));
    }

    private static Batch pixels(Given given) {
        return Batch.of(given.tensor(1, 3, 32768), Labels.of(new int[32768], new long[] {1, 32768}),
                given.tensor(1, 3, 32768));
    }

    private static Batch pairs(Given given) {
        return new Batch(List.of(given.tensor(64, 2048), given.tensor(64, 2048)), Labels.of(ones()),
                List.of(given.tensor(64, 2048), given.tensor(64, 2048)));
    }

    private static int[] ones() {
        int[] ones = new int[64];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static Batch triplets(Given given) {
        return new Batch(List.of(given.tensor(64, 2048), given.tensor(64, 2048), given.tensor(64, 2048)), null,
                List.of(given.tensor(64, 2048), given.tensor(64, 2048), given.tensor(64, 2048)));
    }

    private static Batch margins(Given given) {
        return new Batch(List.of(given.tensor(64, 128), given.tensor(500, 128)), Labels.of(ones()),
                List.of(given.tensor(64, 128), given.tensor(500, 128)));
    }

    static Stream<Named<Object[]>> calls() {
        Map<Criterion, Function<Given, Batch>> calls = new LinkedHashMap<>();
        for (Criterion loss : List.of(new BCEWithLogitsLoss(), new RMSELoss(), FocalLoss.binary(),
                FocalLoss.binary().withNormalized(), JaccardLoss.binary(),
                CombinedLoss.of(1, new MSELoss(), 2, DiceLoss.binary()))) {
            calls.put(loss, NothingKeptTest::elements);
        }
        calls.put(new CrossEntropyLoss(), NothingKeptTest::rows);
        calls.put(new CrossEntropyLoss().withLabelSmoothing(0.1), NothingKeptTest::pixels);
        calls.put(FocalLoss.multiclass(), NothingKeptTest::pixels);
        calls.put(DiceLoss.multiclass(), NothingKeptTest::pixels);
        calls.put(new ContrastiveLoss(), NothingKeptTest::pairs);
        calls.put(new TripletMarginLoss(), NothingKeptTest::triplets);
        calls.put(AngularPenaltySMLoss.arcface(), NothingKeptTest::margins);
        List<Named<Object[]>> all = new ArrayList<>();
        calls.forEach((loss, batch) -> {
            for (int threads = 1; threads <= 2; threads++) {
                Criterion on = loss.on(Backend.cpu(threads));
                all.add(Named.of(loss + " on " + threads, new Object[] {on, batch}));
            }
        });
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void nothingOfTheCallersIsKept(Object[] call) throws InterruptedException {
        Given given = new Given();
        @SuppressWarnings("unchecked")
        Function<Given, Batch> batch = (Function<Given, Batch>) call[1];
        use((Criterion) call[0], batch.apply(given));
        given.requireGone();
    }

    private static void use(Criterion loss, Batch batch) {
        loss.forwardBackward(batch, Backward.OVERWRITE);
        loss.forwardBackward(batch, Backward.ADD);
    }
}
