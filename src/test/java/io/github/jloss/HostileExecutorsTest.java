// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.spi.PointwiseFormula;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executors that throw, come late or call back, code of the user's that does so,
        and more threads than anybody needs. */
@Timeout(60)
class HostileExecutorsTest {

    /** Five chunks and a bit. */
    private static final int N = 5 * 32768 + 77;

    private static final float[] X = Numbers.inputs(N, 1);
    private static final Tensor T = Tensor.of(Numbers.targets(N, 2));

    /** A loss that is what the code behind it says. */
    private static final class Scripted extends PointwiseLoss<Scripted> {

        interface Script {
            float loss(float x);
        }

        /** No record: the script runs as it is. */
        private static final class Formula implements PointwiseFormula {
            private final Script script;

            Formula(Script script) {
                this.script = script;
            }

            @Override
            public float value(float x, float t) {
                return script.loss(x);
            }

            @Override
            public float gradient(float x, float t) {
                return 1;
            }

            @Override
            public String toString() {
                return "Formula[]";
            }
        }

        Scripted(Script script) {
            super(new Formula(script), Reduction.SUM);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whatAnExecutorThrowsReachesTheCallerAndNobodyWorksOn(int good) throws Exception {
        List<Runnable> late = new ArrayList<>();
        CountDownLatch joined = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("no more threads");
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Executor throwing = task -> {
                if (asked.incrementAndGet() > good) throw failure;
                late.add(task);
                threads.execute(() -> {
                    joined.countDown();
                    task.run();
                });
            };
            float[] gradient = new float[N];
            Loss loss = new BCEWithLogitsLoss();
            Loss broken = loss.on(Backend.cpu(throwing, good + 2));
            Tensor x = Tensor.of(X);
            assertSame(failure, assertThrows(IllegalStateException.class,
                    () -> broken.forwardBackward(x, T, Tensor.of(gradient))));
            joined.await();
            float[] left = gradient.clone();
            late.forEach(Runnable::run);
            assertArrayEquals(left, gradient, "a helper wrote after the call");
            float[] expected = new float[N];
            double value = loss.on(Backend.cpu(1)).forwardBackward(x, T, Tensor.of(expected));
            assertEquals(value, loss.on(Backend.cpu(3)).forwardBackward(x, T, Tensor.of(gradient)));
            assertArrayEquals(expected, gradient);
        }
    }

