// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import io.github.jloss.internal.overlap.OverlapFormulas.ElementSlopes;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradient of probabilities, or of logits for a sigmoid. */
public final class OverlapSlopes {

    private OverlapSlopes() {}

    /**
     * The kernel as TornadoVM takes it.
     *
     * @return {@link #run}
     */
    public static Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task() {
        return OverlapSlopes::run;
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
        ElementSlopes formula = new ElementSlopes();
        formula.logits = at.get(OverlapArguments.LOGITS) != 0;
        formula.scaled = true;
        formula.scale = options.get(OverlapArguments.SLOPE_SCALE);
        formula.product = at.get(OverlapArguments.PRODUCT) != 0;
        formula.oneHot = at.get(OverlapArguments.ONE_HOT) != 0;
        formula.ignores = at.get(OverlapArguments.IGNORES) != 0;
        formula.adds = at.get(OverlapArguments.ADD) != 0;
        formula.hasWeights = at.get(OverlapArguments.WEIGHTS) >= 0;
        formula.ignored = options.get(OverlapArguments.IGNORED);
        int oneHot = at.get(OverlapArguments.ONE_HOT);
        int add = at.get(OverlapArguments.ADD);
        int perImage = at.get(OverlapArguments.PER_IMAGE);
        int firstLabel = at.get(OverlapArguments.FIRST_LABEL);
        int classes = at.get(OverlapArguments.CLASSES);
        int pixels = at.get(OverlapArguments.PIXELS);
        int n = at.get(OverlapArguments.IMAGES) * classes * pixels;
        int input = at.get(OverlapArguments.INPUT);
        int target = at.get(OverlapArguments.TARGET);
        int gradient = at.get(OverlapArguments.GRADIENT);
        int threads = at.get(Arguments.THREADS);
        // Where i is, by adding instead of dividing.
        int pixelStep = threads % pixels;
        int classStep = threads / pixels % classes;
        int imageStep = threads / pixels / classes;
        int pixel = context.globalIdx % pixels;
        int c = context.globalIdx / pixels % classes;
        int image = context.globalIdx / pixels / classes;
        for (int i = context.globalIdx; i < n; i += threads) {
            int region = 2 * (perImage != 0 ? image * classes + c : c);
            formula.label = firstLabel + c;
            formula.slopeI = OverlapArguments.slope(memory, at, options, region);
            formula.slopeO = OverlapArguments.slope(memory, at, options, region + 1);
            float w = OverlapArguments.weight(memory, at, i, image * pixels + pixel);
            float x = memory.get(input + i);
            float t = memory.get(target + (oneHot != 0 ? image * pixels + pixel : i));
            float before = add != 0 ? memory.get(gradient + i) : 0f;
            memory.set(gradient + i, formula.value(x, t, before, w));
            pixel += pixelStep;
            c += classStep;
            image += imageStep;
            if (pixel >= pixels) {
                pixel -= pixels;
                c++;
            }
            if (c >= classes) {
                c -= classes;
                image++;
            }
        }
        Arguments.handBack(context, at, results);
    }
}
