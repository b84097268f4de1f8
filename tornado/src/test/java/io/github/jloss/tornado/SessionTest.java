// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backend;
import io.github.jloss.Backward;
import io.github.jloss.CombinedLoss;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Labels;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.Reduction;
import io.github.jloss.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Memory that stays on the device, plans that are used again and again, and what goes wrong. */
class SessionTest {

    private final TornadoBackend gpu = new TornadoBackend();
    private final SplittableRandom random = new SplittableRandom(7);

    @AfterEach
    void close() {
        gpu.close();
    }

    private float[] floats(int n) {
        float[] floats = new float[n];
        for (int i = 0; i < n; i++) floats[i] = (float) random.nextGaussian();
        return floats;
    }

    @Test
    void whatIsWrittenIsRead() {
        for (int n : new int[] {0, 1, 31, 4096, 4097, 65_537, 1_100_003}) {
            float[] there = floats(n);
            float[] back = new float[n];
            try (DeviceTensor tensor = gpu.upload(Tensor.of(there, n))) {
                tensor.read(Tensor.of(back, n));
                assertArrayEquals(there, back);
                if (n > 3) {
                    tensor.tensor().set(2, 5);
                    assertEquals(5, tensor.tensor().get(2));
                    assertEquals(there[3], tensor.tensor().slice(3, n).get(0));
                }
            }
        }
    }

    @Test
    void lossesComputeWhereTheTensorsAre() {
        float[] x = floats(1003);
        float[] t = floats(1003);
        float[] want = new float[1003];
        Loss loss = new MSELoss();
        double value = loss.forwardBackward(Tensor.of(x, 1003), Tensor.of(t, 1003), Tensor.of(want, 1003));
        try (DeviceTensor dx = gpu.upload(Tensor.of(x, 1003));
                DeviceTensor dt = gpu.upload(Tensor.of(t, 1003));
                DeviceTensor dg = gpu.allocate(1003)) {
            double got = loss.on(gpu).forwardBackward(dx.tensor(), dt.tensor(), dg.tensor());
            assertEquals(value, got, 1e-7 * value);
            float[] back = new float[1003];
            dg.read(Tensor.of(back, 1003));
            assertArrayEquals(want, back);
            // Half of it, and the input itself as the gradient.
            loss.on(gpu).forwardBackward(dx.tensor().slice(500, 1003), dt.tensor().slice(500, 1003),
                    dx.tensor().slice(500, 1003));
            dx.read(Tensor.of(back, 1003));
            for (int i = 0; i < 1003; i++) {
                assertEquals(i < 500 ? x[i] : want[i] * 1003 / 503, back[i], 1e-6 * Math.abs(want[i]));
            }
        }
    }

    @Test
    void combinedLossesAddOnTheDevice() {
        int n = 777;
        Tensor x = Tensor.of(floats(n), n);
        Tensor t = Tensor.of(floats(n), n);
        CombinedLoss loss = CombinedLoss.of(0.5, new MSELoss(), 2, new BCEWithLogitsLoss());
        float[] want = new float[n];
        double value = loss.forwardBackward(x, t, Tensor.of(want, n), Backward.OVERWRITE);
        try (DeviceTensor dx = gpu.upload(x); DeviceTensor dt = gpu.upload(t); DeviceTensor dg = gpu.allocate(n)) {
            assertEquals(value, loss.on(gpu).forwardBackward(dx.tensor(), dt.tensor(), dg.tensor(),
                    Backward.OVERWRITE), 1e-7 * value);
            for (int i = 0; i < n; i++) assertEquals(want[i], dg.tensor().get(i), 2 * Math.ulp(0.01f));
        }
    }

    /** More than the memory of the first plan: another one is made, and what was there is still there. */
    @Test
    void memoryGrows() {
        float[] kept = floats(5000);
        try (DeviceTensor small = gpu.upload(Tensor.of(kept, 5000));
                DeviceTensor large = gpu.allocate(20_000_000)) {
            large.tensor().set(19_999_999, 3);
            float[] back = new float[5000];
            small.read(Tensor.of(back, 5000));
            assertArrayEquals(kept, back);
            assertEquals(3, large.tensor().get(19_999_999));
        }
    }

    @Test
    void moreThanCanBeIsRefusedAndNothingIsLost() {
        try (DeviceTensor one = gpu.upload(Tensor.of(new float[] {1, 2, 3}, 3))) {
            assertTrue(assertThrows(BackendFailure.class, () -> gpu.allocate(Integer.MAX_VALUE)).getMessage()
                    .contains("out of memory"));
            assertEquals(2, one.tensor().get(1));
        }
    }

