// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.simd;

import io.github.jloss.internal.kernel.FoldFormula;
import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.formula.Lifter;
import io.github.jloss.internal.formula.Node;
import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Makes the SIMD loop of a formula. */
public final class SimdKernels {

    /** Bits of a vector. */
    public static final int WIDTH = SimdLoop.SPECIES.vectorBitSize();

    private SimdKernels() {}

    /**
     * Translates a formula.
     *
     * @param formula a record class
     * @param parameters its components
     * @param variant the values of its boolean components
     * @param mode what to write
     * @param inNativeMemory whether inputs, targets and results are in native memory, or in arrays
     * @return its loop
     * @throws IllegalArgumentException if the formula does something that vectors cannot; the message says what
     */
    public static PointwiseKernel make(Class<? extends ElementFormula> formula, Parameters parameters, int variant,
            Mode mode, boolean inNativeMemory) {
        try {
            Lifter lifter = new Lifter(formula, parameters, variant);
            Map<String, Node> results = new LinkedHashMap<>();
            results.put(mode == Mode.MAP ? "mapped" : "value", lifter.lift("value"));
            if (mode.writesGradients()) results.put("gradient", lifter.lift("gradient"));
            boolean isFold = FoldFormula.class.isAssignableFrom(formula);
            if (isFold) {
                results.put("second", lifter.lift("second"));
                results.put("third", lifter.lift("third"));
            }
            Node cut = mode == Mode.MAP ? null : Cut.find(results.values().toArray(Node[]::new));
            SimdLoop.Formula copy = new SimdLoop.Formula(parameters.reader(), mode, cut != null,
                    readsCoefficients(results.values()), isFold, inNativeMemory);
            MethodHandles.Lookup loops = MethodHandles.lookup().defineHiddenClassWithClassData(
                    new Emitter(results, cut, inNativeMemory).emit(), copy, true);
            return (PointwiseKernel) loops.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean readsCoefficients(Collection<Node> results) {
        Deque<Node> open = new ArrayDeque<>(results);
        Set<Node> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (node instanceof Node.Argument argument && argument.index() >= 2) {
                return true;
            }
            if (seen.add(node)) {
                open.addAll(node.inputs());
            }
        }
        return false;
    }

    /**
     * What the loops are, for people.
     *
     * @return such as {@code SIMD 512 bits}
     */
    public static String describe() {
        return "SIMD " + WIDTH + " bits";
    }
}
