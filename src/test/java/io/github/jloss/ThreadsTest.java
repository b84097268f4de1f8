// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.spi.PointwiseFormula;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads leave no trace in the result, whoever provides them and whatever they do. */
class ThreadsTest {

    /** Seven chunks and a bit. */
    private static final int N = 7 * 32768 + 1234;

    private static final float[] X = Numbers.inputs(N, 1);
    private static final float[] T = Numbers.targets(N, 2);

    /** The ways in which threads work for a loss: they know no formula. */
    private static final List<Loss> WAYS = List.of(
            new BCEWithLogitsLoss().withWeight(Tensor.of(T)).withPosWeight(Tensor.of(Numbers.targets(N, 6))),
            FocalLoss.binary(), new RMSELoss());

    private static void compare(Backend backend) {
        for (Loss loss : WAYS) compare(loss, backend, X, T);
    }

    private static void compare(Loss loss, Backend backend, float[] x, float[] t) {
        Outcome one = Outcome.of(loss.on(Backend.cpu(1)), Memory.ARRAY, x, t);
        Outcome.of(loss.on(backend), Memory.ARRAY, x, t).requireSame(one, loss + " on " + backend);
    }

    @Test
    void anyLoss() {
        int n = 2 * 32768 + 77;
        float[] x = Numbers.inputs(n, 3);
        float[] t = Numbers.targets(n, 4);
        for (Loss loss : ManyLosses.reduced(n)) compare(loss, Backend.cpu(3), x, t);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void anyNumberOfThreads(int threads) {
        compare(Backend.cpu(threads));
    }

    @Test
    void asManyAsTheDefaultLikes() {
        compare(Backend.cpu());
    }

    @Test
    void threadsOfTheCaller() {
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            compare(Backend.cpu(pool, 4));
        }
    }

    @Test
    void executorThatRunsTasksInTheCaller() {
        compare(Backend.cpu(Runnable::run, 3));
    }

    @Test
    void executorThatRefuses() {
        compare(Backend.cpu(task -> {
            throw new RejectedExecutionException("busy");
        }, 3));
    }

    /** Late helpers find the work done, or another call's work to do. */
    @Test
    void executorThatRunsTasksLate() {
        List<Runnable> waiting = new ArrayList<>();
        Executor late = task -> {
            List.copyOf(waiting).forEach(Runnable::run);
            waiting.clear();
            waiting.add(task);
        };
        compare(Backend.cpu(late, 3));
        waiting.forEach(Runnable::run);
    }

    @Test
    void losesNothingWhenManyCallAtOnce() {
        Loss loss = new BCEWithLogitsLoss().on(Backend.cpu(3));
        Outcome alone = Outcome.of(loss, Memory.ARRAY, X, T);
        List<CompletableFuture<Outcome>> all = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 12; i++) {
                all.add(CompletableFuture.supplyAsync(() -> Outcome.of(loss, Memory.ARRAY, X, T), pool));
            }
            all.forEach(o -> o.join().requireSame(alone, "one of many callers"));
        }
    }

    /** What a formula throws reaches the caller, whichever thread it happened on, and the next call is unharmed. */
    @Test
    void failuresReachTheCaller() {
        class Failing extends PointwiseLoss<Failing> {
            record Formula() implements PointwiseFormula {
                @Override
                public float value(float x, float t) {
                    if (x == -777f) throw new ArithmeticException("found -777");
                    return x;
                }

                @Override
                public float gradient(float x, float t) {
                    return 1;
                }
            }

            Failing() {
                super(new Formula(), Reduction.SUM);
            }
        }

        Loss failing = new Failing().on(Backend.cpu(3));
        float[] x = X.clone();
        Tensor t = Tensor.of(T);
        double good = failing.forward(Tensor.of(x), t);
        for (int i : new int[] {0, N / 2, N - 1}) {
            x[i] = -777f;
            RuntimeException e = Assertions.assertThrows(RuntimeException.class,
                    () -> failing.forward(Tensor.of(x), t));
            assertTrue(e.toString().contains("found -777"), e::toString);
            x[i] = X[i];
            assertEquals(good, failing.forward(Tensor.of(x), t));
        }
    }
}
