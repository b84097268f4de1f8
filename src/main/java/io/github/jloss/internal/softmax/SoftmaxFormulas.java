// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.internal.kernel.FoldFormula;
import io.github.jloss.internal.kernel.MapFormula;
import io.github.jloss.internal.kernel.MutableFormula;
import io.github.jloss.internal.kernel.PointwiseMap;
import io.github.jloss.spi.Scalar;

/**
 * The passes of the softmax engine over logits, and over numbers of rows. Some go over a row: then the class differs
 * from element to element and the row's numbers are parameters. Others go over many rows in one class: then it is the
 * other way round. The arithmetic that all of them share is in the static methods, which kernels of devices call, too.
 */
public final class SoftmaxFormulas {

    private SoftmaxFormulas() {}

    /**
     * Of a row: e^(x - max), the excluded class left out. t is the number of the class.
     */
    static final class Exp implements MutableFormula, PointwiseMap {
        float max;
        float excluded;

        @Override
        public float value(float x, float t) {
            return Scalar.ifEqual(t, excluded, 0f, Scalar.expNeg(max - x));
        }
    }

    /** The largest of four numbers; a NaN among t, a and b is passed over. */
    static final class Max extends MapFormula {
        @Override
        public float value(float x, float t, float a, float b) {
            float most = Scalar.ifLess(x, t, t, x);
            most = Scalar.ifLess(most, a, a, most);
            return Scalar.ifLess(most, b, b, most);
        }
    }

