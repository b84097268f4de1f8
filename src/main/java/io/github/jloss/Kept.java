// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.Scalar;
import java.io.Serializable;

/** What a mean divides by where elements of a certain target are ignored. */
final class Kept implements Serializable {

    private static final long serialVersionUID = 1;

    private final Formula weights;
    private final Formula numbers;

    /**
     * Elements that are not ignored.
     *
     * @param ignored their target; NaN for none
     * @param ofLabels whether that is the formula's second coefficient, or its target
     */
    Kept(float ignored, boolean ofLabels) {
        weights = new Formula(ignored, ofLabels, false);
        numbers = new Formula(ignored, ofLabels, true);
    }

    /** The target of ignored elements as formulas compare it. */
    static float ignored(Long target) {
        return target == null ? Float.NaN : target;
    }

    /** A target that floats can tell from others. */
    static long checked(long target) {
        Checks.require(Math.abs(target) <= 1 << 24 && target != Long.MIN_VALUE, "ignoreIndex", target,
                "a number from -2^24 to 2^24");
        return target;
    }

    /**
     * Counts them.
     *
     * @param pass over the elements
     * @param batchWeights those of the batch, or null
     * @param factors on what each counts, or null
     * @param meanBy whether each counts its weight, or 1 if that is above 0
     */
    double count(PointwisePass pass, Tensor batchWeights, Tensor factors, MeanBy meanBy) {
        Tensor a = pass.a();
        Tensor all = pass.weights();
        pass.over(pass.input(), pass.target(), batchWeights, pass.b(), factors);
        double count = pass.sum(meanBy == MeanBy.COUNT ? numbers : weights);
        pass.over(pass.input(), pass.target(), a, pass.b(), all);
        return count;
    }

    private record Formula(float ignored, boolean ofLabels, boolean counts) implements ElementFormula {

        @Override
        public float value(float x, float t, float weight, float label) {
            float kept = counts ? Scalar.ifLess(0, weight, 1, 0) : weight;
            return Scalar.ifEqual(ofLabels ? label : t, ignored, 0, kept);
        }

        @Override
        public float gradient(float x, float t, float weight, float label) {
            return 0;
        }
    }
}
