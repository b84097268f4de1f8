// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.Backend;
import io.github.jloss.BackendException;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices are found and chosen, and where there is none an error says why, and the CPU goes on. */
class DeviceTest {

    private static final Tensor X = Tensor.of(new float[] {1, 2, 3}, 3);
    private static final Tensor T = Tensor.of(new float[] {0, 0, 0}, 3);
    private static final double MSE = 14.0 / 3;

    @Test
    void areListed() {
        Backend tornado = Backend.named("tornado");
        assertInstanceOf(TornadoBackend.class, tornado);
        assertEquals(Device.all(), tornado.devices());
        for (Device device : Device.all()) {
            assertEquals(device, Device.named(device.id()));
            assertTrue(device.memory() > 0, device.toString());
            assertFalse(device.name().isBlank());
        }
    }

    @Test
    void areChosen() {
        String first = Device.all().getFirst().id();
        Backend chosen = Backend.named("tornado").device(first);
        assertEquals(TornadoBackend.on(Device.named(first)), chosen);
        assertEquals(MSE, new MSELoss().on(chosen).forward(X, T), 1e-6);
    }

    @Test
    void aMissingDeviceIsNamed() {
        for (Backend backend : Backend.all()) {
            String message = assertThrows(BackendException.class, () -> backend.device("9:9")).getMessage();
            assertTrue(message.startsWith(backend.name() + ": found no device 9:9, expected"), message);
            assertTrue(message.contains(backend.devices().getFirst().id()), message);
        }
        assertThrows(BackendFailure.class, () -> Device.named("9:9"));
        assertEquals(MSE, new MSELoss().forward(X, T), 1e-6);
    }

    /** A JVM that was not started by the SDK's flags. */
    @Test
    void withoutTornadoVMTheCpuGoesOn() throws Exception {
        assertTrue(elsewhere(System.getProperty("java.class.path")).contains("@$TORNADOVM_HOME/tornado-argfile"));
    }

    /** Nor with its API on the class path. */
    @Test
    void withoutTheApiTheCpuGoesOn() throws Exception {
        List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path").split(":")));
        assertTrue(path.removeIf(entry -> Path.of(entry).getFileName().toString().startsWith("tornado-")));
        assertTrue(elsewhere(String.join(":", path)).contains("@$TORNADOVM_HOME/tornado-argfile"));
    }

    /** The SDK's flags, but no driver that has a device. */
    @Test
    void withoutADriverTheCpuGoesOn() throws Exception {
        String message = elsewhere(System.getProperty("java.class.path"), OtherJvm.TORNADOVM);
        assertTrue(message.startsWith("tornado: TornadoVM found nothing to compute on: "), message);
    }

    /** What the back end says in another JVM, which sees no driver. */
    private static String elsewhere(String classPath, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-cp", classPath, Elsewhere.class.getName()));
        Map<String, String> nowhere = Map.of("OCL_ICD_VENDORS", "/nowhere", "OCL_ICD_FILENAMES", "",
                "CUDA_VISIBLE_DEVICES", "-1");
        return OtherJvm.output(nowhere, arguments).lines().filter(line -> line.startsWith("tornado: ")).findFirst()
                .orElse("nothing");
    }

    /** Prints why there is no device, after which the CPU must still compute. */
    static final class Elsewhere {
        public static void main(String[] args) {
            Loss loss = new MSELoss();
            Backend tornado = Backend.named("tornado");
            System.out.println(assertThrows(BackendException.class, () -> loss.on(tornado).forward(X, T)).getMessage());
            System.out.println(assertThrows(BackendException.class, tornado::devices).getMessage());
            System.out.println(tornado.describe());
            assertEquals(MSE, loss.forward(X, T), 1e-6);
        }
    }
}
