// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.simd.SimdKernels;
import io.github.jloss.internal.simd.SimdMatrix;
import io.github.jloss.internal.simd.SimdPairs;
import io.github.jloss.internal.simd.SimdReductions;
import io.github.jloss.spi.ElementFormula;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** Finds, and makes when first asked for, the loops of a formula: SIMD where possible, scalar otherwise. */
public abstract class Kernels {

    private static final System.Logger LOG = System.getLogger("io.github.jloss");

    /** What a call on native memory counts for, while it is not what it will be. */
    private static final int SPAN = 1 << 14;

    private static final int MODES = Mode.values().length;

    /** The scalar loops. */
    public static final Kernels SCALAR = new Kernels() {
        @Override
        public Reductions reductions() {
            return Reductions.SCALAR;
        }

        @Override
        public MatrixKernel matrix() {
            return ScalarMatrix.INSTANCE;
        }

        @Override
        public PairKernel pairs() {
            return ScalarPairs.INSTANCE;
        }

        @Override
        public String describe() {
            return "scalar";
        }
    };

    /** The best loops this JVM has. */
    public static final Kernels BEST = best();

    private final ClassValue<Variants> byClass = new ClassValue<>() {
        @Override
        protected Variants computeValue(Class<?> type) {
            return new Variants(type.asSubclass(ElementFormula.class));
        }
    };

    private static Kernels best() {
        String obstacle = obstacle();
        if (obstacle != null) {
            LOG.log(Level.WARNING, "jloss runs in scalar code, several times slower than it could: {0}", obstacle);
            return SCALAR;
        }
        return new Kernels() {
            @Override
            PointwiseKernel translate(ElementFormula formula, Parameters parameters, int variant, Mode mode,
                    boolean inNativeMemory) {
                PointwiseKernel loop = SimdKernels.make(formula.getClass(), parameters, variant, mode,
                        inNativeMemory);
                if (!ClassFiles.isOurs(formula.getClass())) {
                    Probe.requireSame(loop, formula, parameters, mode);
                }
                return loop;
            }

            private final Reductions reductions = Warmup.ENABLED
                    ? new WarmingReductions(SimdReductions.INSTANCE) : SimdReductions.INSTANCE;

            // Its loops take fused multiply-add for granted.
            private final MatrixKernel matrix = !Fma.FUSED ? ScalarMatrix.INSTANCE
                    : Warmup.ENABLED ? new WarmingMatrix(SimdMatrix.INSTANCE) : SimdMatrix.INSTANCE;

            private final PairKernel pairs = Warmup.ENABLED
                    ? new WarmingPairs(SimdPairs.INSTANCE) : SimdPairs.INSTANCE;

            @Override
            public PairKernel pairs() {
                return pairs;
            }

            @Override
            public Reductions reductions() {
                return reductions;
            }

            @Override
            public MatrixKernel matrix() {
                return matrix;
            }

            @Override
            public String describe() {
                return SimdKernels.describe();
            }
        };
    }

