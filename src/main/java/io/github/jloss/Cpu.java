// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.CpuFamilies;
import io.github.jloss.spi.NamedBackend;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/** The built-in back end: {@link CpuFamilies} for whom they are chosen by name and number of threads. */
record Cpu(CpuFamilies families) implements Backend {

    /** All cores for large inputs, the calling thread alone for small ones. */
    static final Cpu DEFAULT = new Cpu(new CpuFamilies(0, null, false));

    private static final String SCALAR = "scalar";

    /** A fixed number of threads of the library's own. */
    static Cpu of(int threads) {
        return new Cpu(new CpuFamilies(threads, null, false));
    }

    /** Helpers of the caller's. */
    static Cpu of(Executor executor, int threads) {
        return new Cpu(new CpuFamilies(threads, Objects.requireNonNull(executor, "executor"), false));
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String describe() {
        int threads = families.threads();
        int cores = CpuFamilies.CORES;
        return "cpu: " + families.kernels().describe() + ", "
                + (threads == 0 ? cores + (cores == 1 ? " core" : " cores for large inputs")
                        : threads + (threads == 1 ? " thread" : " threads"))
                + (families.executor() == null ? "" : " of " + families.executor());
    }

    @Override
    public List<Processor> devices() {
        return List.of(new Processor(families.kernels().describe(), Runtime.getRuntime().maxMemory()));
    }

    /** By the id scalar, the same without SIMD: what it is compared with. */
    @Override
    public Cpu device(String id) {
        if (id.equals(SCALAR)) {
            return new Cpu(new CpuFamilies(families.threads(), families.executor(), true));
        }
        if (!id.equals(name())) {
            throw new BackendException("cpu: found no device " + id + ", expected " + name() + ", or " + SCALAR
                    + " for loops without SIMD", null);
        }
        return this;
    }

    /** Threads and executors belong to this JVM: elsewhere it is the default CPU. */
    private Object writeReplace() {
        return new NamedBackend(name());
    }

    @Override
    public <F> F family(Class<F> family) {
        return family.cast(families);
    }

    @Override
    public String toString() {
        return describe();
    }

    /**
     * The processor that runs this JVM.
     *
     * @param name how it is made use of
     * @param memory the most that the arrays of this JVM can take
     */
    record Processor(String name, long memory) implements ComputeDevice {

        @Override
        public String id() {
            return "cpu";
        }

        @Override
        public String kind() {
            return "JAVA";
        }

        @Override
        public String type() {
            return "CPU";
        }
    }
}
