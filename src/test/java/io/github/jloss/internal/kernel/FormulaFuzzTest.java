// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Formulas written at random, translated and not: the same bits in all modes, over arrays and native memory, for inputs
 * of all kinds. CI tries the same few each time; others, and more, with
 *
 * <pre>{@code
 * ./mvnw -pl src test -Dtest=FormulaFuzzTest -Djloss.fuzz.seed=42 -Djloss.fuzz.formulas=1000 -Djloss.fuzz.elements=1037
 * }</pre>
 *
 * <p>With 1,000,000 elements the loops are those that the JIT compiler made.
 */
class FormulaFuzzTest {

    private static final long SEED = Long.getLong("jloss.fuzz.seed", 1);
    private static final int FORMULAS = Integer.getInteger("jloss.fuzz.formulas", 12);
    private static final int ELEMENTS = Integer.getInteger("jloss.fuzz.elements", 1037);

    private static final float[] SPECIAL = {0, -0f, 1, -1, 0.5f, 2, -3, 17, 1e-3f, -100, 3e10f, 1e-40f,
        Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.NaN};

    @TempDir
    private Path dir;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final float[][] inputs = new float[5][ELEMENTS];
    private int translated;

    @Test
    void sameBits() throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this is no JDK");
        StringBuilder source = new StringBuilder("import io.github.jloss.spi.*;\n");
        for (int i = 0; i < FORMULAS; i++) source.append(RandomFormulas.write(random, "F" + i));
        Path file = Files.writeString(dir.resolve("Formulas.java"), source);
        assertEquals(0, compiler.run(null, null, null, "-proc:none", "-d", dir.toString(), "-cp",
                System.getProperty("java.class.path"), file.toString()));
        for (float[] input : inputs) {
            for (int i = 0; i < ELEMENTS; i++) input[i] = any();
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {dir.toUri().toURL()}, getClass().getClassLoader());
                Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < FORMULAS; i++) {
                Constructor<?> constructor = loader.loadClass("F" + i).getDeclaredConstructors()[0];
                constructor.setAccessible(true);
                for (int k = 0; k < 2; k++) {
                    compare(formula(constructor), arena);
                }
            }
        }
        assertTrue(translated > 16 * FORMULAS, translated + " loops are translated, of each formula up to 22");
    }

    private float any() {
        return switch (random.nextInt(4)) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> (float) random.nextGaussian() * 4;
            case 2 -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-60, 60)));
            default -> {
                float f = Float.intBitsToFloat(random.nextInt());
                yield Float.isNaN(f) ? random.nextInt(3) : f;
            }
        };
    }

    private ElementFormula formula(Constructor<?> constructor) throws ReflectiveOperationException {
        Object[] values = new Object[constructor.getParameterCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = constructor.getParameterTypes()[i] == boolean.class ? random.nextBoolean() : (Object) any();
        }
        return (ElementFormula) constructor.newInstance(values);
    }

    private void compare(ElementFormula formula, Arena arena) {
        for (Mode mode : Mode.values()) {
            compare(formula, mode, false, ELEMENTS, arena);
            if (!mode.weighted()) {
                // What does not fill a block is not read in place.
                compare(formula, mode, true, ELEMENTS - ELEMENTS % PointwiseKernel.BLOCK, arena);
            }
        }
    }

    private void compare(ElementFormula formula, Mode mode, boolean inNativeMemory, int n, Arena arena) {
        PointwiseKernel best;
        try {
            Parameters parameters = new Parameters(formula.getClass());
            best = Kernels.BEST.translate(formula, parameters, parameters.variant(formula), mode, inNativeMemory);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("operations"), () -> e + ", seed " + SEED);
            return;
        }
        translated++;
        Span expected = run(Kernels.SCALAR.of(formula, mode), formula, n, arena);
        Span found = run(best, formula, n, arena);
        String what = formula + " " + mode + ", seed " + SEED;
        for (int i = 0; i < n; i++) {
            int at = i;
            assertEquals(expected.out.array[i], found.out.array[i],
                    () -> what + " at " + at + ", x = " + inputs[0][at] + ", t = " + inputs[1][at]);
        }
        // All bits but those of NaN.
        assertArrayEquals(expected.sums, found.sums, what);
    }

    private Span run(PointwiseKernel kernel, ElementFormula formula, int n, Arena arena) {
        Span s = new Span();
        s.scale = 1.25f;
        s.x.use(inputs[0], 0);
        s.t.use(inputs[1], 0);
        s.a.use(inputs[2], 0);
        s.b.use(inputs[3], 0);
        s.weights.use(inputs[4], 0);
        s.out.use(new float[ELEMENTS], 0);
        s.clearSums();
        if (kernel.inNativeMemory()) {
            s.x.segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, inputs[0]);
            s.t.segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, inputs[1]);
            s.out.segment = arena.allocate(ValueLayout.JAVA_FLOAT, n);
        }
        kernel.run(formula, s, n);
        if (kernel.inNativeMemory()) {
            MemorySegment.copy(s.out.segment, ValueLayout.JAVA_FLOAT, 0, s.out.array, 0, n);
        }
        return s;
    }
}
