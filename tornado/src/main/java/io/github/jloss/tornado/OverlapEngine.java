// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.internal.overlap.OverlapJob;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.Overlap.Activation;
import io.github.jloss.tornado.kernels.ClassProbabilities;
import io.github.jloss.tornado.kernels.ClassSlopes;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.OverlapArguments;
import io.github.jloss.tornado.kernels.OverlapSlopes;
import io.github.jloss.tornado.kernels.OverlapSums;
import io.github.jloss.tornado.kernels.RowGroups;
import io.github.jloss.tornado.kernels.Strides;
import java.util.Arrays;

/**
 * The overlap losses on the device: a launch for the sums and one for the gradient, and one more each for a softmax.
 *
 * <p>What the first pass may leave for the second is used for one thing, the probabilities of a softmax whose gradient
 * stays on the device. A sigmoid is computed again: that takes less time than to write it down. And what would have to
 * go to the host and back is computed again, too.
 */
final class OverlapEngine {

    private static final Kernel SUMS = Kernel.of("overlap sums", OverlapSums.class);
    private static final Kernel SLOPES = Kernel.of("overlap gradient", OverlapSlopes.class);
    private static final Kernel PROBABILITIES = Kernel.of("class probabilities", ClassProbabilities.class);
    private static final Kernel CLASS_SLOPES = Kernel.of("softmax overlap gradient", ClassSlopes.class);

    /** Most groups that are launched; then threads have more than one element. */
    private static final int MOST_GROUPS = 1 << 12;

    /** Parts that all regions together have, if regions are that large: enough for every device known. */
    private static final int PARTS = 1024;

    private OverlapEngine() {}

    static void sums(Call call, Overlap what, Tensor input, Target target, Tensor weights, Tensor stash,
            double[] sums) {
        int regions = what.regions();
        Arrays.fill(sums, 0, 3 * regions, 0);
        if (input.size() == 0) return;
        if (what.activation() == Activation.SOFTMAX) {
            call.prepare(PROBABILITIES, SUMS, CLASS_SLOPES);
        } else {
            call.prepare(SUMS, SLOPES);
        }
        describe(call, what, input, target, weights);
        if (what.activation() == Activation.SOFTMAX) {
            int at = stash != null && stash.device() != null ? call.out(stash, false) : call.temporary(input.size());
            probabilities(call, what, at);
        }
        int size = (int) (input.size() / regions);
        int lanes = RowGroups.lanes(size);
        int parts = Call.groups(size, Math.max(PARTS / regions, 1));
        int tasks = Math.multiplyExact(regions, parts);
        int n = Math.multiplyExact(6, tasks);
        int at = n <= Plan.RESULTS ? -1 : call.temporary(n);
        call.set(OverlapSums.LANES, lanes)
                .set(OverlapSums.PARTS, parts)
                .set(OverlapSums.TASKS, tasks)
                .set(OverlapSums.SUMS, at);
        Plan.FloatResults results = call.run(SUMS, RowGroups.groups(tasks, lanes, MOST_GROUPS));
        if (at < 0) {
            addUp(results, regions, parts, sums);
        } else {
            float[] read = new float[n];
            call.read(at, read);
            addUp(i -> read[i], regions, parts, sums);
        }
        call.finish();
    }

    private static void addUp(Plan.FloatResults results, int regions, int parts, double[] sums) {
        for (int region = 0; region < regions; region++) {
            for (int part = region * parts; part < (region + 1) * parts; part++) {
                for (int k = 0; k < 3; k++) {
                    sums[3 * region + k] += GroupSum.of(results.get(6 * part + 2 * k),
                            results.get(6 * part + 2 * k + 1));
                }
            }
        }
    }

    static void gradient(Call call, Overlap what, Tensor input, Target target, Tensor weights, double[] slopes,
            Tensor gradient, boolean stashed, boolean add) {
        if (input.size() == 0) return;
        int to = call.out(gradient, add);
        describe(call, what, input, target, weights);
        boolean softmax = what.activation() == Activation.SOFTMAX;
        if (softmax && stashed && gradient.device() != null) {
            call.set(OverlapArguments.INPUT, to);
        } else if (softmax) {
            boolean used = add || to == call.arguments()[OverlapArguments.TARGET];
            probabilities(call, what, used ? call.temporary(input.size()) : to);
        }
        float[] floats = new float[2 * what.regions()];
        float scale = OverlapJob.scale(slopes, floats.length);
        for (int i = 0; i < floats.length; i++) {
            // A slope that float cannot hold even so multiplies a sigmoid's slope or a target of 0.
            floats[i] = (float) Math.clamp(slopes[i] / scale, -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        boolean few = what.regions() <= OverlapArguments.FEW;
        int at = few ? -1 : call.temporary(floats.length);
        if (few) {
            for (int i = 0; i < floats.length; i++) {
                call.option(OverlapArguments.FIRST_SLOPE + i, floats[i]);
            }
        } else {
            call.write(floats, at);
        }
        call.set(OverlapArguments.SLOPES, at)
                .set(OverlapArguments.GRADIENT, to)
                .set(OverlapArguments.ADD, add ? 1 : 0)
                .set(OverlapArguments.IGNORES_GRADIENT, weights != null || Float.isNaN(what.ignored()) ? 0 : 1)
                .option(OverlapArguments.SLOPE_SCALE, scale);
        long threads = softmax ? what.images() * what.pixels() : input.size();
        call.run(softmax ? CLASS_SLOPES : SLOPES, RowGroups.groups(threads, 1, MOST_GROUPS));
        call.finish();
    }

    /** The softmax of the input, which is the input of what follows. */
    private static void probabilities(Call call, Overlap what, int at) {
        call.set(ClassProbabilities.PROBABILITIES, at).run(PROBABILITIES,
                RowGroups.groups(what.images() * what.pixels(), 1, MOST_GROUPS));
        call.set(OverlapArguments.INPUT, at);
    }

    private static void describe(Call call, Overlap what, Tensor input, Target target, Tensor weights) {
        boolean oneHot = target instanceof Labels;
        call.set(OverlapArguments.IMAGES, (int) what.images())
                .set(OverlapArguments.CLASSES, what.classes())
                .set(OverlapArguments.PIXELS, (int) what.pixels())
                .set(OverlapArguments.PER_IMAGE, what.perImage() ? 1 : 0)
                .set(OverlapArguments.LOGITS, what.activation() == Activation.SIGMOID ? 1 : 0)
                .set(OverlapArguments.SOFTMAX, what.activation() == Activation.SOFTMAX ? 1 : 0)
                .set(OverlapArguments.PRODUCT, oneHot || what.product() ? 1 : 0)
                .set(OverlapArguments.ONE_HOT, oneHot ? 1 : 0)
                .set(OverlapArguments.FIRST_LABEL, what.firstLabel())
                .set(OverlapArguments.IGNORES, Float.isNaN(what.ignored()) ? 0 : 1)
                .set(OverlapArguments.INPUT, call.in(input))
                .set(OverlapArguments.TARGET, target instanceof Labels labels ? call.in(labels, label -> label)
                        : call.in((Tensor) target))
                .set(OverlapArguments.WEIGHTS, call.in(weights))
                .option(OverlapArguments.IGNORED, what.ignored());
        if (weights != null) {
            boolean ofPixels = target.rank() < input.rank() && weights.rank() <= target.rank();
            call.set(OverlapArguments.PIXEL_WEIGHTS, ofPixels ? 1 : 0);
            Strides.write(call.arguments(), OverlapArguments.WEIGHTS_STRIDES, weights,
                    ofPixels ? target.shape() : input.shape());
        }
    }
}
