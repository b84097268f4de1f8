// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.margin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.MatrixKernel;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFormula;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The margin-softmax engine gives the same bits whatever its tiles, its threads and its kernels are. */
class MarginTilesTest {

    private record Cosine(double scale, boolean normalizesWeight) implements MarginFormula {
        @Override
        public double target(double cosine) {
            return cosine - 0.3;
        }

        @Override
        public double slope(double cosine) {
            return 1;
        }
    }

    private record Result(double sum, float[] losses, float[] gradEmbeddings, float[] gradWeight) {}

    /** Around every size at which something else happens: vectors, panels, kernel rows, blocks, chains, groups. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 3, 2", "5, 16, 7", "16, 17, 95", "17, 64, 96", "31, 65, 97", "64, 100, 200",
        "65, 128, 300", "33, 129, 1000", "6, 20, 4200", "3, 5, 8200", "512, 24, 101", "513, 20, 97", "1100, 8, 30"})
    void tilesThreadsAndVectorsLeaveNoTrace(int n, int d, int c) {
        for (boolean normalize : new boolean[] {true, false}) {
            Result expected = run(Kernels.SCALAR, n, d, c, normalize, MarginJob.KEPT, 1, null);
            for (Kernels kernels : new Kernels[] {Kernels.SCALAR, Kernels.BEST}) {
                // One block to a tile, a few, all of them in one tile of which nothing or all is kept.
                for (int kept : new int[] {0, 5000, 50_000, 1 << 19, MarginJob.KEPT}) {
                    compare(expected, run(kernels, n, d, c, normalize, kept, 1, null));
                }
                try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
                    compare(expected, run(kernels, n, d, c, normalize, MarginJob.KEPT, 2, pool));
                    compare(expected, run(kernels, n, d, c, normalize, 100_000, 3, pool));
                }
            }
        }
    }

    private static void compare(Result expected, Result found) {
        assertEquals(expected.sum, found.sum);
        assertArrayEquals(expected.losses, found.losses);
        assertArrayEquals(expected.gradEmbeddings, found.gradEmbeddings);
        assertArrayEquals(expected.gradWeight, found.gradWeight);
    }

    private static Result run(Kernels kernels, int n, int d, int c, boolean normalize, int kept, int threads,
            Executor executor) {
        SplittableRandom random = new SplittableRandom(n + d + c);
        float[] x = gaussian(random, n * d);
        float[] w = gaussian(random, c * d);
        int[] y = random.ints(n, 0, c).toArray();
        float[] up = gaussian(random, n);
        float[] losses = new float[n];
        float[] gx = gaussian(random, n * d);
        float[] gw = gaussian(random, c * d);
        MarginJob job = new MarginJob();
        MarginCall call = new MarginCall();
        call.formula = new Cosine(16, normalize);
        call.embeddings = Tensor.of(x, n, d);
        call.weight = Tensor.of(w, c, d);
        call.labels = Labels.of(y);
        call.losses = Tensor.of(losses);
        call.upstream = Tensor.of(up);
        call.gradEmbeddings = Tensor.of(gx, n, d);
        call.gradWeight = Tensor.of(gw, c, d);
        call.scale = 0.7;
        call.add = (n & 1) == 0;
        job.prepare(kernels, call);
        job.keep(kept);
        return new Result(job.run(threads, executor), losses, gx, gw);
    }

    private static float[] gaussian(SplittableRandom random, int n) {
        float[] array = new float[n];
        for (int i = 0; i < n; i++) array[i] = (float) random.nextGaussian();
        return array;
    }

    /** The kernels themselves, also with strides that the engine does not use. */
    @Test
    void kernels() {
        MatrixKernel best = Kernels.BEST.matrix();
        MatrixKernel scalar = Kernels.SCALAR.matrix();
        SplittableRandom random = new SplittableRandom(5);
        for (int depth : new int[] {0, 1, 2, 33}) {
            float[] a = gaussian(random, 6 * 40 + 40 * 7);
            float[] b = gaussian(random, depth * best.columns());
            for (int columns = best.columns(); columns > 0; columns -= MatrixKernel.LANES) {
                float[] c = gaussian(random, 6 * 100);
                float[] expected = c.clone();
                for (int i = 0; i < columns; i += scalar.columns()) {
                    float[] panel = new float[depth * scalar.columns()];
                    for (int k = 0; k < depth; k++) {
                        System.arraycopy(b, k * best.columns() + i, panel, k * scalar.columns(),
                                Math.min(columns - i, scalar.columns()));
                    }
                    scalar.multiply(a, 3, 40, 7, panel, 0, expected, 2 + i, 90, depth,
                            Math.min(columns - i, scalar.columns()));
                }
                best.multiply(a, 3, 40, 7, b, 0, c, 2, 90, depth, columns);
                assertArrayEquals(expected, c);
            }
        }
        double[] lanes = new double[16];
        for (int n = 0; n < 70; n++) {
            float[] a = gaussian(random, n + 3);
            float[] b = gaussian(random, n + 5);
            double dot = best.dot(a, 3, b, 5, n, lanes);
            assertEquals(scalar.dot(a, 3, b, 5, n, lanes), dot);
            double exact = 0;
            for (int i = 0; i < n; i++) exact += (double) a[3 + i] * b[5 + i];
            assertEquals(exact, dot, 1e-13);
        }
    }

    /** What the engine keeps for the next call is bounded, however many classes there are. */
    @Test
    void memoryIsBounded() throws InterruptedException {
        int n = 64;
        int d = 32;
        int c = 200_000;
        SplittableRandom random = new SplittableRandom(1);
        Tensor x = Tensor.of(gaussian(random, n * d), n, d);
        Tensor w = Tensor.of(gaussian(random, c * d), c, d);
        Labels y = Labels.of(random.ints(n, 0, c).toArray());
        Tensor gx = Tensor.of(new float[n * d], n, d);
        Tensor gw = Tensor.of(new float[c * d], c, d);
        long[] held = new long[1];
        double[] sum = new double[1];
        Thread fresh = new Thread(() -> {
            MarginJob job = new MarginJob();
            MarginCall call = new MarginCall();
            call.formula = new Cosine(30, true);
            call.embeddings = x;
            call.weight = w;
            call.labels = y;
            call.gradEmbeddings = gx;
            call.gradWeight = gw;
            call.scale = 1;
            job.prepare(Kernels.BEST, call);
            sum[0] = job.run(1, null);
            MarginScratch scratch = MarginScratch.SCRATCH.take();
            held[0] = job.held() + scratch.held();
        });
        fresh.start();
        fresh.join();
        assertTrue(held[0] > 1 << 20, () -> held[0] + " bytes are too few to be true");
        assertTrue(held[0] < 32 << 20, () -> held[0] + " bytes held");
        // Random directions: all cosines are near 0, the loss is near log(C) + E[e^z] plus 30 times the margin.
        assertTrue(sum[0] / n > 20 && sum[0] / n < 60, () -> "mean loss " + sum[0] / n);
        double norm = 0;
        for (float g : (float[]) gw.storage()) norm += (double) g * g;
        assertTrue(norm > 1 && norm < 1e6, "gradient of the weight");
    }
}