    /** More than there is on this device, or than TornadoVM takes of it. */
    @Test
    void moreThanThereIsIsRefusedAndNothingIsLost() {
        long memory = Device.byDefault().memory();
        long most = Math.min(memory / Float.BYTES + (1 << 20), Integer.MAX_VALUE - 1024L);
        float[] kept = floats(70_001);
        float[] back = new float[kept.length];
        try (DeviceTensor tensor = gpu.upload(Tensor.of(kept))) {
            String message = assertThrows(BackendFailure.class, () -> gpu.allocate(most)).getMessage();
            assertTrue(message.contains("memory"), message);
            tensor.read(Tensor.of(back));
            assertArrayEquals(kept, back);
            assertEquals(0, new MSELoss().on(gpu).forward(tensor.tensor(), tensor.tensor()));
            try (DeviceTensor other = gpu.upload(Tensor.of(kept))) {
                assertEquals(kept[70_000], other.tensor().get(70_000));
            }
        }
    }

    /** Where not even the first plan has room, the message is about that, and not about the smaller one tried next. */
    @Test
    void theFirstErrorIsTheOneTold() throws Exception {
        assertTrue(OtherJvm.output(Cramped.class, "-Dtornado.device.memory=1KB")
                .contains("tornado: no plan with 64 MiB of memory on "));
    }

    static final class Cramped {
        public static void main(String[] args) {
            System.out.println(assertThrows(BackendFailure.class, () -> new TornadoBackend().allocate(5)).getMessage());
        }
    }

    @Test
    void freedMemoryIsRefused() {
        DeviceTensor tensor = gpu.allocate(10);
        tensor.close();
        tensor.close();
        assertThrows(IllegalStateException.class, () -> tensor.tensor().get(0));
        DeviceTensor other = gpu.allocate(10);
        gpu.close();
        assertTrue(assertThrows(IllegalStateException.class, () -> other.tensor().get(0)).getMessage()
                .contains("freed"));
        other.close();
        assertEquals(4, new MSELoss().on(gpu).forward(Tensor.of(new float[] {2}, 1), Tensor.of(new float[1], 1)));
    }

