// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;

/**
 * Asymmetric loss for multi-label classification, as timm's {@code AsymmetricLossMultiLabel}. T. Ridnik et al.,
 * <i>Asymmetric Loss For Multi-Label Classification</i>, ICCV 2021.
 *
 * <p>With {@code p = s(x)}, s the sigmoid, the probability of a negative is shifted, {@code n = min(s(-x) + clip, 1)},
 * and each element is weighted by how wrong it is:
 * {@code b = t s(-x) + (1-t) max(p - clip, 0)}, {@code g = gammaPos t + gammaNeg (1-t)},
 * {@code l = -b^g (t log max(p, eps) + (1-t) log max(n, eps))}.
 * So a positive costs {@code -s(-x)^gammaPos log p}, a negative with {@code p <= clip} nothing at all.
 *
 * <p>Gradient: {@code -(w l' + l w')} with {@code w = b^g}, {@code p' = p s(-x)}, {@code n' = -p'} where
 * {@code p >= clip} (0 below), {@code l' = t s(-x) [p >= eps] + (1-t) n'/n [n >= eps]} and
 * {@code w' = g b^(g-1) b'}; with {@code disableGradFocal} the weight counts as a constant, {@code w' = 0}. Where
 * {@code b = 0} the limit is taken ({@code w' = 0} for g other than 1), so that gammas below 1 give no NaN.
 *
 * <p>{@link Reduction#SUM} is the default, as in timm, which has no other; {@link Reduction#MEAN} divides by the number
 * of elements. {@code eps} caps the loss of a confident mistake and lets its gradient vanish (timm's default 1e-8, from
 * logits of -18.4 on); {@code eps = 0} does neither.
 */
public final class AsymmetricLossMultiLabel extends PointwiseLoss<AsymmetricLossMultiLabel> {

    private static final long serialVersionUID = 1;

    /** timm's defaults: gammaNeg 4, gammaPos 1, clip 0.05, eps 1e-8, gradient through the weight, the sum. */
    public AsymmetricLossMultiLabel() {
        super(Formula.of(4, 1, 0.05f, 1e-8f, false), null, null, Reduction.SUM);
    }

    private Formula options() {
        return (Formula) formula();
    }

    /**
     * This loss with another focusing exponent of negatives.
     *
     * @param exponent at least 0; 4 by default
     * @return a loss with this option
     */
    public AsymmetricLossMultiLabel withGammaNeg(double exponent) {
        float gammaNeg = Checks.asFloat("gammaNeg", Checks.notNegative("gammaNeg", exponent));
        Formula o = options();
        return with(Formula.of(gammaNeg, o.gammaPos, o.clip, o.eps, o.disableGradFocal));
    }

    /**
     * This loss with another focusing exponent of positives.
     *
     * @param exponent at least 0; 1 by default
     * @return a loss with this option
     */
    public AsymmetricLossMultiLabel withGammaPos(double exponent) {
        float gammaPos = Checks.asFloat("gammaPos", Checks.notNegative("gammaPos", exponent));
        Formula o = options();
        return with(Formula.of(o.gammaNeg, gammaPos, o.clip, o.eps, o.disableGradFocal));
    }

    /**
     * This loss with another shift of the probability of negatives.
     *
     * @param shift in [0, 1]: 0 for none, 1 for negatives that cost nothing; 0.05 by default
     * @return a loss with this option
     */
    public AsymmetricLossMultiLabel withClip(double shift) {
        Checks.require(shift >= 0 && shift <= 1, "clip", shift, "a number in [0, 1]");
        Formula o = options();
        return with(Formula.of(o.gammaNeg, o.gammaPos, (float) shift, o.eps, o.disableGradFocal));
    }

    /**
     * This loss with another least probability inside the logarithms.
     *
     * @param least in [0, 1); 1e-8 by default
     * @return a loss with this option
     */
    public AsymmetricLossMultiLabel withEps(double least) {
        Checks.require(least >= 0 && least < 1, "eps", least, "a number in [0, 1)");
        Formula o = options();
        return with(Formula.of(o.gammaNeg, o.gammaPos, o.clip, (float) least, o.disableGradFocal));
    }

