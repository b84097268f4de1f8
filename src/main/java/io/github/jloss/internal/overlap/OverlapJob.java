// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.overlap;

import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Broadcast;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.internal.kernel.Span.Operand;
import io.github.jloss.internal.overlap.OverlapFormulas.ClassSlope;
import io.github.jloss.internal.overlap.OverlapFormulas.ClassSlopes;
import io.github.jloss.internal.overlap.OverlapFormulas.ClassSums;
import io.github.jloss.internal.overlap.OverlapFormulas.ElementSlopes;
import io.github.jloss.internal.overlap.OverlapFormulas.ElementSums;
import io.github.jloss.internal.overlap.OverlapFormulas.Exponential;
import io.github.jloss.internal.overlap.OverlapFormulas.Larger;
import io.github.jloss.internal.overlap.OverlapFormulas.Likeliest;
import io.github.jloss.internal.overlap.OverlapFormulas.LikeliestSlope;
import io.github.jloss.internal.overlap.OverlapFormulas.Others;
import io.github.jloss.internal.overlap.OverlapFormulas.PixelWeight;
import io.github.jloss.internal.overlap.OverlapFormulas.SlopeMean;
import io.github.jloss.internal.overlap.OverlapFormulas.Times;
import io.github.jloss.internal.overlap.OverlapFormulas.WeightedSlope;
import io.github.jloss.internal.overlap.OverlapFormulas.WeightedTimes;
import io.github.jloss.internal.parallel.Parallel;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.internal.pointwise.PointwiseJob;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.Overlap;
import io.github.jloss.spi.Overlap.Activation;
import io.github.jloss.spi.OverlapCall;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * One call of the overlap engine: sums, or gradients. The pixels of the batch, or of each image, are cut into chunks of
 * a size that depends on the number of classes only; each chunk has three sums for each class, added up in the order of
 * the chunks.
 *
 * <p>A kernel works on one class of a stretch of pixels, which in an array is read and written in place. Stretches that
 * go over several images (of few pixels, or none but one) and memory segments are copied to and from buffers. A softmax
 * works on tiles of all classes that stay in the second-level cache: maximum, exponentials, their sum; what a class
 * adds to its sums, or its gradient.
 */
public final class OverlapJob extends Parallel {

    /** Exponentials in a tile: 1 MB, half of a second-level cache. */
    private static final int TILE = 1 << 18;

    /** Fewest and most pixels of a tile: the more, the less a kernel's start weighs. */
    private static final int FEWEST = 64;
    private static final int MOST = Span.BUFFER;

    /** The largest tile that is kept for the next call: 32 MiB. */
    private static final int MOST_KEPT = 1 << 23;

    private static final float[] NOTHING = new float[0];

    private static final Pool<OverlapJob> JOBS = new Pool<>(OverlapJob::new);
    private static final Pool<Scratch> SCRATCH = new Pool<>(Scratch::new);

    private Kernels kernels;
    private Overlap what;
    private Tensor input;
    private Tensor floats;
    private Labels labels;
    private Tensor gradient;
    private Tensor weights;
    private Target weightsLike;
    private boolean weightsOfPixels;
    private boolean weightsOfClasses;
    private boolean weightsInOrder;
    private boolean summing;
    private boolean stash;
    private boolean add;
    private double[] slopes;
    private float slopeScale;
    private int tilePixels;
    private int chunkPixels;
    private int chunksPerRow;
    private long rowPixels;
    private double[] chunkSums = new double[3];

    private OverlapJob() {}

