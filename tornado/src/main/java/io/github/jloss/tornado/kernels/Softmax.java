// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.internal.softmax.SoftmaxFormulas;
import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The losses of rows of logits, and their gradients: the steps that the CPU's {@code SoftmaxStage} describes, each row
 * by a {@link Team} of threads. Sums over the classes are kept in two floats.
 */
public final class Softmax {

    /** Number of rows. */
    public static final int ROWS = Arguments.FIRST;
    /** Number of classes. */
    public static final int CLASSES = ROWS + 1;
    /** How many elements one class is from the next. */
    public static final int INNER = ROWS + 2;
    /** How many threads work on a row, see {@link Team}. */
    public static final int WIDTH = ROWS + 3;
    /** Where the input is. */
    public static final int INPUT = ROWS + 4;
    /** Where the labels are, -1 for a row to ignore; or -1 if the target is probabilities. */
    public static final int LABELS = ROWS + 5;
    /** Where the probabilities are, or -1. */
    public static final int SOFT = ROWS + 6;
    /** Where the weights of the classes are, or -1. */
    public static final int WEIGHT = ROWS + 7;
    /** Where the losses go, or -1. */
    public static final int LOSSES = ROWS + 8;
    /** Where the upstream gradient is, or -1. */
    public static final int UPSTREAM = ROWS + 9;
    /** Where the gradients go, or -1; the input's place will do. */
    public static final int GRADIENT = ROWS + 10;
    /** 1 if gradients are added to what is there. */
    public static final int ADD = ROWS + 11;
    /** 1 if classes besides a row's own have terms. */
    public static final int OTHERS = ROWS + 12;
    /** 1 if gamma is not 0. */
    public static final int FOCUSED = ROWS + 13;
    /** 1 if the other classes' gamma is not 0. */
    public static final int FOCUSED_OTHERS = ROWS + 14;
    /** Where the weights of the rows are, or -1; a row of weight 0 is ignored. */
    public static final int ROW_WEIGHTS = ROWS + 15;
    /** How the weights of the rows are broadcast, see {@link Strides}. */
    public static final int ROW_WEIGHTS_STRIDES = ROWS + 16;

    /** The option that is the factor on the gradients. */
    public static final int SCALE = 0;
    /** What a label makes the target of its class. */
    public static final int OWN = 1;
    /** What smoothing gives to every class. */
    public static final int FLAT = 2;
    /** The factor on probabilities, or the other classes' gamma. */
    public static final int SPECIAL = 3;
    /** The exponent of focusing on the row's own class. */
    public static final int GAMMA = 4;
    /** Another factor on the gradients, as both together may be beyond float's range. */
    public static final int SECOND_SCALE = 5;