    /** Why this JVM has no use for SIMD code, and what to do about it; null if it has. */
    private static String obstacle() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return "start java with --add-modules jdk.incubator.vector";
        }
        String vm = System.getProperty("java.vm.info", "");
        if (vm.contains("interpreted") || vm.contains("emulated-client")) {
            return "this JVM runs without its optimizing compiler (" + vm
                    + "); start java without -Xint and -XX:TieredStopAtLevel";
        }
        return SimdKernels.WIDTH < 128 ? "its vectors have only " + SimdKernels.WIDTH
                + " bits; start java without a lower -XX:MaxVectorSize" : null;
    }

    /** The loop over arrays. */
    public final PointwiseKernel of(ElementFormula formula, Mode mode) {
        return byClass.get(formula.getClass()).get(formula, mode, false);
    }

    /** The loop over native memory; null if native memory must be copied to arrays. */
    public final PointwiseKernel inNativeMemory(ElementFormula formula, Mode mode) {
        PointwiseKernel kernel = byClass.get(formula.getClass()).get(formula, mode, true);
        if (kernel.inNativeMemory()) {
            return kernel;
        }
        if (kernel instanceof WarmingKernel warming) {
            warming.used(formula, SPAN);
        } else if (kernel instanceof HardTargets targets) {
            targets.used(formula, SPAN);
        }
        return null;
    }

    /**
     * Makes a loop that is faster than the scalar one.
     *
     * @throws RuntimeException if there is none for this formula; what it says follows the formula's name
     */
    PointwiseKernel translate(ElementFormula formula, Parameters parameters, int variant, Mode mode,
            boolean inNativeMemory) {
        return ScalarLoop.of(formula.getClass(), mode);
    }

    /** Reductions that are no formula's. */
    public abstract Reductions reductions();

    /** The inner loops of matrix products. */
    public abstract MatrixKernel matrix();

    /** Distances of many pairs of rows. */
    public abstract PairKernel pairs();

    /** What these loops are, for people. */
    public abstract String describe();

    /** The loops of one formula class: one for each combination of its boolean components, each mode and memory. */
    private final class Variants {

        private final Class<? extends ElementFormula> type;
        private final Parameters parameters;
        private final String obstacle;
        private final AtomicBoolean warned = new AtomicBoolean();
        private final AtomicReferenceArray<PointwiseKernel> kernels;

        Variants(Class<? extends ElementFormula> type) {
            this.type = type;
            Parameters found = null;
            String error = null;
            try {
                found = new Parameters(type);
            } catch (RuntimeException | LinkageError e) {
                error = sentence(e);
            }
            parameters = found;
            obstacle = error;
            kernels = new AtomicReferenceArray<>((found == null ? 1 : found.variants()) * MODES * 2);
        }

        PointwiseKernel get(ElementFormula formula, Mode mode, boolean inNativeMemory) {
            int variant = parameters == null ? 0 : parameters.variant(formula);
            int index = (variant * MODES + mode.ordinal()) * 2 + (inNativeMemory ? 1 : 0);
            PointwiseKernel kernel = kernels.get(index);
            if (kernel == null) {
                // Without a lock, as this runs code of the caller's: what threads make at once, but for one, is lost.
                kernels.compareAndSet(index, null, make(formula, mode, inNativeMemory, index));
                kernel = kernels.get(index);
            }
            return kernel;
        }

        private PointwiseKernel make(ElementFormula formula, Mode mode, boolean inNativeMemory, int index) {
            int variant = index / 2 / MODES;
            if (Kernels.this == SCALAR || parameters == null || parameters.hardTargets() == 0 || mode == Mode.MAP
                    || !ClassFiles.isOurs(type)) {
                return make(formula, variant, mode, inNativeMemory, kernel -> kernels.set(index, kernel));
            }
            HardTargets both = new HardTargets(reductions());
            both.hard(make(formula, variant | parameters.hardTargets(), mode, inNativeMemory, both::hard));
            both.soft(make(formula, variant, mode, inNativeMemory, both::soft));
            return both;
        }

        private PointwiseKernel make(ElementFormula formula, int variant, Mode mode, boolean inNativeMemory,
                Consumer<PointwiseKernel> ready) {
            if (Kernels.this != SCALAR && obstacle == null && Warmup.ENABLED) {
                // Translated later, when a mutable formula is another.
                ElementFormula frozen = Parameters.frozen(formula);
                return new WarmingKernel(ScalarLoop.of(type, mode), () -> vector(frozen, variant, mode, inNativeMemory),
                        inNativeMemory, mode, ready);
            }
            PointwiseKernel vector = vector(formula, variant, mode, inNativeMemory);
            return vector == null ? ScalarLoop.of(type, mode) : vector;
        }

        /** A loop that is faster than the scalar one; null if there is none, which is said once. */
        private PointwiseKernel vector(ElementFormula formula, int variant, Mode mode, boolean inNativeMemory) {
            String error = obstacle;
            if (error == null) {
                try {
                    return translate(formula, parameters, variant, mode, inNativeMemory);
                } catch (Throwable e) {
                    if (e instanceof VirtualMachineError fatal && !(e instanceof StackOverflowError)) {
                        throw fatal;
                    }
                    error = sentence(e);
                }
            }
            if (Kernels.this != SCALAR && !warned.getAndSet(true)) {
                LOG.log(Level.WARNING, "{0} runs in scalar code: {1}", type.getName(), error);
            }
            return null;
        }

        private static String sentence(Throwable error) {
            return error instanceof IllegalArgumentException ? error.getMessage() : "translation fails: " + error;
        }
    }
}
