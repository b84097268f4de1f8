// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.softmax;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.GradientFactor;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.internal.parallel.SumJob;
import io.github.jloss.spi.SoftmaxCall;
import io.github.jloss.spi.SoftmaxFormula;
import java.util.concurrent.Executor;

/**
 * One call of the softmax engine. The rows are cut into chunks; each has one sum, and the sums are added in the order
 * of the chunks, so that the threads leave no trace in the result. How rows are cut, and which of the two stages works
 * on them, depends on shapes alone, so that the kind of memory leaves none either.
 */
public final class SoftmaxJob extends SumJob {

    /** Contiguous rows of at least so many classes are worked on one by one; 16 shorter ones share a vector. */
    static final int LONG = 64;

    /** Pieces of a class's plane of at least so many elements are worked on one image at a time. */
    private static final int WIDE = 256;

    /** Elements of a chunk, roughly: some 20 microseconds' work. */
    private static final int CHUNK = 1 << 15;

    /** Rows of a chunk in which rows share vectors, at least: a pass over fewer costs more to call than to do. */
    private static final int FEWEST = 64;

    /** The header of an array, in elements. */
    private static final int HEADER = 16 / Float.BYTES;

    /**
     * Chunks of an image from which on they are cut where cache lines begin in large arrays: these begin, with their
     * header, at a line. It saves a tenth of the time, as a vector across two lines takes twice as long to write; with
     * few chunks the two of odd lengths cost more.
     */
    private static final int MANY = 16;

    /** Class weights up to here, and down to one through it, are taken as they are. */
    private static final float ORDINARY = 0x1p64f;

    private static final Pool<SoftmaxJob> JOBS = new Pool<>(SoftmaxJob::new);
    private static final Pool<SoftmaxStage> ROWS = new Pool<>(SoftmaxRows::new);
    private static final Pool<SoftmaxStage> COLUMNS = new Pool<>(SoftmaxColumns::new);

    Kernels kernels;
    SoftmaxFormula formula;
    Tensor input;
    int classes;
    long inner;
    Labels labels;
    Tensor soft;
    Tensor losses;
    Tensor upstream;
    Tensor gradient;
    boolean add;

    /** The weights of the rows, or null for 1. */
    Tensor rowWeights;

    /** Whether classes have weights; excluded ones have 0. */
    boolean weighted;

    /** The classes that are left out, in ascending order. */
    int[] excluded;

    /** How many are not. */
    int kept;

    /** The factor on gradients: a float, but where that would be subnormal or none. */
    double scale;

    /** What is added to losses before they are focused, in {@link #unit}s. */
    float offset;

    /** Factor on powers of 1 - p where a threshold reduces focusing. */
    float raise;

    /** The weights of the classes, in {@link #unit}s. */
    float[] weights = new float[0];

    /**
     * A power of two; 1 but where class weights are so large or small that their products with losses, or one through
     * their sum, would not be floats, or subnormal ones, though the gradient is an ordinary number.
     */
    float unit;

    private int axis;
    private boolean ignores;
    private long ignoreIndex;
    private int chunkRows;

    /** The rows that the first chunk of an image has less than the others. */
    private int lead;
    private long chunksPerImage;

    private SoftmaxJob() {}

