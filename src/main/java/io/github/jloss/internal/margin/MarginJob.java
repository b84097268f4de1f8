// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.margin;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.Elements;
import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.internal.kernel.GradientFactor;
import io.github.jloss.internal.kernel.Kernels;
import io.github.jloss.internal.kernel.MatrixKernel;
import io.github.jloss.internal.kernel.PointwiseKernel;
import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.internal.kernel.PointwiseMap;
import io.github.jloss.internal.kernel.Span;
import io.github.jloss.internal.parallel.Parallel;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFormula;
import io.github.jloss.spi.Scalar;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * One call of the margin-softmax engine: a linear layer and the cross entropy of its logits, without the matrix of all
 * logits. Rows are taken in groups of {@link #GROUP}, classes in blocks of {@link #BLOCK} and blocks in tiles.
 *
 * <p>First each block gives each row the maximum of its logits and the sum of their exponentials, the row's own class
 * left out, and these are merged in the order of the blocks. Then, row by row and in double precision, follow the loss
 * and what each exponential must be multiplied with to be a derivative. Then come the gradients: each block's own of
 * the weight, and, tile by tile, that of the embeddings, which is one sum over all classes in their order. The tiles'
 * logits are computed again, unless all classes fit into one tile, which then still holds them.
 *
 * <p>Rows of embeddings lie along the lanes of logits, so that a row's maximum and sum are one lane's. Blocks and
 * groups are fixed, sums within them are chains, and maxima and sums are merged in the order of the classes: neither
 * tiles nor threads nor vectors leave a trace in the result.
 */
public final class MarginJob extends Parallel {

    /** Classes in a block; their rows of a product go to the kernel without rest. */
    static final int BLOCK = 16 * MatrixKernel.ROWS;

    /** Rows in a group: bounds the memory for copies of the embeddings and for a block's logits. */
    static final int GROUP = 512;

    /** Most logits that are kept from the first pass to the second, if they are all: 12 MiB. */
    static final int KEPT = 3 << 20;

    /** Most logits at a time otherwise: 4 MiB, enough blocks for many threads. */
    static final int STREAMED = 1 << 20;

    /** Multiply-adds of one product for which a thread is woken when nobody asked for a number of threads. */
    public static final double WORTH_A_THREAD = 1 << 20;

    /** How deep a panel is taken at a time: with 64 columns it is 32 KB and stays in the first-level cache. */
    private static final int DEPTH = 128;

    /**
     * Blocks over which the gradient of the embeddings is one chain of floats, before it is added to the sum of those
     * before: chains of a million would lose three digits.
     */
    private static final int CHAIN = 42;

    /** Rows that one task of the embeddings' gradient takes when there are several threads. */
    private static final int TASK_ROWS = 16 * MatrixKernel.ROWS;

    /** Below this a row counts as zero, as in torch's normalize. */
    private static final double SHORTEST = 1e-12;

    private static final float[] NOTHING = new float[0];

    private static final Pool<MarginJob> JOBS = new Pool<>(MarginJob::new);

    /** A thread alone takes both gradients of a block at once, while its weights are in the cache. */
    private enum Phase { MAXIMA_AND_SUMS, WEIGHT_GRADIENT, EMBEDDINGS_GRADIENT, BOTH_GRADIENTS }

    private record Exponential() implements PointwiseMap {

        static final Exponential INSTANCE = new Exponential();

        @Override
        public float value(float x, float t) {
            return Scalar.expNeg(x);
        }
    }

    private MatrixKernel matrix;
    private PointwiseKernel exponential;
    private MarginFormula formula;
    private Tensor embeddings;
    private Tensor weight;
    private Labels labels;
    private Tensor weights;
    private Tensor losses;
    private Tensor upstream;
    private Tensor gradEmbeddings;
    private Tensor gradWeight;
    private double scale;
    private boolean add;
    private int kept;

    private int threads;
    private Executor executor;
    /** The calling thread's between the phases. */
    private final MarginScratch own = new MarginScratch();
    private long classes;
    private int depth;
    private boolean weightGradientBegun;

    // The group of rows in hand.
    private long firstRow;
    private int rows;
    private int masked;
    private int lanes;
    private float[] byDepth = NOTHING;
    private float[] byRow = NOTHING;
    private float[] chain = NOTHING;
    private float[] sum = NOTHING;
    private float[] row = NOTHING;
    private final double[] inverses = new double[GROUP];
    private final double[] rowWeights = new double[GROUP];
    private final long[] targets = new long[GROUP];
    private final double[] cosines = new double[GROUP];
    private final float[] maximum = new float[GROUP];
    private final double[] total = new double[GROUP];
    private final float[] factors = new float[GROUP];
    private final float[] targetGradients = new float[GROUP];

    // The tile in hand.
    private Phase phase;
    private long firstBlock;
    private int blocks;
    private boolean holdsLogits;
    private float[] tile = NOTHING;
    private float[] classInverses = NOTHING;
    private float[] classFactors = NOTHING;
    private float[] blockMaxima = NOTHING;
    private float[] blockSums = NOTHING;
    private int panels;

    MarginJob() {}

    /** The next multiple. */
    static int up(int n, int unit) {
        return (n + unit - 1) / unit * unit;
    }

    /**
     * Computes what a call asks for.
     *
     * @param kernels the loops
     * @param call the arguments
     * @param threads the most threads
     * @param executor runs the helpers
     * @return the sum of the losses of all rows
     */
    public static double run(Kernels kernels, MarginCall call, int threads, Executor executor) {
        MarginJob job = JOBS.take();
        try {
            job.prepare(kernels, call);
            return job.run(threads, executor);
        } finally {
            job.clear();
            JOBS.give(job);
        }
    }

    /** Takes the arguments. */
    void prepare(Kernels kernels, MarginCall call) {
        if (call.weights == null) {
            GradientFactor.asFloat(call.scale);
        }
        matrix = kernels.matrix();
        exponential = kernels.of(Exponential.INSTANCE, Mode.MAP);
        formula = call.formula;
        embeddings = call.embeddings;
        weight = call.weight;
        labels = call.labels;
        weights = call.weights;
        losses = call.losses;
        upstream = call.upstream;
        gradEmbeddings = call.gradEmbeddings;
        gradWeight = call.gradWeight;
        scale = call.scale;
        add = call.add;
        kept = KEPT;
    }

    /** Another number of logits that are kept: smaller tiles, which only tests want. */
    void keep(int logits) {
        kept = logits;
    }

    /** Bytes that are kept for the next call. */
    long held() {
        long floats = 0;
        for (float[] array : new float[][] {byDepth, byRow, chain, sum, row, tile, classInverses, classFactors,
            blockMaxima, blockSums}) {
            floats += array.length;
        }
        return floats * Float.BYTES;
    }

    private void clear() {
        formula = null;
        embeddings = null;
        weight = null;
        labels = null;
        weights = null;
        losses = null;
        upstream = null;
        gradEmbeddings = null;
        gradWeight = null;
        executor = null;
    }

    /** The sum of the losses of all rows. */
    double run(int threadCount, Executor helpers) {
        threads = threadCount;
        executor = helpers;
        classes = weight.dim(0);
        depth = Math.toIntExact(weight.dim(1));
        if (depth == 0) {
            return noFeatures();
        }
        weightGradientBegun = add;
        double all = 0;
        for (long from = 0; from < embeddings.dim(0); from += GROUP) {
            firstRow = from;
            rows = (int) Math.min(GROUP, embeddings.dim(0) - from);
            weigh();
            all = masked < rows ? group(all) : maskedGroup(all);
        }
        if (gradWeight != null && !weightGradientBegun) {
            Elements.clear(gradWeight, 0, gradWeight.size());
        }
        return all;
    }

    /** All cosines are 0, and rows differ by their weights alone. */
    private double noFeatures() {
        long n = embeddings.dim(0);
        double loss = n == 0 ? 0 : MarginRow.loss(MarginRow.logOdds(formula, 0, classes - 1, 0));
        if (losses == null && (weights == null || weights.size() == 1)) {
            return n == 0 ? 0 : n * weighted(Elements.weight(weights, 0), loss);
        }
        double all = 0;
        for (long i = 0; i < n; i++) {
            double weightedLoss = weighted(Elements.weight(weights, i), loss);
            all += weightedLoss;
            if (losses != null) {
                losses.set(i, (float) weightedLoss);
            }
        }
        return all;
    }

    private static double weighted(double weight, double loss) {
        return weight == 0 ? 0 : weight * loss;
    }

    /** The weights of the group's rows, and how many are 0. */
    private void weigh() {
        masked = 0;
        for (int i = 0; i < rows; i++) {
            rowWeights[i] = Elements.weight(weights, firstRow + i);
            masked += rowWeights[i] == 0 ? 1 : 0;
        }
    }

    /** One group of rows of which nothing is read. */
    private double maskedGroup(double sumBefore) {
        if (losses != null) {
            Elements.clear(losses, firstRow, rows);
        }
        if (gradEmbeddings != null && !add) {
            Elements.clear(gradEmbeddings, firstRow * depth, (long) rows * depth);
        }
        return sumBefore;
    }

    /** One group of rows; the sum of losses goes on from what it was. */
    private double group(double sumBefore) {
        lanes = up(rows, MatrixKernel.LANES);
        embed();
        long allBlocks = (classes + BLOCK - 1) / BLOCK;
        boolean oneTile = allBlocks * BLOCK * lanes <= kept;
        int tileBlocks = oneTile ? (int) allBlocks : Math.max(1, Math.min(kept, STREAMED) / lanes / BLOCK);
        for (long block = 0; block < allBlocks; block += tileBlocks) {
            begin(block, (int) Math.min(tileBlocks, allBlocks - block));
            run(Phase.MAXIMA_AND_SUMS, blocks);
            mergeBlocks();
        }
        double sumAfter = finishRows(sumBefore);
        if (gradEmbeddings == null && gradWeight == null) {
            return sumAfter;
        }
        clearSums();
        for (long block = 0; block < allBlocks; block += tileBlocks) {
            begin(block, (int) Math.min(tileBlocks, allBlocks - block));
            holdsLogits = oneTile;
            panels = (depth + matrix.columns() - 1) / matrix.columns();
            if (gradEmbeddings == null) {
                run(Phase.WEIGHT_GRADIENT, blocks);
            } else if (threads == 1) {
                run(Phase.BOTH_GRADIENTS, blocks);
            } else {
                run(Phase.WEIGHT_GRADIENT, blocks);
                run(Phase.EMBEDDINGS_GRADIENT, panels * ((rows + TASK_ROWS - 1) / TASK_ROWS));
            }
        }
        weightGradientBegun = true;
        if (gradEmbeddings != null) {
            deliverEmbeddings();
        }
        return sumAfter;
    }

    private void run(Phase what, int tasks) {
        phase = what;
        run(tasks, threads, executor);
    }

    @Override
    protected void chunk(int index) {
        MarginScratch s = MarginScratch.SCRATCH.take();
        try {
            chunk(s, index);
        } finally {
            s.forget();
            MarginScratch.SCRATCH.give(s);
        }
    }

    private void chunk(MarginScratch s, int index) {
        switch (phase) {
            case MAXIMA_AND_SUMS -> maximaAndSums(s, index);
            case WEIGHT_GRADIENT -> weightGradient(s, index);
            case EMBEDDINGS_GRADIENT ->
                embeddingsGradient(s, 0, blocks, index % panels, 1, index / panels * TASK_ROWS, TASK_ROWS);
            case BOTH_GRADIENTS -> {
                weightGradient(s, index);
                embeddingsGradient(s, index, index + 1, 0, panels, 0, rows);
            }
        }
    }

    /** The columns of D features, rounded up to whole lanes. */
    private int width() {
        return up(depth, MatrixKernel.LANES);
    }

    /**
     * Packs the group's normalised embeddings both ways: rows along the lanes, and features along the lanes. A masked
     * row is zeros, and has no class.
     */
    private void embed() {
        int columns = matrix.columns();
        byDepth = MarginScratch.atLeast(byDepth, (long) up(lanes, columns) * depth);
        byRow = MarginScratch.atLeast(byRow, gradWeight == null ? 0 : (long) up(width(), columns) * rows);
        row = MarginScratch.atLeast(row, width());
        Arrays.fill(byDepth, 0, up(lanes, columns) * depth, 0);
        Arrays.fill(row, depth, width(), 0);
        for (int i = 0; i < rows; i++) {
            if (rowWeights[i] == 0) {
                Arrays.fill(row, 0, depth, 0);
            } else {
                Elements.read(embeddings, (firstRow + i) * depth, row, 0, depth);
            }
            double inverse = inverse(matrix.dot(row, 0, row, 0, depth, own.lanes));
            inverses[i] = inverse;
            for (int k = 0; k < depth; k++) {
                row[k] = (float) (row[k] * inverse);
                byDepth[(i / columns * depth + k) * columns + i % columns] = row[k];
            }
            for (int k = 0; gradWeight != null && k < width(); k += MatrixKernel.LANES) {
                // A panel of half the lanes takes two pieces.
                for (int at = k; at < k + MatrixKernel.LANES; at += Math.min(columns, MatrixKernel.LANES)) {
                    System.arraycopy(row, at, byRow, (at / columns * rows + i) * columns + at % columns,
                            Math.min(columns, MatrixKernel.LANES));
                }
            }
            targets[i] = rowWeights[i] == 0 ? -1 : labels.get(firstRow + i);
            maximum[i] = -Float.MAX_VALUE;
            total[i] = 0;
        }
        Arrays.fill(maximum, rows, lanes, 0);
        Arrays.fill(factors, rows, lanes, 0);
    }

    /** What a row is multiplied with to be normalised; NaN if its norm is not finite. */
    private static double inverse(double squares) {
        double norm = Math.sqrt(squares);
        return norm == Double.POSITIVE_INFINITY ? Double.NaN : 1 / Math.max(norm, SHORTEST);
    }

    /** Sets out on a tile. */
    private void begin(long block, int count) {
        firstBlock = block;
        blocks = count;
        holdsLogits = false;
        // Rows of the product come in multiples of what the kernel takes, columns of its transpose likewise.
        tile = MarginScratch.atLeast(tile, (long) count * BLOCK * lanes + MatrixKernel.ROWS);
        classInverses = MarginScratch.atLeast(classInverses, (long) count * BLOCK);
        classFactors = MarginScratch.atLeast(classFactors, (long) count * BLOCK);
        blockMaxima = MarginScratch.atLeast(blockMaxima, (long) count * lanes);
        blockSums = MarginScratch.atLeast(blockSums, (long) count * lanes);
    }

    private int classesIn(int block) {
        return (int) Math.min(BLOCK, classes - (firstBlock + block) * BLOCK);
    }

    /** A product of {@code m} rows (a multiple of the kernel's) with a packed matrix, added to c. */
    private void multiply(float[] a, int ao, int am, int ak, int m, float[] b, float[] c, int co, int cm, int n,
            int inner) {
        int columns = matrix.columns();
        for (int k = 0; k < inner; k += DEPTH) {
            for (int p = 0; p < n; p += columns) {
                for (int i = 0; i < m; i += MatrixKernel.ROWS) {
                    matrix.multiply(a, ao + i * am + k * ak, am, ak, b, (p / columns * inner + k) * columns, c,
                            co + i * cm + p, cm, Math.min(DEPTH, inner - k), Math.min(columns, n - p));
                }
            }
        }
    }

    /** The products of a block's classes with all rows, and the factors that make them logits. */
    private void logits(MarginScratch s, int block) {
        int count = classesIn(block);
        int padded = up(count, MatrixKernel.ROWS);
        int at = block * BLOCK;
        for (int j = 0; j < count; j++) {
            int w = s.weightAt + j * depth;
            double inverse = formula.normalizesWeight()
                    ? inverse(matrix.dot(s.weight, w, s.weight, w, depth, s.lanes))
                    : 1;
            classInverses[at + j] = (float) inverse;
            // Not 0: an excluded logit of -inf must stay one even at scale 0.
            classFactors[at + j] = (float) Math.max(formula.scale() * inverse, Float.MIN_VALUE);
        }
        Arrays.fill(tile, at * lanes, (at + padded) * lanes, 0);
        multiply(s.weight, s.weightAt, depth, 1, padded, byDepth, tile, at * lanes, lanes, lanes, depth);
    }

    private void maximaAndSums(MarginScratch s, int block) {
        int count = classesIn(block);
        s.takeWeight(weight, (firstBlock + block) * BLOCK, count);
        logits(s, block);
        takeTargets(s, block, count);
        int to = block * lanes;
        matrix.maxima(tile, block * BLOCK * lanes, classFactors, block * BLOCK, count, lanes, blockMaxima, to);
        // The next float or the one after: no logit, rounded or not, is above it.
        for (int i = to; i < to + lanes; i++) {
            blockMaxima[i] = Fma.fma(Math.abs(blockMaxima[i]), 0x1p-23f, blockMaxima[i]);
        }
        s.exponents = MarginScratch.atLeast(s.exponents, (long) BLOCK * lanes);
        exponentials(s, block, count, blockMaxima, to, s.exponents, 0);
        matrix.sums(s.exponents, count, lanes, blockSums, to);
    }

    /**
     * Takes the logits of the rows' own classes out. Their cosines are computed in double precision: near -1 and 1 the
     * angle is as uncertain as the root of the cosine's error.
     */
    private void takeTargets(MarginScratch s, int block, int count) {
        long first = (firstBlock + block) * BLOCK;
        for (int i = 0; i < rows; i++) {
            long j = targets[i] - first;
            if (j >= 0 && j < count) {
                tile[(block * BLOCK + (int) j) * lanes + i] = Float.NEGATIVE_INFINITY;
                int w = s.weightAt + (int) j * depth;
                float[] x = s.row(depth);
                Elements.read(embeddings, (firstRow + i) * depth, x, 0, depth);
                cosines[i] = matrix.dot(x, 0, s.weight, w, depth, s.lanes) * inverses[i];
                if (formula.normalizesWeight()) {
                    cosines[i] *= inverse(matrix.dot(s.weight, w, s.weight, w, depth, s.lanes));
                }
            }
        }
    }

    /** The exponentials of a block's logits less a number for each lane that is not below any of them. */
    private void exponentials(MarginScratch s, int block, int count, float[] reference, int ro, float[] out, int oo) {
        matrix.distances(tile, block * BLOCK * lanes, classFactors, block * BLOCK, count, lanes, reference, ro, out,
                oo);
        Span span = s.span;
        span.x.array = out;
        span.x.offset = oo;
        span.t.array = out;
        span.t.offset = oo;
        span.a.array = out;
        span.a.offset = oo;
        span.b.array = out;
        span.b.offset = oo;
        span.out.array = out;
        span.out.offset = oo;
        exponential.run(Exponential.INSTANCE, span, count * lanes);
    }

    /** Merges the tile's maxima and sums into those of the rows, in the order of the classes. */
    private void mergeBlocks() {
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < rows; i++) {
                float m = blockMaxima[block * lanes + i];
                float e = blockSums[block * lanes + i];
                total[i] = MarginRow.merged(total[i], maximum[i], e, m);
                maximum[i] = m > maximum[i] ? m : maximum[i];
            }
        }
    }

    /** Each row's loss, and what its exponentials are multiplied with to be derivatives. */
    private double finishRows(double sumBefore) {
        double sumAfter = sumBefore;
        for (int i = 0; i < rows; i++) {
            if (rowWeights[i] == 0) {
                if (losses != null) {
                    losses.set(firstRow + i, 0);
                }
                factors[i] = 0;
                continue;
            }
            double a = MarginRow.logOdds(formula, maximum[i], total[i], cosines[i]);
            double loss = rowWeights[i] * MarginRow.loss(a);
            sumAfter += loss;
            if (losses != null) {
                losses.set(firstRow + i, (float) loss);
            }
            double g = formula.scale() * MarginRow.others(a) * (scale * rowWeights[i])
                    * (upstream == null ? 1 : upstream.get(firstRow + i));
            factors[i] = total[i] == 0 ? 0 : (float) (g / total[i]);
            targetGradients[i] = (float) (-g * formula.slope(cosines[i]));
        }
        return sumAfter;
    }

    private void weightGradient(MarginScratch s, int block) {
        int count = classesIn(block);
        if (!holdsLogits || gradWeight != null) {
            s.takeWeight(weight, (firstBlock + block) * BLOCK, count);
        }
        if (!holdsLogits) {
            logits(s, block);
        }
        int from = block * BLOCK * lanes;
        exponentials(s, block, count, maximum, 0, tile, from);
        matrix.scale(tile, from, count, lanes, factors);
        long first = (firstBlock + block) * BLOCK;
        for (int i = 0; i < rows; i++) {
            long j = targets[i] - first;
            if (j >= 0 && j < count) {
                tile[from + (int) j * lanes + i] = targetGradients[i];
            }
        }
        if (masked > 0) {
            clearMasked(from, count);
        }
        if (gradWeight == null) {
            return;
        }
        int width = width();
        int padded = up(count, MatrixKernel.ROWS);
        s.gradient = MarginScratch.atLeast(s.gradient, (long) BLOCK * width);
        Arrays.fill(s.gradient, 0, padded * width, 0);
        multiply(tile, from, lanes, 1, padded, byRow, s.gradient, 0, width, width, rows);
        for (int j = 0; j < count; j++) {
            float inverse = classInverses[block * BLOCK + j];
            deliver(s, s.weight, s.weightAt + j * depth, inverse, formula.normalizesWeight(), s.gradient, j * width,
                    gradWeight, (first + j) * depth, weightGradientBegun);
        }
    }

    /** Takes masked rows out of a block's derivatives, where an infinite weight has left NaN. */
    private void clearMasked(int from, int count) {
        for (int i = 0; i < rows; i++) {
            if (rowWeights[i] == 0) {
                for (int j = 0; j < count; j++) {
                    tile[from + j * lanes + i] = 0;
                }
            }
        }
    }

    /** Delivers one row of a gradient, through the derivative of the row's normalisation if it was normalised. */
    private void deliver(MarginScratch s, float[] v, int vo, double inverse, boolean normalized, float[] g, int go,
            Tensor to, long from, boolean adds) {
        if (!normalized) {
            s.project(v, vo, 1, g, go, 0, 1, to, from, depth, adds);
        } else if ((float) inverse < (float) (1 / SHORTEST) || Double.isNaN(inverse)) {
            float t = (float) (matrix.dot(v, vo, g, go, depth, s.lanes) * inverse);
            s.project(v, vo, (float) inverse, g, go, t, (float) inverse, to, from, depth, adds);
        } else if (!adds) {
            Elements.clear(to, from, depth);
        }
    }

    private void clearSums() {
        if (gradEmbeddings != null) {
            int size = Math.multiplyExact(up(rows, MatrixKernel.ROWS), width());
            chain = MarginScratch.atLeast(chain, size);
            sum = MarginScratch.atLeast(sum, size);
            Arrays.fill(chain, 0, size, 0);
            Arrays.fill(sum, 0, size, 0);
        }
    }

    /** Adds some blocks' part of the embeddings' gradient: of some rows the features of some panels. */
    private void embeddingsGradient(MarginScratch s, int fromBlock, int toBlock, int fromPanel, int someOfPanels,
            int fromRow, int someOfRows) {
        int columns = matrix.columns();
        int width = width();
        int toPanel = fromPanel + someOfPanels;
        int toRow = up(Math.min(rows, fromRow + someOfRows), MatrixKernel.ROWS);
        s.panel = MarginScratch.atLeast(s.panel, (long) BLOCK * columns);
        s.strips = MarginScratch.atLeast(s.strips, (long) BLOCK * (toRow - fromRow));
        for (int block = fromBlock; block < toBlock; block++) {
            int count = classesIn(block);
            long first = (firstBlock + block) * BLOCK;
            packStrips(s.strips, block * BLOCK * lanes, fromRow, toRow, count);
            for (int panel = fromPanel; panel < toPanel; panel++) {
                int feature = panel * columns;
                int n = Math.min(columns, width - feature);
                // What else is in a panel goes to columns that nobody reads.
                packWeight(s, first, count, feature, Math.min(n, depth - feature), block);
                for (int i = fromRow; i < toRow; i += MatrixKernel.ROWS) {
                    matrix.multiply(s.strips, (i - fromRow) * count, 1, MatrixKernel.ROWS, s.panel, 0, chain,
                            i * width + feature, width, count, n);
                }
            }
            if ((firstBlock + block + 1) % CHAIN == 0) {
                int feature = fromPanel * columns;
                int n = Math.min(toPanel * columns, width) - feature;
                for (int i = fromRow; i < toRow; i++) {
                    int at = i * width + feature;
                    accumulate(chain, at, sum, at, n);
                    Arrays.fill(chain, at, at + n, 0);
                }
            }
        }
    }

    /**
     * Copies some rows' derivatives to where the kernel reads one after another. In the tile a row's are a power of two
     * apart if there are as many rows, and so many lines of memory go to few places of the first-level cache.
     */
    private void packStrips(float[] strips, int from, int fromRow, int toRow, int count) {
        int at = 0;
        for (int i = fromRow; i < toRow; i += MatrixKernel.ROWS) {
            for (int j = 0; j < count; j++) {
                System.arraycopy(tile, from + j * lanes + i, strips, at, MatrixKernel.ROWS);
                at += MatrixKernel.ROWS;
            }
        }
    }

    /** Packs some features of a block's normalised weights. */
    private void packWeight(MarginScratch s, long first, int count, int feature, int n, int block) {
        if (weight.storage() instanceof float[] floats) {
            matrix.pack(floats, (int) (weight.offset() + first * depth + feature), depth, classInverses, block * BLOCK,
                    count, n, s.panel);
            return;
        }
        int columns = matrix.columns();
        for (int j = 0; j < count; j++) {
            Elements.read(weight, (first + j) * depth + feature, s.panel, j * columns, n);
        }
        matrix.pack(s.panel, 0, columns, classInverses, block * BLOCK, count, n, s.panel);
    }

    private static void accumulate(float[] v, int vo, float[] sums, int so, int n) {
        for (int i = 0; i < n; i++) {
            sums[so + i] += v[vo + i];
        }
    }

    private void deliverEmbeddings() {
        int width = width();
        for (int i = 0; i < rows; i++) {
            if (rowWeights[i] == 0) {
                if (!add) {
                    Elements.clear(gradEmbeddings, (firstRow + i) * depth, depth);
                }
                continue;
            }
            accumulate(chain, i * width, sum, i * width, depth);
            Elements.read(embeddings, (firstRow + i) * depth, row, 0, depth);
            deliver(own, row, 0, inverses[i], true, sum, i * width, gradEmbeddings, (firstRow + i) * depth, add);
        }
    }
}