    /** Of a class: its number where x is the row's maximum t, and what is known already, a, elsewhere. */
    static final class ArgMax extends MapFormula {
        float number;

        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.ifEqual(x, t, number, a);
        }
    }

    /** Of a class: b + e^(x - t), t the row's maximum, but for rows whose excluded class, a, it is. */
    static final class AddExp extends MapFormula {
        float number;

        @Override
        public float value(float x, float t, float a, float b) {
            return b + Scalar.ifEqual(a, number, 0f, Scalar.expNeg(t - x));
        }
    }

    /** Of a class: e^(x - t), t the row's maximum, but 0 for rows whose excluded class, a, it is. */
    static final class ExpOfClass extends MapFormula {
        float number;

        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.ifEqual(a, number, 0f, Scalar.expNeg(t - x));
        }
    }

    /**
     * Of a class: the gradient where no other class has a term. x is e^(x_j - max), t the row's factor, and for rows
     * whose own class, a, it is, minus the sum b over the others takes the place of x. 0 where t is 0, whatever the row
     * holds.
     */
    static final class GradientOfClass extends MapFormula {
        float number;

        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.ifEqual(t, 0f, 0f, Scalar.ifEqual(a, number, 0f - b, x) * t);
        }
    }

    /** The sum of four numbers, from left to right, as if they came one by one. */
    static final class Add extends MapFormula {
        @Override
        public float value(float x, float t, float a, float b) {
            return x + t + a + b;
        }
    }

    /** x - t. */
    static final class Subtract implements MutableFormula, PointwiseMap {
        @Override
        public float value(float x, float t) {
            return x - t;
        }
    }

    /**
     * Of a row, with maximum x, the sum t of e^(x_j - max) over all classes but one, and that one's logit a: the
     * logarithm of the sum over all classes, or that one's summand.
     */
    static final class RowNumber extends MapFormula {
        boolean log;

        @Override
        public float value(float x, float t, float a, float b) {
            float e = Scalar.expNeg(x - a);
            return log ? logSum(t, e) : e;
        }
    }

    /**
     * The term of a row's own class: loss and factor. x is the row's maximum, t the sum of e^(x_j - max) over the other
     * classes, a the class's logit and b its weight. Neither lp nor 1 - p is ever the difference of nearly equal
     * numbers. The gradient is minus dL/dlp, divided by the sum of all e^(x_j - max).
     */
    static final class Head implements MutableFormula {
        boolean focused;
        float gamma;

        @Override
        public float value(float x, float t, float a, float b) {
            float e = Scalar.expNeg(x - a);
            float power = focused ? Scalar.pow(t / (t + e), gamma) : 1f;
            return ownLoss(focused, power, logSum(t, e) - (a - x), b);
        }

        @Override
        public float gradient(float x, float t, float a, float b) {
            float e = Scalar.expNeg(x - a);
            float sum = t + e;
            float power = focused ? Scalar.pow(t / sum, gamma) : 1f;
            return ownFactor(focused, gamma, power, logSum(t, e) - (a - x), t, e, b);
        }
    }

    /** The focusing factor times a weight; operands as for {@link Head}. */
    static final class Focus extends MapFormula {
        float gamma;

        @Override
        public float value(float x, float t, float a, float b) {
            float e = Scalar.expNeg(x - a);
            return Scalar.ifEqual(b, 0f, 0f, b * Scalar.pow(t / (t + e), gamma));
        }
    }

    /**
     * Minus the derivative of {@link Focus} with respect to lp, divided by the sum of all e^(x_j - max). It is
     * {@code g F p/u}; where u is 0 all gradients that come of it are, in the limit.
     */
    static final class FocusFactor extends MapFormula {
        float gamma;

        @Override
        public float value(float x, float t, float a, float b) {
            float e = Scalar.expNeg(x - a);
            float sum = t + e;
            float ratio = Scalar.ifEqual(t, 0f, 0f, e / t);
            return Scalar.ifEqual(b, 0f, 0f, b * (gamma * Scalar.pow(t / sum, gamma)) * ratio / sum);
        }
    }

    /** A product. */
    static final class Times implements MutableFormula, PointwiseMap {
        @Override
        public float value(float x, float t) {
            return x * t;
        }
    }

    /**
     * Of a row: the terms of all classes but the excluded one, t being the class's number, a its target and b its
     * weight. The value is T f lp, the second number minus its derivative with respect to lp; for T and f see
     * {@link #factor}.
     */
    static final class Terms extends MapFormula implements FoldFormula {
        boolean soft;
        boolean focused;
        float max;
        float logSum;
        float excluded;
        float flat;
        /** The factor on soft targets, or the exponent of focusing: there is never both. */
        float special;

        @Override
        public float value(float x, float t, float a, float b) {
            float lp = x - max - logSum;
            float factor = factor(soft, focused, flat, special, a, lp) * b;
            return Scalar.ifEqual(t, excluded, 0f, term(factor, lp));
        }

        @Override
        public float second(float x, float t, float a, float b) {
            float lp = x - max - logSum;
            float factor = factor(soft, focused, flat, special, a, lp) * b;
            return Scalar.ifEqual(t, excluded, 0f, slope(focused, special, factor, lp));
        }

        @Override
        public float third(float x, float t, float a, float b) {
            return 0;
        }
    }

    /** Of a row: the gradients with all terms, but for the excluded class; a and b as for {@link Terms}. */
    static final class TermsGradient implements MutableFormula {
        boolean soft;
        boolean focused;
        float max;
        float logSum;
        float q;
        float flat;
        float special;

        @Override
        public float value(float x, float t, float a, float b) {
            return 0;
        }

        @Override
        public float gradient(float x, float t, float a, float b) {
            float lp = x - max - logSum;
            float factor = factor(soft, focused, flat, special, a, lp) * b;
            return times(q, x - max) - slope(focused, special, factor, lp);
        }
    }

    /**
     * Of a class: its terms added to b, where it is not the row's excluded class t. x is x_j - max; a is the row's
     * logarithmic sum, or the target if it is soft: then the term is T (x_j - max), without that sum. The weight of the
     * class is in {@code flat} and, for soft targets, in {@code special}.
     */
    static final class AddTerm extends MapFormula {
        boolean soft;
        boolean focused;
        /** Whether the slope is added, or the term itself. */
        boolean slope;
        float number;
        float flat;
        float special;

        @Override
        public float value(float x, float t, float a, float b) {
            float lp = soft ? x : x - a;
            float factor = factor(soft, focused, flat, special, a, lp);
            return b + Scalar.ifEqual(t, number, 0f, slope ? slope(focused, special, factor, lp) : term(factor, lp));
        }
    }

    /** Of a class: the gradient with all terms; x, a and the weight as for {@link AddTerm}, t is q, b the scale. */
    static final class TermGradient extends MapFormula {
        boolean soft;
        boolean focused;
        float flat;
        float special;

        @Override
        public float value(float x, float t, float a, float b) {
            float lp = soft ? x : x - a;
            float factor = factor(soft, focused, flat, special, a, lp);
            return Scalar.ifEqual(b, 0f, 0f, (times(t, x) - slope(focused, special, factor, lp)) * b);
        }
    }

    /**
     * The logarithm of the sum over all classes of e^(x_j - max). If others is below 1, the one class it leaves out is
     * the maximum, and the sum is 1 + others.
     *
     * @param others the sum over all classes but one
     * @param own that one's summand
     * @return the logarithm of both together
     */
    public static float logSum(float others, float own) {
        return Scalar.ifLess(others, 1f, Scalar.log1pUnit(others), Scalar.log(others + own));
    }

    /**
     * The loss of the term of a row's own class.
     *
     * @param focused whether gamma is not 0
     * @param power (1 - p)^gamma if so
     * @param loss minus the logarithm of the class's probability
     * @param weight the factor on the term
     * @return the term; 0 where the weight is 0, whatever the row holds
     */
    public static float ownLoss(boolean focused, float power, float loss, float weight) {
        return Scalar.ifEqual(weight, 0f, 0f, (focused ? loss * power : loss) * weight);
    }

    /**
     * Minus the derivative of {@link #ownLoss} with respect to lp, divided by the sum over all classes. With u = 1 - p
     * it is, before that, {@code u^g (1 - g p lp/u)}, and lp/u goes to -1 where u goes to 0.
     *
     * @param focused whether gamma is not 0
     * @param gamma the exponent g
     * @param power (1 - p)^gamma if focused
     * @param loss minus lp
     * @param others the sum over all classes but this one
     * @param own this one's summand
     * @param weight the factor on the term
     * @return the factor on e^(x_j - max) in the gradients
     */
    public static float ownFactor(boolean focused, float gamma, float power, float loss, float others, float own,
            float weight) {
        float sum = others + own;
        float slope = weight;
        if (focused) {
            float u = others / sum;
            float ratio = Scalar.ifEqual(u, 0f, -1f, -loss / u);
            float p = own / sum;
            slope = weight * (power * (1f - gamma * Scalar.ifEqual(p, 0f, 0f, p * ratio)));
        }
        return Scalar.ifEqual(weight, 0f, 0f, slope / sum);
    }

    /**
     * The gradient of a row's own class where other classes have terms, but for the row's scale. It is the difference
     * of what the softmax gives and what the target takes, for this class or, as gradients of a row add up to 0, for
     * all others with the opposite sign: whichever are the smaller numbers, so that little is lost where the class is
     * one of many alike, nor where it is nearly certain.
     *
     * @param q the factor on e^(x_j - max) in the gradients
     * @param others the sum of these over the other classes
     * @param own this class's
     * @param slopes the sum of minus dL/dlp_j over the other classes
     * @param slope this class's
     * @return dL/dx
     */
    public static float ownGradient(float q, float others, float own, float slopes, float slope) {
        float given = term(q, own);
        float taken = term(q, others);
        float here = Math.abs(given) + Math.abs(slope);
        float elsewhere = Math.abs(taken) + Math.abs(slopes);
        return Scalar.ifLess(here, elsewhere, given - slope, slopes - taken);
    }

    /**
     * What the other classes' terms add to the factor on e^(x_j - max).
     *
     * @param slopes the sum of minus dL/dlp_j over the other classes
     * @param sum over all classes of e^(x_j - max)
     * @return their quotient; 0 where there are no terms, whatever the row holds
     */
    public static float share(float slopes, float sum) {
        return Scalar.ifEqual(slopes, 0f, 0f, slopes / sum);
    }

    /**
     * The scale of a row that counts: 0 times a row of NaN is NaN, not the 0 of a row that does not count.
     *
     * @param scale the factor on the row's gradients
     * @param q the factor on e^(x_j - max), NaN if the row has one
     * @return the scale, NaN where it is 0 and q is no number
     */
    public static float scale(float scale, float q) {
        return Scalar.ifEqual(scale, 0f, scale * q, scale);
    }

    /**
     * T f: the smoothed target, and where it is focused p^gamma = e^(gamma lp).
     *
     * @param soft whether targets are probabilities
     * @param focused whether the exponent is not 0
     * @param flat what smoothing gives to every class
     * @param special the factor on soft targets, or the exponent of focusing: there is never both
     * @param target of this class, if soft
     * @param lp the logarithm of its probability
     * @return the factor on lp, but for the class's weight
     */
    public static float factor(boolean soft, boolean focused, float flat, float special, float target, float lp) {
        if (soft) {
            return Scalar.fma(special, target, flat);
        }
        return focused ? flat * Scalar.expNeg(special * -lp) : flat;
    }

    /**
     * A product such as T f lp in which 0 times minus infinity, or NaN, is 0.
     *
     * @param factor T f
     * @param lp the logarithm of a probability
     * @return their product
     */
    public static float term(float factor, float lp) {
        return Scalar.ifEqual(factor, 0f, 0f, factor * lp);
    }

    /**
     * d(T p^gamma lp) / dlp = T p^gamma (1 + gamma lp), with the same zeros.
     *
     * @param focused whether gamma is not 0
     * @param gamma the exponent
     * @param factor T p^gamma
     * @param lp the logarithm of a probability
     * @return the derivative
     */
    public static float slope(boolean focused, float gamma, float factor, float lp) {
        return focused ? Scalar.ifEqual(factor, 0f, 0f, factor * Scalar.fma(gamma, lp, 1f)) : factor;
    }

    /**
     * q e^x.
     *
     * @param q a factor
     * @param x not above 0
     * @return the product; 0 where q is 0, whatever the row holds
     */
    public static float times(float q, float x) {
        return Scalar.ifEqual(q, 0f, 0f, Scalar.expNeg(-x) * q);
    }
}
