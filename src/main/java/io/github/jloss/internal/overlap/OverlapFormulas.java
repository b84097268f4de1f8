// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.overlap;

import io.github.jloss.internal.kernel.FoldFormula;
import io.github.jloss.internal.kernel.MapFormula;
import io.github.jloss.internal.kernel.MutableFormula;
import io.github.jloss.internal.kernel.PointwiseMap;
import io.github.jloss.spi.Scalar;

/**
 * What overlap losses compute of each element, on every back end. {@code t} is the target, or the pixel's label where
 * {@code oneHot} says so, and {@code label} the class that is being looked at. The overlap's derivative is
 * {@code slopeI dI/do + slopeO} in every element: the whole loss is in these two numbers.
 */
public final class OverlapFormulas {

    private OverlapFormulas() {}

    private static float target(float t, float label, boolean oneHot) {
        return oneHot ? Scalar.ifEqual(t, label, 1, 0) : t;
    }

    private static float unlessIgnored(float t, float ignored, boolean ignores, float value) {
        return ignores ? Scalar.ifEqual(t, ignored, 0, value) : value;
    }

    /** What a pixel adds, by its weight; where that is 0 the value is not looked at, and may be NaN. */
    private static float weighted(float value, float weight, boolean hasWeights) {
        return hasWeights ? Scalar.ifEqual(weight, 0, 0, value * weight) : value;
    }

    /** The derivative of {@code min(o, t)}; a tie is split, as smp's |o - t| does. */
    private static float share(float o, float t) {
        return Scalar.ifLess(o, t, 1, Scalar.ifEqual(o, t, 0.5f, 0));
    }

    private static float positivePart(float d) {
        return Scalar.ifLess(d, 0, 0, d);
    }

    /**
     * The sums of elements with an activation of their own, b their weights; the gradient is what the second pass needs
     * of them. All three are sums of numbers of one sign, without {@code 1 - o}: so they have all digits where the
     * overlap is nearly nothing or nearly everything.
     */
    public static final class ElementSums implements FoldFormula, MutableFormula {
        /** Whether x is a logit. */
        public boolean logits;
        /** Whether the overlap is {@code o t}, or {@code min(o, t)}. */
        public boolean product;
        /** Whether t is a label. */
        public boolean oneHot;
        /** Whether there is a target to ignore. */
        public boolean ignores;
        /** Whether there are weights. */
        public boolean hasWeights;
        /** The class's label. */
        public float label;
        /** The target to ignore. */
        public float ignored;

        /** A formula whose fields are to be set. */
        public ElementSums() {}

        /**
         * What the three sums share.
         *
         * @param x input
         * @return the smaller one of o and 1 - o, where x is a logit
         */
        public float tail(float x) {
            return logits ? Scalar.sigmoidNeg(Math.abs(x)) : 0;
        }

        /** o. */
        private float inside(float x, float tail) {
            return logits ? Scalar.ifSignBit(x, tail, 1 - tail) : x;
        }

        /** 1 - o. */
        private float outside(float x, float tail) {
            return logits ? Scalar.ifSignBit(x, 1 - tail, tail) : 1 - x;
        }

        /** o - t. */
        private float excess(float x, float tail, float t) {
            return logits ? Scalar.ifSignBit(x, tail - t, 1 - t - tail) : x - t;
        }

        /**
         * The overlap.
         *
         * @param x input
         * @param tail its {@link #tail}
         * @param t target
         * @return a summand of the first sum
         */
        public float overlap(float x, float tail, float t) {
            float target = target(t, label, oneHot);
            return unlessIgnored(t, ignored, ignores, product ? inside(x, tail) * target
                    : Scalar.ifLess(excess(x, tail, target), 0, inside(x, tail), target));
        }

        /**
         * What o has more than the overlap.
         *
         * @param x input
         * @param tail its {@link #tail}
         * @param t target
         * @return a summand of the second sum
         */
        public float more(float x, float tail, float t) {
            float target = target(t, label, oneHot);
            return unlessIgnored(t, ignored, ignores, product ? inside(x, tail) * (1 - target)
                    : positivePart(excess(x, tail, target)));
        }

        /**
         * What the target has more than the overlap.
         *
         * @param x input
         * @param tail its {@link #tail}
         * @param t target
         * @return a summand of the third sum
         */
        public float missing(float x, float tail, float t) {
            float target = target(t, label, oneHot);
            return unlessIgnored(t, ignored, ignores, product ? outside(x, tail) * target
                    : positivePart(-excess(x, tail, target)));
        }

        @Override
        public float value(float x, float t, float a, float b) {
            return weighted(overlap(x, tail(x), t), b, hasWeights);
        }