    /**
     * This loss with a focusing weight that counts as a constant in the gradient, or not.
     *
     * @param constant whether it does; false by default
     * @return a loss with this option
     */
    public AsymmetricLossMultiLabel withDisableGradFocal(boolean constant) {
        Formula o = options();
        return with(Formula.of(o.gammaNeg, o.gammaPos, o.clip, o.eps, constant));
    }

    float gammaNeg() {
        return options().gammaNeg;
    }

    float gammaPos() {
        return options().gammaPos;
    }

    float clip() {
        return options().clip;
    }

    float eps() {
        return options().eps;
    }

    boolean disableGradFocal() {
        return options().disableGradFocal;
    }

    /**
     * Without a shift, n is s(-x) itself, and its logarithm and slope need no subtraction from 1. Of targets that are 0
     * or 1, {@code hardTargets} takes one of two where others take a mean, with the same bits; and where exponents are
     * whole, the power is a product.
     */
    private record Formula(float gammaNeg, float gammaPos, float clip, float eps, float mostEntropy,
            boolean disableGradFocal, boolean shifts, boolean steep, boolean unbounded, boolean normal, boolean whole,
            boolean flat, boolean hardTargets) implements PointwiseFormula {

        static Formula of(float gammaNeg, float gammaPos, float clip, float eps, boolean disableGradFocal) {
            return new Formula(gammaNeg, gammaPos, clip, eps, (float) -Math.log(eps), disableGradFocal, clip > 0,
                    Math.max(gammaNeg, gammaPos) >= Focal.STEEP, eps == 0, clip >= Float.MIN_NORMAL,
                    isSmallInteger(gammaNeg) && isSmallInteger(gammaPos),
                    Math.min(gammaNeg, gammaPos) == 0, false);
        }

        private static boolean isSmallInteger(float gamma) {
            return gamma <= 4 && gamma == (int) gamma;
        }

        /** The options; the other components follow from them. */
        @Override
        public String toString() {
            return "[gammaNeg=" + gammaNeg + ", gammaPos=" + gammaPos + ", clip=" + clip + ", eps=" + eps
                    + ", disableGradFocal=" + disableGradFocal + "]";
        }

        @Override
        public float value(float x, float t) {
            float entropy = entropy(x, t);
            if (!unbounded) {
                return focus(x, t) * entropy;
            }
            // Where it is infinite b is not 0, though its power may be too small for a float. Not asked of all losses:
            // one select more, and the loop is more than the JIT compiler inlines.
            return Scalar.ifEqual(entropy, Float.POSITIVE_INFINITY, entropy, focus(x, t) * entropy);
        }

        @Override
        public float gradient(float x, float t) {
            float p = probability(x);
            float q = opposite(x);
            float n = negative(x);
            float unclipped = Scalar.ifLess(excess(x), 0, 0, p * q);
            float ofNegative = shifts ? unclipped / n : p;
            float entropySlope = hardTargets
                    ? Scalar.ifLess(Scalar.ifEqual(t, 1, p, n), eps, 0, Scalar.ifEqual(t, 1, 0 - q, ofNegative))
                    : Scalar.ifLess(n, eps, 0, (1 - t) * ofNegative) - Scalar.ifLess(p, eps, 0, t * q);
            float w = focus(x, t);
            if (disableGradFocal) {
                return w * entropySlope;
            }
            float db = hardTargets ? Scalar.ifEqual(t, 1, 0 - p * q, unclipped) : (1 - t) * unclipped - t * (p * q);
            float dw = focusSlope(x, t) * db;
            float entropy = entropy(x, t);
            return Scalar.fma(w, entropySlope, unbounded ? weighted(dw, entropy) : dw * entropy);
        }

        /** {@code t ofPositive + (1-t) ofNegative}. */
        private float mean(float t, float ofPositive, float ofNegative) {
            return hardTargets ? Scalar.ifEqual(t, 1, ofPositive, ofNegative)
                    : Scalar.fma(t, ofPositive, (1 - t) * ofNegative);
        }

        /** s(x), from the smaller of the two probabilities. */
        private static float probability(float x) {
            float small = Scalar.sigmoidNeg(Math.abs(x));
            return Scalar.ifSignBit(x, small, 1 - small);
        }

        /** s(-x). */
        private static float opposite(float x) {
            float small = Scalar.sigmoidNeg(Math.abs(x));
            return Scalar.ifSignBit(x, 1 - small, small);
        }

        /**
         * p - clip, with all digits on either side of p = 1/2: where 1 - small is close to clip, both differences from
         * 1/2 are exact, and 1 - clip would not be.
         */
        private float excess(float x) {
            float small = Scalar.sigmoidNeg(Math.abs(x));
            return Scalar.ifSignBit(x, small - clip, 0.5f - clip + (0.5f - small));
        }

        /** min(s(-x) + clip, 1), for x > 0 from the small s(-x): 1 - (p - clip) has the rounding of a number near 1. */
        private float negative(float x) {
            if (!shifts) {
                return opposite(x);
            }
            float sum = Scalar.sigmoidNeg(Math.abs(x)) + clip;
            return Scalar.ifSignBit(x, 1 - positivePart(excess(x)), Scalar.ifLess(sum, 1, sum, 1));
        }

        private float exponent(float t) {
            return mean(t, gammaPos, gammaNeg);
        }

        /** How wrong the prediction is: b. */
        private float error(float x, float t) {
            return mean(t, opposite(x), positivePart(excess(x)));
        }

        /** b^g. */
        private float focus(float x, float t) {
            float b = error(x, t);
            float g = exponent(t);
            if (!whole) {
                return power(x, t);
            }
            float product = b * product(b, g);
            return ofHard(t, flat ? Scalar.ifEqual(g, 0, 1, product) : product, power(x, t));
        }

        /** g b^(g-1). */
        private float focusSlope(float x, float t) {
            float b = error(x, t);
            float g = exponent(t);
            float slope = Scalar.ifEqual(b, 0, Scalar.ifEqual(g, 1, 1, 0), g * power(x, t) / b);
            return whole ? ofHard(t, g * product(b, g), slope) : slope;
        }

        /** One number for targets that are 0 or 1, another for others. */
        private float ofHard(float t, float hard, float other) {
            return hardTargets ? hard : Scalar.ifEqual(t * (1 - t), 0, hard, other);
        }

        /** b^(g-1) for g = 1, 2, 3, 4. */
        private static float product(float b, float g) {
            float square = Scalar.ifLess(g, 2.5f, 1, b * b);
            return square * Scalar.ifEqual(g, 2, b, Scalar.ifEqual(g, 4, b, 1));
        }

        private float power(float x, float t) {
            float b = error(x, t);
            float power = Scalar.pow(b, exponent(t));
            if (!steep) {
                return power;
            }
            // Near 1 what counts is how far b is from it.
            float rest = mean(t, probability(x), negative(x));
            return Scalar.ifLess(rest, 0.5f, Scalar.expNeg(exponent(t) * Scalar.log1pUnit(rest / b)), power);
        }

        /** The cross entropy, with logarithms that are at least log eps. */
        private float entropy(float x, float t) {
            float small = Scalar.softplusNeg(Math.abs(x));
            float ofPositive = Scalar.ifSignBit(x, small - x, small);
            float ofNegative = shifts ? shifted(x) : Scalar.ifSignBit(x, small, small + x);
            return hardTargets ? atMost(Scalar.ifEqual(t, 1, ofPositive, ofNegative))
                    : weighted(t, atMost(ofPositive)) + weighted(1 - t, atMost(ofNegative));
        }

        private float atMost(float entropy) {
            return Scalar.ifLess(mostEntropy, entropy, mostEntropy, entropy);
        }

        /** -log(1 - d) where 1 - d was rounded to n: the rounding error goes back in; d is small where it matters. */
        private float shifted(float x) {
            float d = positivePart(excess(x));
            float n = negative(x);
            // Of NaN d and n are NaN, too.
            return d - (1 - n) - (normal ? Scalar.logNormal(n) : Scalar.log(n));
        }

        /** A product in which 0 times infinity is 0. */
        private static float weighted(float weight, float entropy) {
            return Scalar.ifEqual(weight, 0, 0, weight * entropy);
        }

        private static float positivePart(float d) {
            return Scalar.ifLess(d, 0, 0, d);
        }
    }
}