    /** Of several failing chunks the first says what is thrown, as it is, on however many threads. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6})
    void failuresOnHelpersAreWhatTheCallerAloneWouldHave(int threads) {
        float[] x = X.clone();
        x[4 * 32768 + 5] = 1e30f;
        x[2 * 32768 + 9] = 2e30f;
        Loss failing = new Scripted(v -> {
            if (v == 1e30f) throw new IllegalArgumentException("the second");
            if (v == 2e30f) throw new OutOfMemoryError("the first");
            return v;
        }).on(Backend.cpu(threads));
        for (int i = 0; i < 20; i++) {
            assertEquals("the first", assertThrows(OutOfMemoryError.class,
                    () -> failing.forward(Tensor.of(x), T)).getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aFormulaMayCallALoss(int threads) {
        Loss inner = new BCEWithLogitsLoss().withReduction(Reduction.SUM);
        Tensor a = Tensor.of(new float[] {1, -2, 3});
        Tensor b = Tensor.of(new float[] {1, 0, 1});
        double of = Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-3));
        Loss outer = new Scripted(v -> (float) inner.forward(a, b)).on(Backend.cpu(threads));
        int n = 2 * 32768 + 3;
        // 32 floats are added before their sum is a double: 31 roundings.
        assertEquals(n * of, outer.forward(Tensor.of(new float[n]), Tensor.of(new float[n])), n * of * 31 * 0x1p-24);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aDistanceMayCallALoss(int threads) {
        ContrastiveLoss inner = new ContrastiveLoss();
        Tensor u = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor v = Tensor.of(new float[] {2, 2, 3, 6}, 2, 2);
        Labels same = Labels.of(1, 1);
        double within = inner.forward(u, v, same);
        assertEquals((1 + 4) / 2.0, within, 1e-5);
        Distance nesting = new Distance() {
            @Override
            public double between(float[] x1, int from1, float[] x2, int from2, int n) {
                assertEquals(within, inner.forward(u, v, same));
                return Distance.euclidean(0).between(x1, from1, x2, from2, n);
            }

            @Override
            public void gradient(float[] x1, int from1, float[] x2, int from2, int n, double distance,
                    float[] gradient1, float[] gradient2) {
                assertEquals(within, inner.forward(u, v, same));
                Distance.euclidean(0).gradient(x1, from1, x2, from2, n, distance, gradient1, gradient2);
            }
        };
        int n = 7;
        Tensor x1 = Tensor.of(Numbers.inputs(n * 3, 3), n, 3);
        Tensor x2 = Tensor.of(Numbers.inputs(n * 3, 4), n, 3);
        Labels labels = Labels.of(1, 0, 1, 0, 1, 0, 1);
        ContrastiveLoss plain = new ContrastiveLoss().withDistance(Distance.euclidean(0)).on(Backend.cpu(1));
        ContrastiveLoss nested = new ContrastiveLoss().withDistance(nesting).on(Backend.cpu(threads));
        float[] expected = new float[n * 3];
        float[] found = new float[n * 3];
        double value = plain.forwardBackward(x1, x2, labels, Tensor.of(expected, n, 3), null);
        assertEquals(value, nested.forwardBackward(x1, x2, labels, Tensor.of(found, n, 3), null), 1e-12);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 1e-6f * (1 + Math.abs(expected[i])));
        }
    }

    /** What a caller's function throws reaches the caller, and the next call knows nothing of it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aDistanceAndALabelTransformMayThrow(int threads) {
        int n = 500;
        Tensor x1 = Tensor.of(Numbers.inputs(n * 30, 3), n, 30);
        Tensor x2 = Tensor.of(Numbers.inputs(n * 30, 4), n, 30);
        Tensor labels = Tensor.of(Numbers.targets(n, 5));
        ContrastiveLoss plain = new ContrastiveLoss().on(Backend.cpu(threads));
        float[] expected = new float[n * 30];
        double value = plain.forwardBackward(x1, x2, labels, Tensor.of(expected, n, 30), null);
        Distance throwing = new Distance() {
            @Override
            public double between(float[] a, int from1, float[] b, int from2, int length) {
                if (a[from1] == x1.get(300 * 30)) throw new UnsupportedOperationException("row 300");
                return Distance.euclidean().between(a, from1, b, from2, length);
            }

            @Override
            public void gradient(float[] a, int from1, float[] b, int from2, int length, double distance,
                    float[] gradient1, float[] gradient2) {
                Distance.euclidean().gradient(a, from1, b, from2, length, distance, gradient1, gradient2);
            }
        };
        for (ContrastiveLoss loss : List.of(plain.withDistance(throwing), plain.withLabelTransform(y -> {
            if (y == labels.get(300)) throw new UnsupportedOperationException("row 300");
            return plain.forward(x1.slice(0, 2), x2.slice(0, 2), labels.slice(0, 2)) * 0 + y;
        }))) {
            for (int i = 0; i < 3; i++) {
                Tensor gradient = Tensor.of(new float[n * 30], n, 30);
                String message = assertThrows(UnsupportedOperationException.class,
                        () -> loss.forwardBackward(x1, x2, labels, gradient, null)).getMessage();
                assertEquals("row 300", message);
                float[] found = new float[n * 30];
                assertEquals(value, plain.forwardBackward(x1, x2, labels, Tensor.of(found, n, 30), null));
                assertArrayEquals(expected, found);
            }
        }
    }

    /** Between that a call is prepared and that it runs. */
    @Test
    void anExecutorMayCallALoss() {
        Loss loss = new MSELoss();
        Tensor zeros = Tensor.of(new float[9]);
        Tensor twos = Tensor.of(new float[] {2, 2, 2, 2, 2, 2, 2, 2, 2});
        Executor calling = task -> {
            assertEquals(4, loss.forward(twos, zeros));
            task.run();
        };
        Outcome one = Outcome.of(loss.on(Backend.cpu(1)), Memory.ARRAY, X, Numbers.targets(N, 2));
        Outcome.of(loss.on(Backend.cpu(calling, 3)), Memory.ARRAY, X, Numbers.targets(N, 2)).requireSame(one, "nested");
    }

    @Test
    void tenThousandVirtualThreads() throws Exception {
        int n = 1000;
        Tensor x = Tensor.of(Numbers.inputs(n, 1));
        Tensor t = Tensor.of(Numbers.targets(n, 2));
        Loss loss = CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, JaccardLoss.binary());
        float[] expected = new float[n];
        double value = loss.forwardBackward(x, t, Tensor.of(expected));
        CountDownLatch go = new CountDownLatch(1);
        List<Future<float[]>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10_000; i++) {
                all.add(threads.submit(() -> {
                    go.await();
                    float[] gradient = new float[n];
                    assertEquals(value, loss.forwardBackward(x, t, Tensor.of(gradient)));
                    return gradient;
                }));
            }
            go.countDown();
            for (Future<float[]> one : all) assertArrayEquals(expected, one.get());
        }
    }

    @Test
    void helpersKeepNobodysClassLoader() throws Exception {
        ClassLoader mine = new ClassLoader() {};
        Thread first = new Thread(() -> new MSELoss().on(Backend.cpu(2)).forward(Tensor.of(X), T));
        first.setContextClassLoader(mine);
        first.start();
        first.join();
        List<Thread> helpers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("jloss-")).toList();
        assertTrue(!helpers.isEmpty(), "no helper was started");
        for (Thread helper : helpers) assertTrue(helper.getContextClassLoader() != mine, helper::toString);
    }
}