        @Override
        public float second(float x, float t, float a, float b) {
            return weighted(more(x, tail(x), t), b, hasWeights);
        }

        @Override
        public float third(float x, float t, float a, float b) {
            return weighted(missing(x, tail(x), t), b, hasWeights);
        }

        /**
         * {@code s(-|x|)} with the sign of x: from it {@code s(x) s(-x) = q (1 - q)} has all its digits, which it has
         * not from s(x) where that is near 1; and it costs neither an exponential nor a division.
         */
        @Override
        public float gradient(float x, float t, float a, float b) {
            return Scalar.flipSign(Scalar.sigmoidNeg(Math.abs(x)), x);
        }
    }

    /**
     * The gradient of elements with an activation of their own, from x or from what {@link ElementSums} left of it; b
     * is the weight.
     */
    public static final class ElementSlopes extends MapFormula {
        /** Whether x is a logit. */
        public boolean logits;
        /** Whether the overlap is {@code o t}, or {@code min(o, t)}. */
        public boolean product;
        /** Whether t is a label. */
        public boolean oneHot;
        /** Whether there is a target to ignore. */
        public boolean ignores;
        /** Whether x is what {@link ElementSums} left of it. */
        public boolean stashed;
        /** Whether the gradient is added to a. */
        public boolean adds;
        /** Whether there are weights. */
        public boolean hasWeights;
        /** Whether the slopes are multiplied by {@link #scale}, as floats cannot hold them. */
        public boolean scaled;
        /** The class's label. */
        public float label;
        /** The target to ignore. */
        public float ignored;
        /** The loss's derivative by the overlap. */
        public float slopeI;
        /** The loss's derivative by o. */
        public float slopeO;
        /** A factor of both. */
        public float scale;

        /** A formula whose fields are to be set. */
        public ElementSlopes() {}

        @Override
        public float value(float x, float t, float a, float b) {
            float target = target(t, label, oneHot);
            float q = stashed ? Math.abs(x) : Scalar.sigmoidNeg(Math.abs(x));
            float slope = product ? Scalar.fma(slopeI, target, slopeO)
                    : Scalar.fma(slopeI, logits ? logitShare(x, q, target) : share(x, target), slopeO);
            float g = unlessIgnored(t, ignored, ignores, logits ? slope * (q * (1 - q)) : slope);
            g = weighted(g, b, hasWeights);
            g = scaled ? g * scale : g;
            return adds ? a + g : g;
        }

        /** Where x >= 0, {@code 1 - q < t} is asked as {@code 1 - t < q}: q and 1 - t have digits that 1 - q lost. */
        private static float logitShare(float x, float q, float t) {
            return Scalar.ifSignBit(x, share(q, t), share(1 - t, q));
        }
    }

    /** The larger of two numbers. */
    record Larger() implements PointwiseMap {
        @Override
        public float value(float x, float t) {
            return Scalar.ifLess(x, t, t, x);
        }
    }

    /** {@code e^(x - t)} for x up to t. */
    record Exponential() implements PointwiseMap {
        @Override
        public float value(float x, float t) {
            return Scalar.expNeg(t - x);
        }
    }

    /**
     * Adds x to a sum of all but one 1: {@code e^(x - max)} of the likeliest class, which is exactly 1, is left out of
     * the sum of the others, so that these have all their digits. The sum's sign bit is set until that 1 has come; it
     * begins with -0.
     */
    record Others() implements PointwiseMap {
        @Override
        public float value(float x, float t) {
            return Scalar.ifSignBit(t, Scalar.ifEqual(x, 1, -t, t - x), t + x);
        }
    }

    /** A product. */
    record Times() implements PointwiseMap {
        @Override
        public float value(float x, float t) {
            return x * t;
        }
    }

    /** The likeliest class's probability, x the {@link Others}. */
    record Likeliest() implements PointwiseMap {
        @Override
        public float value(float x, float t) {
            return 1 / (1 + x);
        }
    }

    /**
     * The sums of one class after a softmax: x is {@code e^(x - max)}, a the likeliest class's probability and b that
     * of all others. So {@code 1 - p} has all its digits where p is near 1, as the sums of {@link ElementSums} have.
     * With weights x is p and a the weight.
     */
    static final class ClassSums extends MapFormula implements FoldFormula {
        boolean product;
        boolean oneHot;
        boolean ignores;
        boolean hasWeights;
        float label;
        float ignored;

        private float p(float x, float a) {
            return hasWeights ? x : x * a;
        }

