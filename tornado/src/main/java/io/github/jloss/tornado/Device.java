// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.ComputeDevice;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * A device that TornadoVM found.
 *
 * @param driver the position of its driver among TornadoVM's
 * @param index its position among the driver's devices
 * @param kind how kernels get there, such as OPENCL
 * @param name what the driver calls it
 * @param type such as GPU
 * @param memory its memory in bytes
 */
public record Device(int driver, int index, String kind, String name, String type, long memory)
        implements ComputeDevice {

    /**
     * All devices of this JVM.
     *
     * @return at least one
     * @throws BackendFailure if there is none; the message says why
     */
    public static List<Device> all() {
        List<Device> all = new ArrayList<>();
        TornadoRuntime runtime = runtime();
        for (int d = 0; d < runtime.getNumBackends(); d++) {
            TornadoBackend driver = runtime.getBackend(d);
            for (int i = 0; i < driver.getNumDevices(); i++) {
                TornadoDevice device = driver.getDevice(i);
                all.add(new Device(d, i, driver.getBackendType().name(), device.getPhysicalDevice().getDeviceName(),
                        String.valueOf(device.getDeviceType()), device.getMaxGlobalMemory()));
            }
        }
        if (all.isEmpty()) {
            throw new BackendFailure("TornadoVM runs, but no driver of it has a device");
        }
        return List.copyOf(all);
    }

    /**
     * The device that is used where none is named: that of the system property {@code jloss.tornado.device}, as in
     * {@code 0:1}, or the first.
     *
     * @return one of {@link #all}
     * @throws BackendFailure if it is not there
     */
    public static Device byDefault() {
        String wanted = System.getProperty("jloss.tornado.device");
        return wanted == null ? all().getFirst() : named(wanted);
    }

    /**
     * The device of a name.
     *
     * @param id driver and index, as in {@code 0:1}
     * @return one of {@link #all}
     * @throws BackendFailure if it is not there; the message lists those that are
     */
    public static Device named(String id) {
        return all().stream().filter(d -> d.id().equals(id)).findFirst().orElseThrow(() -> new BackendFailure(
                "found no device " + id + ", expected one of " + all().stream().map(Device::id).toList()));
    }

    @Override
    public String id() {
        return driver + ":" + index;
    }

    @Override
    public String toString() {
        return id() + " " + name + " (" + kind + " " + type + ", " + (memory >> 20) + " MiB)";
    }

    TornadoDevice tornado() {
        return runtime().getBackend(driver).getDevice(index);
    }

    /**
     * What OpenCL's compiler is told. The drivers for CUDA and PTX take no flags: they fuse multiplications with sums,
     * and PTX divides with an error of up to 2 ulp.
     *
     * @param fast whether it may reorder sums and round as it likes; TornadoVM's own choice, -cl-fast-relaxed-math,
     *        forgets about infinities and NaN, too
     * @return flags
     */
    String flags(boolean fast) {
        if (fast) return "-w -cl-mad-enable -cl-unsafe-math-optimizations";
        // NVIDIA's compiler divides approximately if it is not told not to; others may not know the flag.
        return tornado().getPlatformName().contains("NVIDIA") ? "-w -cl-fp32-correctly-rounded-divide-sqrt" : "-w";
    }

    private static TornadoRuntime runtime() {
        if (Holder.FAILURE != null) {
            boolean started = System.getProperty("tornado.load.runtime.implementation") != null;
            throw new BackendFailure(started ? "TornadoVM found nothing to compute on"
                    : "no TornadoVM in this JVM, start java with @$TORNADOVM_HOME/tornado-argfile", Holder.FAILURE);
        }
        return Holder.RUNTIME;
    }

    /** TornadoVM is started once; where that fails, its classes are of no use for the rest of this JVM's life. */
    private static final class Holder {
        static final TornadoRuntime RUNTIME;
        static final Throwable FAILURE;

        static {
            // A kernel that does not build must be an error, and not run as Java behind everybody's back.
            byDefault("tornado.recover.bailout", "False");
            TornadoRuntime runtime = null;
            Throwable failure = null;
            try {
                runtime = TornadoRuntimeProvider.getTornadoRuntime();
                if (runtime.getNumBackends() == 0) failure = new IllegalStateException("it found no driver");
            } catch (Exception | LinkageError e) {
                failure = e;
            }
            RUNTIME = runtime;
            FAILURE = failure;
        }

        private static void byDefault(String property, String value) {
            if (System.getProperty(property) == null) {
                System.setProperty(property, value);
            }
        }
    }
}