    /**
     * Computes what a call asks for.
     *
     * @param kernels the loops
     * @param call the arguments
     * @param threads the most threads
     * @param executor runs the helpers
     * @return the sum of the losses of all rows
     */
    public static double run(Kernels kernels, SoftmaxCall call, int threads, Executor executor) {
        SoftmaxJob job = JOBS.take();
        try {
            job.prepare(kernels, call);
            return job.run(threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    private void prepare(Kernels newKernels, SoftmaxCall call) {
        kernels = newKernels;
        formula = call.formula;
        input = call.input;
        classes = Math.toIntExact(call.classes);
        inner = call.inner;
        labels = call.target instanceof Labels l ? l : null;
        soft = call.target instanceof Tensor t ? t : null;
        axis = call.axis;
        ignores = call.ignores;
        ignoreIndex = call.ignoreIndex;
        rowWeights = call.weights;
        excluded = call.excluded;
        kept = classes - excluded.length;
        losses = call.losses;
        upstream = call.upstream;
        gradient = call.gradient;
        add = call.add;
        weighted = call.classWeights != null || excluded.length > 0;
        unit = 1;
        if (weighted) {
            readWeights(call.classWeights);
        }
        scale = call.scale * unit;
        if (rowWeights == null || isFloat(scale)) {
            scale = GradientFactor.asFloat(scale);
        }
        offset = (float) (call.offset / unit);
        raise = formula.threshold() == 0 ? 1 : (float) Math.pow(formula.threshold(), -formula.gamma());
        int least = isRows() ? 1 : FEWEST;
        chunkRows = Math.clamp(CHUNK / classes / least * least, least, SoftmaxStage.MOST);
        lead = inner >= (long) MANY * chunkRows ? HEADER : 0;
        chunksPerImage = (inner + lead + chunkRows - 1) / chunkRows;
    }

    private static boolean isFloat(double number) {
        return Math.abs(number) >= Float.MIN_NORMAL && Math.abs(number) <= Float.MAX_VALUE;
    }

    private void readWeights(Tensor classWeights) {
        if (weights.length < classes) {
            weights = new float[classes];
        }
        float most = 0;
        for (int c = 0; c < classes; c++) {
            weights[c] = classWeights == null ? 1 : classWeights.get(c);
        }
        for (int c : excluded) {
            weights[c] = 0;
        }
        for (int c = 0; c < classes; c++) {
            most = Math.max(most, Math.abs(weights[c]));
        }
        if (most > ORDINARY && most <= Float.MAX_VALUE || most < 1 / ORDINARY && most > 0) {
            int exponent = Math.max(Math.getExponent(most), 1 - Float.MAX_EXPONENT);
            unit = Math.scalb(1f, exponent);
            for (int c = 0; c < classes; c++) {
                weights[c] = Math.scalb(weights[c], -exponent);
            }
        }
    }

    private void clear() {
        kernels = null;
        input = null;
        labels = null;
        soft = null;
        rowWeights = null;
        excluded = null;
        losses = null;
        upstream = null;
        gradient = null;
    }

    /** Whether rows are worked on one by one. */
    private boolean isRows() {
        return inner == 1 && classes >= LONG || formula.logProbabilities();
    }

    /** Whether chunks end where images do, and the planes of their classes can be worked on in place. */
    boolean isWide() {
        return inner >= WIDE;
    }

    long rows() {
        return input.size() / classes;
    }

    /** The sum of the losses of all rows. */
    private double run(int threads, Executor executor) {
        double sum = sum(isWide() ? rows() / inner * chunksPerImage : (rows() + chunkRows - 1) / chunkRows, threads,
                executor);
        return formula.factorOnly() ? sum : unit * sum;
    }

    @Override
    protected double sum(int chunk) {
        long from = (long) chunk * chunkRows;
        long end = rows();
        if (isWide()) {
            long image = chunk / chunksPerImage * inner;
            long piece = chunk % chunksPerImage * chunkRows - lead;
            from = image + Math.max(0, piece);
            end = image + Math.min(inner, piece + chunkRows);
        }
        int n = (int) Math.min(chunkRows, end - from);
        if (formula.logProbabilities()) {
            return LogProbabilities.run(this, from, n);
        }
        Pool<SoftmaxStage> stages = isRows() ? ROWS : COLUMNS;
        SoftmaxStage stage = stages.take();
        try {
            return stage.run(this, from, n);
        } finally {
            stages.give(stage);
        }
    }

    /** A row's label, or -1 if it is ignored. */
    int label(long row) {
        long label = labels.get(row);
        return ignores && label == ignoreIndex ? -1 : (int) label;
    }

    /** Reads the weights of n rows. */
    void readRowWeights(long first, float[] into, int n) {
        RowWeights.read(rowWeights, input, axis, first, into, n);
    }

    float rowWeight(long row) {
        return rowWeights == null ? 1 : rowWeights.get(RowWeights.index(rowWeights, input, axis, row));
    }

    float weight(int label) {
        return weighted ? weights[label] : 1;
    }

    /** Where in the input an element of a row is. */
    long index(long row, int label) {
        return inner == 1 ? row * classes + label : (row / inner * classes + label) * inner + row % inner;
    }

    /** The probability from which on rows are focused, 0 for all. */
    float focusesFrom() {
        return (float) formula.threshold();
    }

    /** Whether the loss has terms of other classes than the row's own. */
    boolean hasOthers() {
        return soft != null || formula.smoothing() != 0 || excluded.length > 0;
    }

    /** The factor on gradients of a row, but for its weight. */
    double scale(long row) {
        return upstream == null ? scale : scale * upstream.get(row);
    }

    /** What smoothing gives to every class. */
    float flat() {
        return (float) (formula.smoothing() / kept);
    }

    /** The weight of a row's own class's term. */
    float ownWeight(long row, int label) {
        double a = formula.smoothing();
        double target = soft == null ? 1 : soft.get(index(row, label));
        return a == 0 && soft == null ? weight(label)
                : (float) (((1 - a) * target + a / kept) * weight(label));
    }

    /** The first class at or after one that is not excluded; the number of classes if there is none. */
    int keptFrom(int label) {
        int c = label;
        for (int i = 0; i < excluded.length && excluded[i] <= c; i++) {
            c = excluded[i] == c ? c + 1 : c;
        }
        return c;
    }

    /** Overwrites the excluded ones among classes {@code from} to {@code to} that stand in an array. */
    void fillExcluded(float[] array, int at, int from, int to, float value) {
        for (int c : excluded) {
            if (c >= from && c < to) {
                array[at + c - from] = value;
            }
        }
    }

    /** The gradient of one element delivered. */
    void deliver(long at, float value) {
        gradient.set(at, add ? gradient.get(at) + value : value);
    }
}