    @Test
    void otherBackEndsRefuseTheTensor() {
        try (DeviceTensor x = gpu.upload(Tensor.of(new float[] {1}, 1))) {
            Tensor t = Tensor.of(new float[1], 1);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new MSELoss().forward(x.tensor(), t)).getMessage();
            assertTrue(message.contains("on the device"), message);
            assertThrows(IllegalArgumentException.class, () -> new MSELoss().on(gpu.fast()).forward(x.tensor(), t));
        }
    }

    @Test
    void severalThreads() throws Exception {
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int k = 0; k < 8; k++) {
            int n = 1000 + 333 * k;
            Tensor x = Tensor.of(floats(n), n);
            Tensor t = Tensor.of(floats(n), n);
            float[] want = new float[n];
            double value = new BCEWithLogitsLoss().forwardBackward(x, t, Tensor.of(want, n));
            tasks.add(() -> {
                for (int i = 0; i < 50; i++) {
                    float[] got = new float[n];
                    double loss = new BCEWithLogitsLoss().on(gpu).forwardBackward(x, t, Tensor.of(got, n));
                    assertEquals(value, loss, 1e-7 * Math.abs(value));
                    for (int j = 0; j < n; j++) assertEquals(want[j], got[j], 4 * Math.ulp(want[j]));
                }
                return true;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> done : threads.invokeAll(tasks)) assertTrue(done.get());
        }
    }

    /** One plan for all sizes, and nothing left behind by any call. */
    @Test
    void manyCallsKeepNothing() {
        Loss loss = new MSELoss().on(gpu);
        try (DeviceTensor x = gpu.upload(Tensor.of(floats(5000), 5000));
                DeviceTensor t = gpu.upload(Tensor.of(floats(5000), 5000));
                DeviceTensor g = gpu.allocate(5000)) {
            long before = 0;
            for (int i = 0; i < 10_000; i++) {
                int n = 1 + i % 5000;
                loss.forwardBackward(x.tensor().slice(0, n), t.tensor().slice(0, n), g.tensor().slice(0, n));
                if (i == 2000) before = used();
            }
            long grown = used() - before;
            assertTrue(grown < 8 << 20, grown + " bytes more after 8,000 calls");
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aDeviceThatIsNotThere() {
        String message = assertThrows(BackendFailure.class, () -> Device.named("9:9")).getMessage();
        assertTrue(message.contains("9:9") && message.contains("0:0"), message);
    }

    /** A formula that no kernel can be made of says why, and the CPU computes it all the same. */
    @Test
    void aFormulaWithoutAKernel() {
        Tensor x = Tensor.of(new float[] {1}, 1);
        Loss loss = new Rounded();
        String message = assertThrows(IllegalArgumentException.class, () -> loss.on(gpu).forward(x, x)).getMessage();
        assertTrue(message.contains("Formula") && message.contains("no kernel"), message);
        assertEquals(1, loss.on(Backend.cpu()).forward(x, x));
        assertEquals(0, new MSELoss().on(gpu).forward(x, x));
    }

    /** TornadoVM does not know this kernel's cube root, whatever it compiles for. */
    public static final class Broken {
        private Broken() {}

        public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
            return Broken::run;
        }

        public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
                FloatArray results) {
            results.set(0, (float) Math.cbrt(memory.get(context.globalIdx)) + at.get(1) + options.get(0));
        }
    }

    /** What has no task at all. */
    static final class NoKernel {}

    @Test
    void aKernelThatDoesNotBuild() {
        Tensor x = Tensor.of(new float[] {3}, 1);
        Tensor t = Tensor.of(new float[] {1}, 1);
        assertEquals(4, new MSELoss().on(gpu).forward(x, t));
        try (DeviceTensor kept = gpu.upload(x)) {
            for (Class<?> template : List.of(Broken.class, NoKernel.class)) {
                Kernel broken = Kernel.of("the broken one " + template.getSimpleName(), template);
                for (int i = 0; i < 2; i++) {
                    BackendFailure failure = assertThrows(BackendFailure.class, () -> {
                        try (Call call = gpu.session().call()) {
                            call.run(broken, 1);
                        }
                    });
                    String message = failure.getMessage();
                    assertTrue(message.startsWith("tornado: ") && message.contains(broken.name()), message);
                    assertTrue(failure.getCause() != null, message);
                }
                // Known kernels run, others are made, and what was on the device is there.
                assertEquals(4, new MSELoss().on(gpu).forward(kept.tensor(), t));
                assertEquals(2, new L1Loss().on(gpu).forward(kept.tensor(), t));
                assertEquals(4, new MSELoss().forward(x, t));
            }
        }
    }

    /** Elements that no thread writes are garbage, and may be garbage that looks right. */
    @Test
    void outputsAreWrittenToTheLastElement() {
        for (int n : new int[] {1, 31, 1021, 262_147}) {
            Tensor x = Tensor.of(floats(n), n);
            Tensor t = Tensor.of(floats(n), n);
            Loss mse = new MSELoss().withReduction(Reduction.NONE).on(gpu);
            requireWritten(n, losses -> mse.forward(x, t, losses));
            requireWritten(n, gradient -> mse.backward(x, t, x, gradient, Backward.OVERWRITE));
            Loss dice = DiceLoss.binary().on(gpu);
            requireWritten(n, gradient -> dice.forwardBackward(x, Labels.of(new int[n]), gradient));
            Loss softmax = new CrossEntropyLoss().on(gpu);
            requireWritten(n, gradient -> softmax.forwardBackward(x.reshape(1, n), Labels.of(n - 1),
                    gradient.reshape(1, n)));
            requireWritten(n, gradient -> softmax.forwardBackward(x.reshape(n, 1), Labels.of(new int[n]),
                    gradient.reshape(n, 1)));
        }
    }

    private void requireWritten(int n, Consumer<Tensor> call) {
        float[] here = new float[n];
        Arrays.fill(here, Float.NaN);
        Tensor poison = Tensor.of(here.clone(), n);
        call.accept(Tensor.of(here, n));
        try (DeviceTensor there = gpu.upload(poison)) {
            call.accept(there.tensor());
            float[] read = new float[n];
            there.read(Tensor.of(read, n));
            assertArrayEquals(here, read);
        }
        for (int i = 0; i < n; i++) assertTrue(Float.isFinite(here[i]), i + " of " + n);
    }

    private static final class Rounded extends io.github.jloss.PointwiseLoss<Rounded> {
        Rounded() {
            super(new Formula(), io.github.jloss.Reduction.MEAN);
        }

        private record Formula() implements io.github.jloss.spi.PointwiseFormula {
            @Override
            public float value(float x, float t) {
                return Math.round(x);
            }

            @Override
            public float gradient(float x, float t) {
                return 0;
            }
        }
    }
}
