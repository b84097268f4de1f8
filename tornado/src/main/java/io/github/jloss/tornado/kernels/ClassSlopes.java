// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.internal.overlap.OverlapFormulas;
import io.github.jloss.spi.Scalar;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gradient of logits for a softmax, from its probabilities, which it may be written over. A thread has a pixel; it
 * takes the classes' slopes less that of the likeliest class, see {@link OverlapFormulas.ClassSlopes}.
 */
public final class ClassSlopes {

    private ClassSlopes() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return ClassSlopes::run;
    }

    /**
     * The kernel.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param options the target to ignore, and the slopes if there is room
     * @param results receives the ticket
     */
    public static void run(KernelContext context, FloatArray memory, IntArray at, FloatArray options,
            FloatArray results) {
        OverlapFormulas.ClassSlopes formula = new OverlapFormulas.ClassSlopes();
        formula.scaled = true;
        formula.scale = options.get(OverlapArguments.SLOPE_SCALE);
        formula.product = at.get(OverlapArguments.PRODUCT) != 0;
        formula.oneHot = at.get(OverlapArguments.ONE_HOT) != 0;
        OverlapFormulas.WeightedSlope weighted = new OverlapFormulas.WeightedSlope();
        weighted.product = formula.product;
        weighted.oneHot = formula.oneHot;
        weighted.ignores = at.get(OverlapArguments.IGNORES) != 0;
        weighted.ignored = options.get(OverlapArguments.IGNORED);
        boolean hasWeights = at.get(OverlapArguments.WEIGHTS) >= 0;
        // With weights it is the slopes that stand in the place of targets.
        formula.given = hasWeights;
        // TornadoVM makes something else of a boolean expression.
        formula.ignores = at.get(OverlapArguments.IGNORES_GRADIENT) != 0;
        formula.ignored = weighted.ignored;
        int add = at.get(OverlapArguments.ADD);
        int perImage = at.get(OverlapArguments.PER_IMAGE);
        int firstLabel = at.get(OverlapArguments.FIRST_LABEL);
        int classes = at.get(OverlapArguments.CLASSES);
        int pixels = at.get(OverlapArguments.PIXELS);
        int n = at.get(OverlapArguments.IMAGES) * pixels;
        int probabilities = at.get(OverlapArguments.INPUT);
        int target = at.get(OverlapArguments.TARGET);
        int gradient = at.get(OverlapArguments.GRADIENT);
        int classStep = at.get(OverlapArguments.ONE_HOT) != 0 ? 0 : pixels;
        int threads = at.get(Arguments.THREADS);
        for (int i = context.globalIdx; i < n; i += threads) {
            int image = i / pixels;
            int element = image * classes * pixels + i % pixels;
            int from = target + (classStep == 0 ? i : element);
            int region = perImage != 0 ? 2 * image * classes : 0;
            // The largest: of a pixel where that is 0 nothing counts, and its probabilities may be NaN.
            float pixelWeight = hasWeights ? 0f : 1f;
            float most = -1f;
            float likeliest = 0f;
            for (int c = 0; c < classes; c++) {
                float p = memory.get(probabilities + element + c * pixels);
                float t = memory.get(from + c * classStep);
                float w = OverlapArguments.weight(memory, at, element + c * pixels, i);
                float own = weighted.ignores && t == weighted.ignored ? 0f : w;
                pixelWeight = pixelWeight < own ? own : pixelWeight;
                if (most < p) {
                    most = p;
                    formula.label = firstLabel + c;
                    formula.slopeI = OverlapArguments.slope(memory, at, options, region + 2 * c);
                    formula.slopeO = OverlapArguments.slope(memory, at, options, region + 2 * c + 1);
                    weighted.label = formula.label;
                    weighted.slopeI = formula.slopeI;
                    weighted.slopeO = formula.slopeO;
                    likeliest = formula.slope(p, hasWeights ? weighted.value(p, t, 1f, w) : t);
                }
            }
            float mean = 0f;
            for (int c = 0; c < classes; c++) {
                float p = memory.get(probabilities + element + c * pixels);
                float t = memory.get(from + c * classStep);
                float w = OverlapArguments.weight(memory, at, element + c * pixels, i);
                formula.label = firstLabel + c;
                formula.slopeI = OverlapArguments.slope(memory, at, options, region + 2 * c);
                formula.slopeO = OverlapArguments.slope(memory, at, options, region + 2 * c + 1);
                weighted.label = formula.label;
                weighted.slopeI = formula.slopeI;
                weighted.slopeO = formula.slopeO;
                float slope = formula.slope(p, hasWeights ? weighted.value(p, t, 1f, w) : t);
                mean = Scalar.fma(p, slope - likeliest, mean);
            }
            for (int c = 0; c < classes; c++) {
                float p = memory.get(probabilities + element + c * pixels);
                float t = memory.get(from + c * classStep);
                float w = OverlapArguments.weight(memory, at, element + c * pixels, i);
                formula.label = firstLabel + c;
                formula.slopeI = OverlapArguments.slope(memory, at, options, region + 2 * c);
                formula.slopeO = OverlapArguments.slope(memory, at, options, region + 2 * c + 1);
                weighted.label = formula.label;
                weighted.slopeI = formula.slopeI;
                weighted.slopeO = formula.slopeO;
                float g = formula.value(p, hasWeights ? weighted.value(p, t, 1f, w) : t, likeliest, mean);
                g = pixelWeight == 0f ? 0f : g;
                int to = gradient + element + c * pixels;
                memory.set(to, add != 0 ? memory.get(to) + g : g);
            }
        }
        Arguments.handBack(context, at, results);
    }
}
