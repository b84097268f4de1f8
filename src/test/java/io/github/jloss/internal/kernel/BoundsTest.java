// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Formulas at the bounds of what can be translated, and beyond: at once scalar code, with a warning. */
class BoundsTest extends FormulaTests {

    /** The best place to cut this formula is an int. */
    record CutAtInt() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float slow = x / 3 / 5 / 7 / 11;
            int bits = ((((Float.floatToRawIntBits(slow) & 0x7fffffff) + 3 ^ 5) - 7 | 1) ^ 9) - 2 & 0x3fffffff;
            return (Float.intBitsToFloat(bits) - t) / 13 / 17 / 19 / 23;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }
    }

    record CutAtShift() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            int bits = Float.floatToRawIntBits(x / 3 / 5 / 7 / 11) >> 3 ^ 0x55;
            bits = (((bits + 3 ^ 5) - 7 | 1) ^ 9) - 2;
            return (bits + bits) / 13f / 17 / 19 / 23 - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }
    }

    /** More than 1,200 operations, none of which can be left out. */
    record Long() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return most(most(most(x, t), t) + most(most(t, x), x), t);
        }

        @Override
        public float gradient(float x, float t) {
            return x - t;
        }

        private static float most(float v, float t) {
            return many(many(v, t) * 0.5f, t);
        }

        private static float many(float v, float t) {
            float w = eight(eight(eight(eight(v, t), t), t), t);
            return eight(eight(eight(eight(w, t), t), t), t);
        }

        private static float eight(float v, float t) {
            float w = step(step(step(step(v, t), t), t), t);
            return step(step(step(step(w, t), t), t), t);
        }

        private static float step(float v, float t) {
            return Math.abs(v) * 0.5f - t;
        }
    }

    /** Fewer operations than may be, but more than the JIT compiler takes. */
    record TooLongForTheCompiler() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float v = twelve(twelve(twelve(twelve(x, t), t), t), t);
            v = twelve(twelve(twelve(twelve(v, t), t), t), t);
            return twelve(twelve(twelve(twelve(v, t), t), t), t);
        }

        @Override
        public float gradient(float x, float t) {
            return x - t;
        }

        private static float twelve(float v, float t) {
            float w = step(step(step(step(step(step(v, t), t), t), t), t), t);
            return step(step(step(step(step(step(w, t), t), t), t), t), t);
        }

        private static float step(float v, float t) {
            return Scalar.ifSignBit(v, -2.5f, Scalar.ifSignBit(t, v, 4.5f));
        }
    }

    record ManyBooleans(
            boolean b0, boolean b1, boolean b2, boolean b3, boolean b4, boolean b5, boolean b6, boolean b7,
            boolean b8, boolean b9, boolean b10, boolean b11, boolean b12, boolean b13, boolean b14, boolean b15,
            boolean b16, boolean b17, boolean b18, boolean b19, boolean b20, boolean b21, boolean b22,
            boolean b23, boolean b24, boolean b25, boolean b26) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return b26 ? 2 * (x - t) : x - t;
        }

        @Override
        public float gradient(float x, float t) {
            return b0 ? 2 : 1;
        }
    }

    /** Each helper calls the one before twice. It returns at once for what the tests give it, but not if followed. */
    record Doubling() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return f24(x) - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }

        private static float f0(float e) {
            return 0.5f * e;
        }

        private static float f1(float e) {
            return f0(e) + f0(e + 1);
        }

        private static float f2(float e) {
            return f1(e) + f1(e + 1);
        }

        private static float f3(float e) {
            return f2(e) + f2(e + 1);
        }

        private static float f4(float e) {
            return f3(e) + f3(e + 1);
        }

        private static float f5(float e) {
            return f4(e) + f4(e + 1);
        }

        private static float f6(float e) {
            return f5(e) + f5(e + 1);
        }

        private static float f7(float e) {
            return f6(e) + f6(e + 1);
        }

        private static float f8(float e) {
            return f7(e) + f7(e + 1);
        }

        private static float f9(float e) {
            return f8(e) + f8(e + 1);
        }

        private static float f10(float e) {
            return f9(e) + f9(e + 1);
        }

        private static float f11(float e) {
            return f10(e) + f10(e + 1);
        }

        private static float f12(float e) {
            return f11(e) + f11(e + 1);
        }

        private static float f13(float e) {
            return f12(e) + f12(e + 1);
        }

        private static float f14(float e) {
            return f13(e) + f13(e + 1);
        }

        private static float f15(float e) {
            return f14(e) + f14(e + 1);
        }

        private static float f16(float e) {
            return f15(e) + f15(e + 1);
        }

        private static float f17(float e) {
            return f16(e) + f16(e + 1);
        }

        private static float f18(float e) {
            return f17(e) + f17(e + 1);
        }

        private static float f19(float e) {
            return f18(e) + f18(e + 1);
        }

        private static float f20(float e) {
            return f19(e) + f19(e + 1);
        }

        private static float f21(float e) {
            return f20(e) + f20(e + 1);
        }

        private static float f22(float e) {
            return f21(e) + f21(e + 1);
        }

        private static float f23(float e) {
            return f22(e) + f22(e + 1);
        }

        private static float f24(float e) {
            return f23(e) + f23(e + 1);
        }
    }

    record MathFma(float c) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Math.fma(x, t, -x * t) + Scalar.fma(x, c, t);
        }

        @Override
        public float gradient(float x, float t) {
            return Math.fma(x, c, t);
        }
    }

    record Shared(float c, boolean twice) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return twice ? c * (x - t) * 2 : c * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return twice ? 2 * c : c;
        }
    }

    @Test
    void neverCutAtAnInt() {
        for (ElementFormula formula : List.of(new CutAtInt(), new CutAtShift())) {
            requireRight(formula);
            requireBest(formula);
            assertEquals(List.of(), warnings);
        }
    }

    @Test
    void operations() {
        fallsBackAtOnce(new Long(), "more than 300 operations");
    }

    @Test
    void operationsForTheCompiler() {
        fallsBackAtOnce(new TooLongForTheCompiler(), "too many operations for the JIT compiler");
    }

    @Test
    void booleans() {
        fallsBackAtOnce(new ManyBooleans(
                false, false, false, false, false, false, false, false, false, false, false, false, false,
                false, false, false, false, false, false, false, false, false, false, false, false, false, true),
                "more than 8 boolean components");
    }

    @Test
    void callsWithinCalls() {
        assertTimeoutPreemptively(ofSeconds(20), () -> {
            PointwiseKernel kernel = Kernels.BEST.of(new Doubling(), Mode.GRADIENTS);
            assertTrue(kernel.getClass().getName().contains("ScalarLoop"));
        });
        if (Kernels.BEST != Kernels.SCALAR) {
            assertEquals(1, warnings.size());
            assertTrue(warnings.getFirst().contains("instructions"), warnings::toString);
        }
    }

    @Test
    void bothKindsOfFma() {
        MathFma formula = new MathFma(0.1f);
        requireRight(formula);
        requireBest(formula);
        assertEquals(List.of(), warnings);
    }

    /** Where the processor has no such instruction, Scalar.fma is rounded twice, Math.fma still once. */
    @Test
    void bothKindsOfFmaWithoutTheInstruction() throws Exception {
        List<String> command = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:-UseFMA", "-Djloss.warmup=false", "-cp", System.getProperty("java.class.path"),
                WithoutTheInstruction.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    static final class WithoutTheInstruction {
        public static void main(String[] args) {
            assertFalse(Fma.FUSED);
            MathFma formula = new MathFma(0.1f);
            requireRight(formula);
            requireBest(formula);
        }
    }

    /** All get the same loop, whoever made it, and one warning at the most. */
    @Test
    void threadsThatMakeTheSameLoop() throws Exception {
        Set<PointwiseKernel> kernels = Collections.newSetFromMap(new ConcurrentHashMap<>());
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Object>> calls = IntStream.range(0, 64).<Callable<Object>>mapToObj(i -> () ->
                    kernels.add(Kernels.BEST.of(new Shared(i, true), Mode.SUM))).collect(Collectors.toList());
            for (var done : threads.invokeAll(calls)) done.get();
        }
        assertEquals(1, kernels.size());
        requireRight(new Shared(1.5f, true));
        requireRight(new Shared(2.5f, false));
        assertEquals(List.of(), warnings);
    }

    private void fallsBackAtOnce(ElementFormula formula, String expected) {
        assertTimeoutPreemptively(ofSeconds(20), () -> fallsBack(formula, expected));
    }
}