        /** p - t; no class but the likeliest has p above 1/2. */
        private static float excess(float p, float others, float t) {
            return Scalar.ifLess(0.5f, p, 1 - t - others, p - t);
        }

        /** 1 - p. */
        private static float outside(float p, float others) {
            return Scalar.ifLess(0.5f, p, others, 1 - p);
        }

        @Override
        public float value(float x, float t, float a, float b) {
            float target = target(t, label, oneHot);
            float p = p(x, a);
            return weighted(unlessIgnored(t, ignored, ignores, product ? p * target
                    : Scalar.ifLess(p, target, p, target)), a, hasWeights);
        }

        @Override
        public float second(float x, float t, float a, float b) {
            float target = target(t, label, oneHot);
            float p = p(x, a);
            return weighted(unlessIgnored(t, ignored, ignores, product ? p * (1 - target)
                    : positivePart(excess(p, b, target))), a, hasWeights);
        }

        @Override
        public float third(float x, float t, float a, float b) {
            float target = target(t, label, oneHot);
            float p = p(x, a);
            return weighted(unlessIgnored(t, ignored, ignores, product ? outside(p, b) * target
                    : positivePart(-excess(p, b, target))), a, hasWeights);
        }
    }

    /** The largest weight of a pixel's classes, a that of the classes before; 0 where the pixel is ignored. */
    static final class PixelWeight extends MapFormula {
        boolean ignores;
        float ignored;

        @Override
        public float value(float x, float t, float a, float b) {
            float weight = unlessIgnored(t, ignored, ignores, x);
            return Scalar.ifLess(weight, a, a, weight);
        }
    }

    /** {@code x t}, or 0 where the pixel's weight a is. */
    static final class WeightedTimes extends MapFormula {
        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.ifEqual(a, 0, 0, x * t);
        }
    }

    /** A pass for dL/dp of one class. */
    public abstract static class ClassSlope extends MapFormula {
        /** Whether the overlap is {@code p t}, or {@code min(p, t)}. */
        public boolean product;
        /** Whether t is a label. */
        public boolean oneHot;
        /** Whether t is the slope itself, from {@link WeightedSlope}. */
        public boolean given;
        /** The class's label. */
        public float label;
        /** The loss's derivative by the overlap. */
        public float slopeI;
        /** The loss's derivative by p. */
        public float slopeO;

        /** A formula whose fields are to be set. */
        ClassSlope() {}

        /**
         * dL/dp. A probability of 1 is just one that was rounded: below a target of 1 it is always less.
         *
         * @param p probability
         * @param t target
         * @return the loss's derivative
         */
        public final float slope(float p, float t) {
            float target = target(t, label, oneHot);
            return given ? t : Scalar.fma(slopeI, product ? target
                    : Scalar.ifEqual(target, 1, 1, share(p, target)), slopeO);
        }
    }

    /** dL/dp times the weight b; x a is p. */
    public static final class WeightedSlope extends ClassSlope {
        /** Whether there is a target to ignore. */
        public boolean ignores;
        /** The target to ignore. */
        public float ignored;

        /** A formula whose fields are to be set. */
        public WeightedSlope() {}

        @Override
        public float value(float x, float t, float a, float b) {
            return weighted(unlessIgnored(t, ignored, ignores, slope(x * a, t)), b, true);
        }
    }

    /** Finds dL/dp of the pixel's likeliest class, where x is 1; for the others b is kept. */
    static final class LikeliestSlope extends ClassSlope {
        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.ifEqual(x, 1, slope(x * a, t), b);
        }
    }

    /** Adds {@code p (dL/dp - a)} to b; x is p. */
    static final class SlopeMean extends ClassSlope {
        @Override
        public float value(float x, float t, float a, float b) {
            return Scalar.fma(x, slope(x, t) - a, b);
        }
    }

    /**
     * The gradient of one class's logits, {@code p ((dL/dp - a) - b)}. a is dL/dp of the pixel's likeliest class and b
     * the mean of what the others differ from it: in a pixel that is sure of its class both differences are small and
     * have all their digits.
     */
    public static final class ClassSlopes extends ClassSlope {
        /** Whether there is a target to ignore. */
        public boolean ignores;
        /** Whether the slopes are multiplied by {@link #scale}, as floats cannot hold them. */
        public boolean scaled;
        /** The target to ignore. */
        public float ignored;
        /** A factor of all slopes. */
        public float scale;

        /** A formula whose fields are to be set. */
        public ClassSlopes() {}

        @Override
        public float value(float x, float t, float a, float b) {
            float slope = slope(x, t);
            float g = unlessIgnored(t, ignored, ignores, x * (slope - a - b));
            return scaled ? g * scale : g;
        }
    }
}
