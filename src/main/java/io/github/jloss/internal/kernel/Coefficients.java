// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;

/** Whether formulas look at their coefficients, which cost time to be filled in. */
public final class Coefficients {

    private static final ClassValue<Boolean> READ = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return !PointwiseFormula.class.isAssignableFrom(type) || overrides(type, "value")
                    || overrides(type, "gradient");
        }
    };

    private Coefficients() {}

    /**
     * Whether a formula may look at its coefficients.
     *
     * @param formula any formula
     * @return false if it only has the methods that have none
     */
    public static boolean readBy(ElementFormula formula) {
        return READ.get(formula.getClass());
    }

    /** A formula without coefficients may yet have its own way to deal with some. */
    private static boolean overrides(Class<?> type, String method) {
        try {
            return type.getMethod(method, float.class, float.class, float.class, float.class)
                    .getDeclaringClass() != PointwiseFormula.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }
}
