package io.github.jloss.internal.simd;

import io.github.jloss.internal.Parameters;
import io.github.jloss.internal.PointwiseKernel;
import io.github.jloss.spi.ElementFormula;
import java.lang.invoke.MethodHandles;

/** Makes the SIMD loops of a formula. */
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
     * @return its loops
     * @throws IllegalArgumentException if the formula does something that vectors cannot; the message says what
     */
    public static PointwiseKernel make(Class<? extends ElementFormula> formula, Parameters parameters, int variant) {
        try {
            Lifter lifter = new Lifter(formula, parameters, variant);
            byte[] code = new Emitter(lifter.lift("value"), lifter.lift("gradient")).emit();
            MethodHandles.Lookup loops = MethodHandles.lookup().defineHiddenClassWithClassData(code, parameters, true);
            return (PointwiseKernel) loops.lookupClass().getDeclaredConstructor().newInstance();
        } catch (Lifter.Refused e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
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