    private Softmax() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return Softmax::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the formula's numbers, and the factor
     * @param results receives the ticket and for each group the sum of the losses, in two floats
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        int threads = at.get(Arguments.THREADS);
        int rows = at.get(ROWS);
        int classes = at.get(CLASSES);
        int inner = at.get(INNER);
        int input = at.get(INPUT);
        int labels = at.get(LABELS);
        int soft = at.get(SOFT);
        int weight = at.get(WEIGHT);
        int rowWeights = at.get(ROW_WEIGHTS);
        int losses = at.get(LOSSES);
        int upstream = at.get(UPSTREAM);
        int gradient = at.get(GRADIENT);
        boolean add = at.get(ADD) == 1;
        boolean hasOthers = at.get(OTHERS) == 1;
        boolean focused = at.get(FOCUSED) == 1;
        boolean focusedOthers = at.get(FOCUSED_OTHERS) == 1;
        float flat = options.get(FLAT);
        float special = options.get(SPECIAL);
        float gamma = options.get(GAMMA);
        int width = Team.width(at);
        int lane = context.localIdx % width;
        float lossSum = 0f;
        float lossError = 0f;
        // All threads of a group go round as often, with rows or without: they wait for each other.
        for (int group = context.globalIdx - context.localIdx; group < rows * width; group += threads) {
            int row = (group + context.localIdx) / width;
            boolean exists = row < rows;
            int own = exists ? 0 : -1;
            if (exists && labels >= 0) {
                own = (int) memory.get(labels + row);
            }
            float rowWeight = exists ? 1f : 0f;
            if (exists && rowWeights >= 0) {
                rowWeight = memory.get(rowWeights + Strides.index(at, ROW_WEIGHTS_STRIDES, row));
            }
            own = rowWeight == 0f ? -1 : own;
            int start = exists ? row / inner * classes * inner + row % inner : 0;
            int end = own < 0 ? 0 : classes;

            float found = Float.NEGATIVE_INFINITY;
            int place = 0;
            for (int c = lane; c < end; c += width) {
                float x = memory.get(input + start + c * inner);
                place = found < x ? c : place;
                found = found < x ? x : found;
            }
            float max = Team.max(context, width, found);
            place = Team.place(context, width, max, found, place);
            if (soft >= 0 && own >= 0) {
                own = place;
            }
            // NaN for infinities, as on the CPU.
            max += max - max;
            int k = own < 0 ? 0 : own;
            float logit = memory.get(input + start + k * inner);
            float ownWeight = 0f;
            if (own >= 0) {
                float target = soft < 0 ? options.get(OWN)
                        : Scalar.fma(special, memory.get(soft + start + k * inner), flat);
                ownWeight = target * weight(memory, weight, k);
            }

            float sum = 0f;
            float error = 0f;
            float terms = 0f;
            float termsError = 0f;
            float slopes = 0f;
            float slopesError = 0f;
            for (int c = lane; c < end; c += width) {
                if (c != own) {
                    int i = start + c * inner;
                    float x = memory.get(input + i) - max;
                    float e = Scalar.expNeg(-x);
                    float next = sum + e;
                    error += GroupSum.rounding(sum, e, next);
                    sum = next;
                    // Of terms that are not focused the logarithm of the sum can be taken out.
                    if (hasOthers && !focusedOthers) {
                        float factor = factor(memory, soft, i, flat, special, false, 0f) * weight(memory, weight, c);
                        float term = SoftmaxFormulas.term(factor, x);
                        float nextTerms = terms + term;
                        termsError += GroupSum.rounding(terms, term, nextTerms);
                        terms = nextTerms;
                        float nextSlopes = slopes + factor;
                        slopesError += GroupSum.rounding(slopes, factor, nextSlopes);
                        slopes = nextSlopes;
                    }
                }
            }
            float others = Team.total(context, width, sum, error);
            float e = Scalar.expNeg(max - logit);
            float logSum = SoftmaxFormulas.logSum(others, e);
            for (int c = lane; c < end; c += width) {
                if (focusedOthers && c != own) {
                    int i = start + c * inner;
                    float lp = memory.get(input + i) - max - logSum;
                    float factor = factor(memory, soft, i, flat, special, true, lp) * weight(memory, weight, c);
                    float term = SoftmaxFormulas.term(factor, lp);
                    float nextTerms = terms + term;
                    termsError += GroupSum.rounding(terms, term, nextTerms);
                    terms = nextTerms;
                    float slope = SoftmaxFormulas.slope(true, special, factor, lp);
                    float nextSlopes = slopes + slope;
                    slopesError += GroupSum.rounding(slopes, slope, nextSlopes);
                    slopes = nextSlopes;
                }
            }
            int together = hasOthers ? width : 1;
            float allTerms = Team.total(context, together, terms, termsError);
            float allSlopes = Team.total(context, together, slopes, slopesError);
            if (!focusedOthers) {
                allTerms -= SoftmaxFormulas.term(allSlopes, logSum);
            }

            float lossOfOwn = logSum - (logit - max);
            float power = focused ? Scalar.pow(others / (others + e), gamma) : 1f;
            float loss = SoftmaxFormulas.ownLoss(focused, power, lossOfOwn, ownWeight);
            float q = SoftmaxFormulas.ownFactor(focused, gamma, power, lossOfOwn, others, e, ownWeight);
            float ownSlope = focused ? q * (others + e) : ownWeight;
            if (hasOthers && own >= 0) {
                loss -= allTerms;
                q += SoftmaxFormulas.share(allSlopes, others + e);
            }
            if (exists && lane == 0) {
                loss = SoftmaxFormulas.term(rowWeight, loss);
                float next = lossSum + loss;
                lossError += GroupSum.rounding(lossSum, loss, next);
                lossSum = next;
                if (losses >= 0) {
                    memory.set(losses + row, loss);
                }
            }

            float scale = options.get(SCALE) * rowWeight * options.get(SECOND_SCALE);
            if (upstream >= 0 && exists) {
                scale *= memory.get(upstream + row);
            }
            if (hasOthers) {
                scale = SoftmaxFormulas.scale(scale, q);
            } else {
                q *= scale;
            }
            // A NaN counts.
            boolean counts = own >= 0 && !((hasOthers ? scale : q) == 0f);
            float ownGradient = hasOthers
                    ? scale * SoftmaxFormulas.ownGradient(q, others, e, allSlopes, ownSlope)
                    : 0f - SoftmaxFormulas.term(q, others);
            int last = exists && gradient >= 0 && (counts || !add) ? classes : 0;
            for (int c = lane; c < last; c += width) {
                int i = start + c * inner;
                float g = 0f;
                if (counts) {
                    float x = memory.get(input + i) - max;
                    g = SoftmaxFormulas.times(q, x);
                    if (hasOthers) {
                        float lp = x - logSum;
                        float factor = factor(memory, soft, i, flat, special, focusedOthers, lp)
                                * weight(memory, weight, c);
                        g = (g - SoftmaxFormulas.slope(focusedOthers, special, factor, lp)) * scale;
                    }
                    g = c == own ? ownGradient : g;
                }
                memory.set(gradient + i, add ? memory.get(gradient + i) + g : g);
            }
        }
        GroupSum.write(context, lossSum, lossError, results, 1 + 2 * context.groupIdx);
        Arguments.handBack(context, at, results);
    }

    private static float weight(FloatArray memory, int weight, int label) {
        return weight < 0 ? 1f : memory.get(weight + label);
    }

    private static float factor(FloatArray memory, int soft, int i, float flat, float special, boolean focused,
            float lp) {
        float target = soft < 0 ? 0f : memory.get(soft + i);
        return SoftmaxFormulas.factor(soft >= 0, focused, flat, special, target, lp);
    }
}
