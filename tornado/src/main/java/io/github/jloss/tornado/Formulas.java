// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.internal.kernel.Bits;
import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.internal.formula.Lifter;
import io.github.jloss.internal.formula.Node;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.tornado.kernels.Pointwise;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernels of the formulas of one class: {@link Pointwise} with that class in the place of its formula slot. Float
 * components are options, so that formulas of the same class share a kernel; boolean ones choose which kernel.
 */
final class Formulas {

    private final Class<? extends ElementFormula> type;
    private final Parameters parameters;
    private final MethodHandle floats;
    private final Map<Integer, Kernel> kernels = new ConcurrentHashMap<>();

    Formulas(Class<? extends ElementFormula> type) {
        this.type = type;
        try {
            parameters = new Parameters(type);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
        floats = parameters.reader();
    }

    /** The kernel of a formula. */
    Kernel kernel(ElementFormula formula) {
        return kernels.computeIfAbsent(parameters.variant(formula), this::kernel);
    }

    private Kernel kernel(int variant) {
        try {
            Lifter lifter = new Lifter(type, parameters, variant, Bits.class);
            Node value = lifter.lift("value");
            Node gradient = lifter.lift("gradient");
            byte[] template = KernelLoader.bytes(Pointwise.class.getClassLoader(), Pointwise.class.getName());
            byte[] written = new FormulaCode(value, gradient).into(template);
            return new Kernel("pointwise " + type.getName() + " " + variant, Pointwise.class, _ -> written, Map.of());
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private IllegalArgumentException refused(RuntimeException why) {
        return new IllegalArgumentException("formula: " + type.getName() + " has no kernel: " + why.getMessage(), why);
    }

    /** Sets a formula's float components as options. */
    void options(ElementFormula formula, Call call, int first) {
        float[] values = new float[Parameters.MOST];
        try {
            floats.invoke(values, formula);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        for (int i = 0; i < values.length; i++) {
            call.option(first + i, values[i]);
        }
    }
}
