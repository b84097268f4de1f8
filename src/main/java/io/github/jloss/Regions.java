// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.OverlapCall;
import io.github.jloss.spi.OverlapFamily;
import java.util.Arrays;

/** The regions of one call of an overlap loss: their sums, what they cost, and their slopes. Used again and again. */
final class Regions implements AutoCloseable {

    /** Most regions whose memory is kept for the next call: 10 MB. */
    private static final int MOST_KEPT = 1 << 18;

    private static final Pool<Regions> POOL = new Pool<>(Regions::new);

    /** dL/dI of the region looked at, the sums of o and T held. */
    double slopeI;

    /** dL/d(sum o) of the region looked at, I held. */
    double slopeO;

    private double total;
    private double count;
    private double[] sums = new double[3];
    private double[] slopes = new double[2];

    private OverlapLoss<?> loss;
    private OverlapOptions options;
    private final OverlapCall call = new OverlapCall();

    /** Classes that are one region. */
    private int joined;

    private Regions() {}

    /** Regions that are the caller's until they are closed. */
    static Regions of(OverlapLoss<?> loss) {
        Regions regions = POOL.take();
        regions.loss = loss;
        regions.options = loss.options();
        return regions;
    }

    /** Takes what the regions are of. */
    void set(Overlap what, Tensor input, Target target, Tensor weights) {
        call.what = what;
        call.input = input;
        call.target = target;
        call.weights = weights;
        joined = options.joinsClasses() ? what.classes() : 1;
    }

    @Override
    public void close() {
        loss = null;
        options = null;
        call.clear();
        if (sums.length <= 3 * MOST_KEPT) {
            POOL.give(this);
        }
    }

    private void reserve(int regions) {
        if (sums.length < 3 * regions) {
            sums = new double[3 * regions];
            slopes = new double[2 * regions];
        }
    }

    /** Classes that are regions of their own. */
    private int classes() {
        return call.what.classes() / joined;
    }

    // ---- first pass

    /** What the regions cost, and their slopes. */
    void look(Tensor stash) {
        double images = options.perImage() ? call.what.images() : 1;
        if (call.what.isEmpty()) {
            count = loss.counts(0) ? images * loss.weightOfAll(classes()) : 0;
            total = count == 0 ? 0 : count * loss.region(0, 0, 0, this);
        } else {
            addUp(stash);
            evaluate((int) images * classes(), classes());
        }
    }

    private void addUp(Tensor stash) {
        int regions = call.what.regions();
        reserve(regions);
        call.stash = stash;
        call.sums = sums;
        loss.backend().family(OverlapFamily.class).overlapSums(call);
        for (int from = 0; joined > 1 && from < regions; from += joined) {
            for (int k = 0; k < 3; k++) {
                double sum = 0;
                for (int region = from; region < from + joined; region++) {
                    sum += sums[3 * region + k];
                }
                sums[3 * (from / joined) + k] = sum;
            }
        }
    }

    private void evaluate(int regions, int classes) {
        total = 0;
        count = 0;
        for (int region = 0; region < regions; region++) {
            double weight = loss.weight(region % classes);
            double overlap = sums[3 * region];
            double missing = sums[3 * region + 2];
            slopeI = 0;
            slopeO = 0;
            if (weight != 0 && loss.counts(overlap + missing)) {
                total += weight * loss.region(overlap, sums[3 * region + 1], missing, this);
                count += weight;
            }
            slopes[2 * region] = weight * slopeI;
            slopes[2 * region + 1] = weight * slopeO;
        }
    }

    // ---- between the passes

    /** How many regions there are, by their weights. */
    double count() {
        return count;
    }

    /** The mean of what they cost. */
    double mean(double divisor) {
        return count == 0 ? 0 : total / divisor;
    }

    /** Their totals: the sums of all, or where images are apart what they cost. */
    Totals totals() {
        if (options.perImage()) {
            look(null);
            return new Totals(loss.toString(), total, count);
        }
        OverlapOptions.requireHeld(call.input, 1, classes());
        if (call.what.isEmpty()) {
            return new Totals(loss.toString(), new double[3 * classes()]);
        }
        addUp(null);
        return new Totals(loss.toString(), Arrays.copyOf(sums, 3 * classes()));
    }

    /** Refuses the totals of another loss, or of so many other classes. */
    void require(Totals whole) {
        whole.requireOf(loss.toString(), options.perImage() ? 2 : 3 * classes(), 0);
    }

    /** Takes totals of the whole. */
    void whole(Totals totals) {
        double[] all = totals.sums();
        int regions = Math.max(all.length / 3, 1);
        totals.requireOf(loss.toString(), options.perImage() ? 2 : 3 * regions, 0);
        if (options.perImage()) {
            total = all[0];
            count = all[1];
        } else {
            reserve(regions);
            System.arraycopy(all, 0, sums, 0, all.length);
            evaluate(regions, regions);
        }
    }

    /** Takes totals of the whole, for the second pass of a piece of it. */
    void piece(Totals whole) {
        require(whole);
        if (options.perImage()) {
            look(null);
        } else if (!call.what.isEmpty()) {
            reserve(call.what.regions());
        }
        whole(whole);
    }

    // ---- second pass

    /** The slopes times a factor become gradients. */
    void gradient(Tensor gradient, double factor, boolean stashed, boolean adds) {
        if (call.what.isEmpty()) {
            return;
        }
        for (int region = call.what.regions() - 1; region >= 0; region--) {
            for (int k = 0; k < 2; k++) {
                slopes[2 * region + k] = factor * slopes[2 * (region / joined) + k];
            }
        }
        call.stash = null;
        call.slopes = slopes;
        call.gradient = gradient;
        call.stashed = stashed;
        call.add = adds;
        loss.backend().family(OverlapFamily.class).overlapGradient(call);
    }
}