    /**
     * Adds up, and leaves in the stash, where there is one, what the gradient needs to know of the input.
     *
     * @param newKernels the loops
     * @param call what to add up
     * @param threads the most threads
     * @param executor runs the helpers
     */
    public static void sums(Kernels newKernels, OverlapCall call, int threads, Executor executor) {
        OverlapJob job = JOBS.take();
        try {
            job.prepare(newKernels, call);
            job.sums(call, threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    private void sums(OverlapCall call, int threads, Executor executor) {
        summing = true;
        gradient = call.stash;
        stash = call.stash != null;
        double[] sums = call.sums;
        int classes = what.classes();
        int chunks = chunks();
        int rows = what.regions() / classes;
        if (chunkSums.length < 3 * classes * chunks) {
            chunkSums = new double[Math.multiplyExact(3 * classes, chunks)];
        }
        if (chunks > 0) {
            run(chunks, threads, executor);
        }
        Arrays.fill(sums, 0, 3 * what.regions(), 0);
        for (int row = 0; row < rows; row++) {
            for (int chunk = row * chunksPerRow; chunk < (row + 1) * chunksPerRow; chunk++) {
                for (int i = 0; i < 3 * classes; i++) {
                    sums[3 * classes * row + i] += chunkSums[3 * classes * chunk + i];
                }
            }
        }
    }

    /**
     * Writes or adds gradients.
     *
     * @param newKernels the loops
     * @param call what the gradients are of
     * @param threads the most threads
     * @param executor runs the helpers
     */
    public static void gradient(Kernels newKernels, OverlapCall call, int threads, Executor executor) {
        OverlapJob job = JOBS.take();
        try {
            job.prepare(newKernels, call);
            job.gradient(call, threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    private void gradient(OverlapCall call, int threads, Executor executor) {
        summing = false;
        slopes = call.slopes;
        gradient = call.gradient;
        stash = call.stashed;
        add = call.add;
        slopeScale = scale(slopes, 2 * what.regions());
        int chunks = chunks();
        if (chunks > 0) {
            run(chunks, threads, executor);
        }
    }

    private void prepare(Kernels newKernels, OverlapCall call) {
        kernels = newKernels;
        what = call.what;
        input = call.input;
        floats = call.target instanceof Tensor tensor ? tensor : null;
        labels = call.target instanceof Labels classes ? classes : null;
        setWeights(call);
        boolean softmax = what.activation() == Activation.SOFTMAX;
        int classes = what.classes();
        tilePixels = Math.clamp(TILE / classes / PointwiseKernel.LANES * PointwiseKernel.LANES, FEWEST, MOST);
        int unit = softmax ? tilePixels : PointwiseKernel.BLOCK;
        chunkPixels = Math.max(PointwiseJob.CHUNK / classes / unit, 1) * unit;
        rowPixels = what.perImage() ? what.pixels() : what.images() * what.pixels();
        chunksPerRow = Math.toIntExact((rowPixels + chunkPixels - 1) / chunkPixels);
    }

    /** Where the weights of a pixel are. */
    private void setWeights(OverlapCall call) {
        weights = call.weights;
        if (weights == null) {
            return;
        }
        weightsOfPixels = call.target.rank() < input.rank() && weights.rank() <= call.target.rank();
        weightsLike = weightsOfPixels ? call.target : input;
        int classAxis = weights.rank() - input.rank() + 1;
        weightsOfClasses = !weightsOfPixels && what.classes() > 1 && classAxis >= 0 && weights.dim(classAxis) > 1;
        weightsInOrder = weights.size() == (weightsOfClasses ? input.size() : what.images() * what.pixels());
    }

    /**
     * A power of two by which slopes become numbers that floats hold well.
     *
     * @param slopes the loss's derivatives
     * @param n how many
     * @return 1 where they are such numbers
     */
    public static float scale(double[] slopes, int n) {
        double most = 0;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, Math.abs(slopes[i]));
        }
        return most == 0 || most > 0x1p-100 && most < 0x1p100 || Double.isNaN(most) ? 1
                : Math.scalb(1f, Math.clamp(Math.getExponent(most), -126, 126));
    }

    /** A slope over the scale; one that float cannot hold even so multiplies a sigmoid's slope or a target of 0. */
    private float slope(int index) {
        return (float) Math.clamp(slopes[index] / slopeScale, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    private int chunks() {
        return Math.multiplyExact(chunksPerRow, what.regions() / what.classes());
    }

    private void clear() {
        kernels = null;
        what = null;
        input = null;
        floats = null;
        labels = null;
        gradient = null;
        weights = null;
        weightsLike = null;
        slopes = null;
        add = false;
        stash = false;
    }

    @Override
    protected void chunk(int index) {
        Scratch scratch = SCRATCH.take();
        try {
            chunk(scratch.span, scratch, index);
        } finally {
            scratch.forget();
            SCRATCH.give(scratch);
        }
    }

    private void chunk(Span s, Scratch scratch, int index) {
        int row = index / chunksPerRow;
        long inRow = (long) (index % chunksPerRow) * chunkPixels;
        long from = row * rowPixels + inRow;
        int n = (int) Math.min(chunkPixels, rowPixels - inRow);
        int region = what.perImage() ? row * what.classes() : 0;
        scratch.set(this);
        if (what.activation() == Activation.SOFTMAX) {
            if (summing) {
                Arrays.fill(chunkSums, 3 * what.classes() * index, 3 * what.classes() * (index + 1), 0);
            }
            for (int done = 0; done < n; done += tilePixels) {
                tile(s, scratch, index, region, from + done, Math.min(tilePixels, n - done));
            }
        } else {
            for (int c = 0; c < what.classes(); c++) {
                elements(s, scratch, index, region + c, c, from, n);
            }
        }
    }

    /** A stretch of pixels of one class, whose elements have an activation of their own. */
    private void elements(Span s, Scratch scratch, int index, int region, int c, long from, int n) {
        ElementFormula formula = summing ? scratch.elementSums : scratch.elementSlopes;
        scratch.elementSums.label = what.firstLabel() + c;
        scratch.elementSlopes.label = what.firstLabel() + c;
        if (!summing) {
            scratch.elementSlopes.slopeI = slope(2 * region);
            scratch.elementSlopes.slopeO = slope(2 * region + 1);
        }
        Mode mode = !summing ? Mode.MAP : stash ? Mode.GRADIENTS : Mode.SUM;
        s.clearSums();
        s.scale = 1;
        int done = inNativeMemory(s, formula, mode, c, from, n);
        int step = isDirect(from, n) ? n : Span.BUFFER;
        PointwiseKernel kernel = kernels.of(formula, mode);
        for (; done < n; done += step) {
            long at = from + done;
            int m = Math.min(step, n - done);
            load(s.x, !summing && stash ? gradient : input, c, at, m);
            target(s.t, c, at, m);
            s.a.use(s.x.array, s.x.offset);
            s.b.use(s.x.array, s.x.offset);
            if (add) {
                load(s.a, gradient, c, at, m);
            }
            if (weights != null) {
                weights(s.b, c, at, m);
            }
            if (gradient != null) {
                destination(s.out, gradient, c, at, m);
            }
            kernel.run(formula, s, m);
            if (gradient != null) {
                store(s.out, gradient, c, at, m);
            }
        }
        if (summing) {
            int sum = 3 * (what.classes() * index + c);
            for (int i = 0; i < 3; i++) {
                chunkSums[sum + i] = s.sum(i);
            }
        }
    }

    /** Whether a stretch can be worked on as it lies in arrays. */
    private boolean isDirect(long from, int n) {
        return inOnePiece(from, n) && labels == null && !Operand.copies(input) && !Operand.copies(floats)
                && !Operand.copies(gradient) && (weights == null || weightsInOrder && !Operand.copies(weights));
    }

    /** Works on a stretch as it lies in native memory; returns how many elements: all blocks, or none. */
    private int inNativeMemory(Span s, ElementFormula formula, Mode mode, int c, long from, int n) {
        int blocks = n - n % PointwiseKernel.BLOCK;
        if (blocks == 0 || add || labels != null || weights != null || !inOnePiece(from, n)
                || !Operand.isNative(input) || !Operand.isNative(floats) || !Operand.isNative(gradient)) {
            return 0;
        }
        PointwiseKernel kernel = kernels.inNativeMemory(formula, mode);
        if (kernel == null) {
            return 0;
        }
        s.x.point(!summing && stash ? gradient : input, what.element(c, from));
        s.t.point(floats, what.element(c, from));
        s.out.point(gradient, what.element(c, from));
        kernel.run(formula, s, blocks);
        return blocks;
    }

    /** A stretch of pixels of all classes, with a softmax over them. */
    private void tile(Span s, Scratch scratch, int index, int region, long from, int n) {
        int classes = what.classes();
        scratch.reserve(classes * n);
        if (labels != null) {
            fill(labels, from, scratch.labels, n);
        }
        if (stash && !summing) {
            load(s.x, gradient, 0, from, n);
            System.arraycopy(s.x.array, s.x.offset, scratch.max, 0, n);
            load(s.x, gradient, 1, from, n);
            System.arraycopy(s.x.array, s.x.offset, scratch.reciprocal, 0, n);
            exponentials(s, scratch, from, n);
        } else {
            maxima(s, scratch, from, n);
            exponentials(s, scratch, from, n);
            reciprocals(s, scratch, n);
        }
        if (summing) {
            if (stash) {
                keep(s, scratch.max, 0, from, n);
                keep(s, scratch.reciprocal, 1, from, n);
            }
            for (int c = 0; c < classes; c++) {
                classSums(s, scratch, 3 * (classes * index + c), c, from, n);
            }
        } else {
            classSlopes(s, scratch, region, from, n);
        }
    }

    /** Keeps numbers of pixels for the second pass, in a class's place in the gradient. */
    private void keep(Span s, float[] numbers, int c, long from, int n) {
        destination(s.out, gradient, c, from, n);
        System.arraycopy(numbers, 0, s.out.array, s.out.offset, n);
        store(s.out, gradient, c, from, n);
    }

    private void maxima(Span s, Scratch scratch, long from, int n) {
        load(s.x, input, 0, from, n);
        System.arraycopy(s.x.array, s.x.offset, scratch.max, 0, n);
        for (int c = 1; c < what.classes(); c++) {
            load(s.x, input, c, from, n);
            step(s, scratch.larger, scratch.max, scratch.max, 0, n);
        }
    }

    /** e^(x - max) of all classes. */
    private void exponentials(Span s, Scratch scratch, long from, int n) {
        for (int c = 0; c < what.classes(); c++) {
            load(s.x, input, c, from, n);
            step(s, scratch.exponential, scratch.max, scratch.tile, c * n, n);
        }
    }

    /** The probabilities of the likeliest class, reciprocals of the sums, and of all others. */
    private void reciprocals(Span s, Scratch scratch, int n) {
        Arrays.fill(scratch.others, 0, n, -0f);
        for (int c = 0; c < what.classes(); c++) {
            s.x.use(scratch.tile, c * n);
            step(s, scratch.plusOthers, scratch.others, scratch.others, 0, n);
        }
        s.x.use(scratch.others, 0);
        step(s, scratch.likeliestOf, scratch.others, scratch.reciprocal, 0, n);
        step(s, scratch.times, scratch.reciprocal, scratch.others, 0, n);
    }

    private void classSums(Span s, Scratch scratch, int sum, int c, long from, int n) {
        s.x.use(scratch.tile, c * n);
        if (weights != null) {
            step(s, scratch.times, scratch.reciprocal, scratch.tile, c * n, n);
            weights(s.a, c, from, n);
        } else {
            s.a.use(scratch.reciprocal, 0);
        }
        s.clearSums();
        classTarget(s.t, scratch, c, from, n);
        s.b.use(scratch.others, 0);
        scratch.classSums.label = what.firstLabel() + c;
        scratch.classSumsKernel.run(scratch.classSums, s, n);
        for (int i = 0; i < 3; i++) {
            chunkSums[sum + i] += s.sum(i);
        }
    }

    private void classSlopes(Span s, Scratch scratch, int region, long from, int n) {
        int classes = what.classes();
        if (weights != null) {
            pixelWeights(s, scratch, from, n);
        }
        Arrays.fill(scratch.likeliest, 0, n, 0);
        for (int c = 0; c < classes; c++) {
            aim(s, scratch, scratch.likeliestSlope, c, region, scratch.reciprocal, from, n);
            s.a.use(scratch.reciprocal, 0);
            s.b.use(scratch.likeliest, 0);
            s.out.use(scratch.likeliest, 0);
            scratch.likeliestKernel.run(scratch.likeliestSlope, s, n);
            probabilities(s, scratch, c, n);
        }
        Arrays.fill(scratch.mean, 0, n, 0);
        for (int c = 0; c < classes; c++) {
            aim(s, scratch, scratch.slopeMean, c, region, scratch.ones, from, n);
            s.a.use(scratch.likeliest, 0);
            s.b.use(scratch.mean, 0);
            s.out.use(scratch.mean, 0);
            scratch.slopeMeanKernel.run(scratch.slopeMean, s, n);
        }
        for (int c = 0; c < classes; c++) {
            aim(s, scratch, scratch.classSlopes, c, region, scratch.ones, from, n);
            s.a.use(scratch.likeliest, 0);
            s.b.use(scratch.mean, 0);
            if (add) {
                s.out.use(scratch.tile, c * n);
                scratch.classSlopesKernel.run(scratch.classSlopes, s, n);
                load(s.destination, gradient, c, from, n);
                scratch.classSlopesKernel.combine(s, 1, false, true, n);
                store(s.destination, gradient, c, from, n);
            } else {
                destination(s.out, gradient, c, from, n);
                scratch.classSlopesKernel.run(scratch.classSlopes, s, n);
                store(s.out, gradient, c, from, n);
            }
        }
    }

    /**
     * Points at a class of the tile and its targets, and sets the class's slopes; with weights it is the slopes of the
     * pixels that stand in the place of targets.
     *
     * @param factor what makes probabilities of the tile
     */
    private void aim(Span s, Scratch scratch, ClassSlope formula, int c, int region, float[] factor, long from, int n) {
        ClassSlope aimed = weights == null ? formula : scratch.weightedSlope;
        aimed.label = what.firstLabel() + c;
        aimed.slopeI = slope(2 * (region + c));
        aimed.slopeO = slope(2 * (region + c) + 1);
        s.x.use(scratch.tile, c * n);
        classTarget(s.t, scratch, c, from, n);
        if (weights != null) {
            s.a.use(factor, 0);
            weights(s.b, c, from, n);
            s.out.use(scratch.slopes, 0);
            scratch.weightedSlopeKernel.run(scratch.weightedSlope, s, n);
            s.t.use(scratch.slopes, 0);
        }
    }

    /** Makes probabilities of a class's exponentials; of a masked pixel, which may have none, 0. */
    private void probabilities(Span s, Scratch scratch, int c, int n) {
        if (weights == null) {
            step(s, scratch.times, scratch.reciprocal, scratch.tile, c * n, n);
            return;
        }
        s.t.use(scratch.reciprocal, 0);
        s.a.use(scratch.pixelWeights, 0);
        s.b.use(scratch.pixelWeights, 0);
        s.out.use(scratch.tile, c * n);
        scratch.weightedTimes.kernel.run(scratch.weightedTimes.formula, s, n);
    }

    /** The largest weights of the classes: a pixel is masked where all of them are 0. */
    private void pixelWeights(Span s, Scratch scratch, long from, int n) {
        Arrays.fill(scratch.pixelWeights, 0, n, 0);
        for (int c = 0; c < (weightsOfClasses ? what.classes() : 1); c++) {
            weights(s.x, c, from, n);
            classTarget(s.t, scratch, c, from, n);
            s.a.use(scratch.pixelWeights, 0);
            s.b.use(scratch.pixelWeights, 0);
            s.out.use(scratch.pixelWeights, 0);
            scratch.pixelWeightKernel.run(scratch.pixelWeight, s, n);
        }
    }

    /** The weights of a stretch of pixels in one class. */
    private void weights(Operand operand, int c, long from, int n) {
        if (weightsInOrder && weightsOfClasses) {
            load(operand, weights, c, from, n);
        } else if (weightsInOrder) {
            operand.read(weights, from, n);
        } else {
            operand.useBuffer();
            for (int i = 0; i < n;) {
                long at = from + i;
                int run = weightsOfPixels ? n : (int) Math.min(n - i, what.pixels() - at % what.pixels());
                Broadcast.fill(weights, weightsLike, weightsOfPixels ? at : what.element(c, at), operand.array, i, run);
                i += run;
            }
        }
    }

    /** One step of a tile: of {@code s.x} and another array. */
    private static void step(Span s, Step step, float[] t, float[] out, int from, int n) {
        s.t.use(t, 0);
        s.a.use(t, 0);
        s.b.use(t, 0);
        s.out.use(out, from);
        step.kernel.run(step.formula, s, n);
    }

    // ---- where the elements of a class are

    /** Whether consecutive pixels are consecutive in memory, too. */
    private boolean inOnePiece(long from, int n) {
        return what.classes() == 1 || from % what.pixels() + n <= what.pixels();
    }

    private void load(Operand operand, Tensor tensor, int c, long from, int n) {
        if (inOnePiece(from, n)) {
            operand.read(tensor, what.element(c, from), n);
        } else {
            operand.useBuffer();
            pieces(tensor, c, from, operand.array, n, false);
        }
    }

    private void destination(Operand operand, Tensor tensor, int c, long from, int n) {
        if (inOnePiece(from, n)) {
            operand.write(tensor, what.element(c, from));
        } else {
            operand.useBuffer();
        }
    }

    private void store(Operand operand, Tensor tensor, int c, long from, int n) {
        if (inOnePiece(from, n)) {
            operand.flush(tensor, what.element(c, from), n);
        } else {
            pieces(tensor, c, from, operand.array, n, true);
        }
    }

    /** Copies the pieces of a stretch that goes over several images. */
    private void pieces(Tensor tensor, int c, long from, float[] array, int n, boolean write) {
        long image = what.pixels() * what.classes();
        long inImage = from % what.pixels();
        long at = what.element(c, from);
        if (what.pixels() == 1 && tensor.storage() instanceof float[] data) {
            column(data, (int) (tensor.offset() + at), (int) image, array, n, write);
            return;
        }
        for (int i = 0; i < n;) {
            int run = (int) Math.min(n - i, what.pixels() - inImage);
            if (write) {
                Elements.write(array, i, tensor, at, run);
            } else {
                Elements.read(tensor, at, array, i, run);
            }
            i += run;
            at += image - inImage;
            inImage = 0;
        }
    }

    /** One class of images of one pixel: rows (N, C). */
    private static void column(float[] data, int at, int stride, float[] array, int n, boolean write) {
        if (write) {
            for (int i = 0; i < n; i++) {
                data[at + i * stride] = array[i];
            }
        } else {
            for (int i = 0; i < n; i++) {
                array[i] = data[at + i * stride];
            }
        }
    }

    private void target(Operand operand, int c, long from, int n) {
        if (labels == null) {
            load(operand, floats, c, from, n);
        } else {
            operand.useBuffer();
            fill(labels, from, operand.array, n);
        }
    }

    private void classTarget(Operand operand, Scratch scratch, int c, long from, int n) {
        if (labels == null) {
            load(operand, floats, c, from, n);
        } else {
            operand.use(scratch.labels, 0);
        }
    }

    private static void fill(Labels labels, long from, float[] array, int n) {
        for (int i = 0; i < n; i++) {
            array[i] = labels.get(from + i);
        }
    }

    /** A formula without parameters, and its kernel. */
    private static final class Step {
        final ElementFormula formula;
        PointwiseKernel kernel;

        Step(ElementFormula formula) {
            this.formula = formula;
        }
    }

    /** A thread's tile, and its own formulas, because their parameters change from class to class. */
    private static final class Scratch {

        final Span span = new Span();
        final ElementSums elementSums = new ElementSums();
        final ElementSlopes elementSlopes = new ElementSlopes();
        final ClassSums classSums = new ClassSums();
        final LikeliestSlope likeliestSlope = new LikeliestSlope();
        final SlopeMean slopeMean = new SlopeMean();
        final ClassSlopes classSlopes = new ClassSlopes();
        final WeightedSlope weightedSlope = new WeightedSlope();
        final PixelWeight pixelWeight = new PixelWeight();
        private final ClassSlope[] classFormulas = {likeliestSlope, slopeMean, classSlopes, weightedSlope};

        final Step larger = new Step(new Larger());
        final Step exponential = new Step(new Exponential());
        final Step plusOthers = new Step(new Others());
        final Step times = new Step(new Times());
        final Step weightedTimes = new Step(new WeightedTimes());
        final Step likeliestOf = new Step(new Likeliest());
        PointwiseKernel classSumsKernel;
        PointwiseKernel likeliestKernel;
        PointwiseKernel slopeMeanKernel;
        PointwiseKernel classSlopesKernel;
        PointwiseKernel weightedSlopeKernel;
        PointwiseKernel pixelWeightKernel;

        final float[] max = new float[MOST];
        final float[] reciprocal = new float[MOST];
        final float[] others = new float[MOST];
        final float[] likeliest = new float[MOST];
        final float[] mean = new float[MOST];
        final float[] labels = new float[MOST];
        final float[] slopes = new float[MOST];
        final float[] pixelWeights = new float[MOST];
        final float[] ones = new float[MOST];
        float[] tile = NOTHING;

        Scratch() {
            Arrays.fill(ones, 1);
        }

        /** Lets go of the caller's memory, and of a tile of so many classes that few pixels are larger than most. */
        void forget() {
            span.forget();
            if (tile.length > MOST_KEPT) {
                tile = NOTHING;
            }
        }

        void reserve(int floats) {
            if (tile.length < floats) {
                tile = new float[floats];
            }
        }

        /** The variants of the formulas that a job needs, and their kernels. */
        void set(OverlapJob job) {
            boolean oneHot = job.labels != null;
            boolean product = oneHot || job.what.product();
            float ignored = job.what.ignored();
            boolean ignores = !Float.isNaN(ignored);
            boolean hasWeights = job.weights != null;
            if (job.what.activation() != Activation.SOFTMAX) {
                boolean logits = job.what.activation() == Activation.SIGMOID;
                elementSums.logits = logits;
                elementSums.product = product;
                elementSums.oneHot = oneHot;
                elementSums.ignores = ignores;
                elementSums.ignored = ignored;
                elementSums.hasWeights = hasWeights;
                elementSlopes.logits = logits;
                elementSlopes.product = product;
                elementSlopes.oneHot = oneHot;
                elementSlopes.ignores = ignores;
                elementSlopes.ignored = ignored;
                elementSlopes.stashed = job.stash;
                elementSlopes.adds = job.add;
                elementSlopes.hasWeights = hasWeights;
                elementSlopes.scaled = job.slopeScale != 1;
                elementSlopes.scale = job.slopeScale;
                return;
            }
            classSums.product = product;
            classSums.oneHot = oneHot;
            classSums.ignores = ignores;
            classSums.ignored = ignored;
            classSums.hasWeights = hasWeights;
            for (ClassSlope formula : classFormulas) {
                formula.product = product;
                formula.oneHot = oneHot;
                formula.given = hasWeights && formula != weightedSlope;
            }
            classSlopes.ignores = ignores && !hasWeights;
            classSlopes.ignored = ignored;
            classSlopes.scaled = job.slopeScale != 1;
            classSlopes.scale = job.slopeScale;
            Kernels kernels = job.kernels;
            larger.kernel = kernels.of(larger.formula, Mode.MAP);
            exponential.kernel = kernels.of(exponential.formula, Mode.MAP);
            plusOthers.kernel = kernels.of(plusOthers.formula, Mode.MAP);
            times.kernel = kernels.of(times.formula, Mode.MAP);
            likeliestOf.kernel = kernels.of(likeliestOf.formula, Mode.MAP);
            classSumsKernel = kernels.of(classSums, Mode.SUM);
            likeliestKernel = kernels.of(likeliestSlope, Mode.MAP);
            slopeMeanKernel = kernels.of(slopeMean, Mode.MAP);
            classSlopesKernel = kernels.of(classSlopes, Mode.MAP);
            if (hasWeights) {
                weightedSlope.ignores = ignores;
                weightedSlope.ignored = ignored;
                pixelWeight.ignores = ignores;
                pixelWeight.ignored = ignored;
                weightedSlopeKernel = kernels.of(weightedSlope, Mode.MAP);
                pixelWeightKernel = kernels.of(pixelWeight, Mode.MAP);
                weightedTimes.kernel = kernels.of(weightedTimes.formula, Mode.MAP);
            }
        }
    }
}
