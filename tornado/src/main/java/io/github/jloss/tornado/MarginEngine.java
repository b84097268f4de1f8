// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Labels;
import io.github.jloss.Tensor;
import io.github.jloss.internal.kernel.GradientFactor;
import io.github.jloss.internal.margin.MarginRow;
import io.github.jloss.spi.MarginFormula;
import io.github.jloss.tornado.kernels.GroupSum;
import io.github.jloss.tornado.kernels.InverseNorms;
import io.github.jloss.tornado.kernels.MarginGradients;
import io.github.jloss.tornado.kernels.MarginSums;
import io.github.jloss.tornado.kernels.MatrixProduct;
import io.github.jloss.tornado.kernels.Projection;
import io.github.jloss.tornado.kernels.RowGroups;
import io.github.jloss.tornado.kernels.ScaledRows;
import java.util.Arrays;

/**
 * The margin softmax on the device, without the matrix of all logits: classes are taken in tiles. The first walk over
 * the tiles gives each row the sum of the exponentials of its logits, its own class left out; then the host, in double
 * precision, finishes the losses and asks the formula, a few numbers for each row; a second walk computes the logits
 * again, unless one tile holds them all, and makes the gradients of them.
 */
final class MarginEngine {

    /** Most floats of a tile of logits, and of a tile of the weight's gradient: 64 MiB. */
    static final int TILE = 1 << 24;

    /** Most rows at a time: more would make tiles narrow. */
    static final int GROUP = 1 << 13;

    private static final Kernel INVERSES = Kernel.of("inverse norms", InverseNorms.class);
    private static final Kernel SCALED = Kernel.of("scaled rows", ScaledRows.class);
    private static final Kernel PRODUCT = Kernel.of("matrix product", MatrixProduct.class);
    private static final Kernel SUMS = Kernel.of("margin sums", MarginSums.class);
    private static final Kernel GRADIENTS = Kernel.of("margin gradients", MarginGradients.class);
    private static final Kernel PROJECTION = Kernel.of("projection", Projection.class);

    private static final int MOST_GROUPS = 4096;

    /** The edge of a block of a product. */
    private static final int BLOCK = 64;

    /** Below this a row counts as zero, as in torch's normalize. */
    private static final double SHORTEST = 1e-12;

    private final Call call;
    private final MarginFormula formula;
    private final Labels labels;
    private final double scale;
    private final int depth;
    private final int classes;
    private final int tileClasses;
    private final int weight;
    private final int inverses;
    private final int tile;
    private final int gradWeight;
    private final int gradTile;
    private final int normalized;
    private final int gradRows;
    private final int gradEmbeddings;
    private final boolean add;
    private final int labelsAt;
    private final int factorsAt;
    private final int numbersAt;
    private final int sumsAt;
    private final float[] weights;
    private final float[] upstream;
    private final float[] losses;
    private boolean begun;

    private MarginEngine(Call call, MarginFormula formula, Tensor embeddings, Tensor weight, Labels labels,
            float[] weights, Tensor losses, Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, double scale,
            boolean add, int most, int group) {
        this.call = call;
        this.formula = formula;
        this.labels = labels;
        this.weights = weights;
        this.scale = scale;
        this.add = add;
        depth = Math.toIntExact(weight.dim(1));
        classes = Math.toIntExact(weight.dim(0));
        int rows = (int) Math.min(group, embeddings.dim(0));
        int fitting = Math.max(1, most / Math.max(rows, depth));
        tileClasses = Math.min(classes, fitting < BLOCK ? fitting : fitting / BLOCK * BLOCK);
        this.weight = call.in(weight);
        this.gradWeight = depth == 0 ? -1 : call.out(gradWeight, add);
        this.gradEmbeddings = depth == 0 ? -1 : call.out(gradEmbeddings, add);
        inverses = formula.normalizesWeight() ? call.temporary(classes) : -1;
        tile = call.temporary((long) rows * tileClasses);
        gradTile = this.gradWeight < 0 ? -1 : call.temporary((long) tileClasses * depth);
        normalized = call.temporary((long) rows * depth);
        gradRows = this.gradEmbeddings < 0 ? -1 : call.temporary((long) rows * depth);
        labelsAt = call.temporary(2L * rows);
        factorsAt = call.temporary(2L * rows);
        numbersAt = call.temporary(3L * rows);
        sumsAt = call.temporary(3L * rows);
        this.upstream = upstream == null ? null : call.floats(upstream);
        this.losses = losses == null ? null : new float[Math.toIntExact(losses.size())];
    }

    /**
     * The arguments of the back end, and
     *
     * @param most floats of a tile
     * @param group rows at a time
     */
    static double run(Call call, MarginFormula formula, Tensor embeddings, Tensor weight, Labels labels,
            Tensor weights, Tensor losses, Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, double scale,
            boolean add, int most, int group) {
        if (weights == null) GradientFactor.asFloat(scale);
        int rows = Math.toIntExact(embeddings.dim(0));
        float[] rowWeights = call.weights(weights, rows);
        if (isMasked(rowWeights)) {
            clear(call, losses);
            clear(call, add ? null : gradEmbeddings);
            clear(call, add ? null : gradWeight);
            return 0;
        }
        call.prepare(RowDistances.SUMS, INVERSES, SCALED, PRODUCT, SUMS, GRADIENTS, PROJECTION);
        MarginEngine engine = new MarginEngine(call, formula, embeddings, weight, labels,
                rowWeights, losses, upstream, gradEmbeddings, gradWeight, scale, add, most, group);
        int at = call.in(embeddings);
        engine.inverseNorms();
        double sum = 0;
        for (int from = 0; from < rows; from += group) {
            sum = engine.group(from, Math.min(group, rows - from), at + from * engine.depth, sum);
        }
        call.finish();
        call.floats(losses, engine.losses);
        return sum;
    }

    /** Whether there is no row that counts. */
    private static boolean isMasked(float[] weights) {
        for (float weight : weights) {
            if (weight != 0) return false;
        }
        return true;
    }

    private static void clear(Call call, Tensor tensor) {
        if (tensor != null) {
            call.floats(tensor, new float[Math.toIntExact(tensor.size())]);
        }
    }

    private void inverseNorms() {
        if (inverses < 0) return;
        int lanes = RowGroups.lanes(depth);
        call.set(InverseNorms.ROWS, classes)
                .set(InverseNorms.LENGTH, depth)
                .set(InverseNorms.LANES, lanes)
                .set(InverseNorms.V, weight)
                .set(InverseNorms.TO, inverses);
        call.run(INVERSES, RowGroups.groups(classes, lanes, MOST_GROUPS));
    }

    /** One group of rows; the sum of losses goes on from what it was. */
    private double group(int firstRow, int rows, int at, double sumBefore) {
        double[] cosines = new double[rows];
        float[] inverse = normalize(firstRow, rows, at, cosines);
        float[] maximum = new float[rows];
        Arrays.fill(maximum, -Float.MAX_VALUE);
        double[] total = new double[rows];
        for (int first = 0; first < classes; first += tileClasses) {
            int count = Math.min(tileClasses, classes - first);
            logits(rows, first, count);
            sums(rows, first, count, maximum, total);
        }
        double sumAfter = finishRows(firstRow, rows, cosines, maximum, total, sumBefore);
        if (gradWeight < 0 && gradRows < 0) return sumAfter;
        for (int first = 0; first < classes; first += tileClasses) {
            int count = Math.min(tileClasses, classes - first);
            if (tileClasses < classes) {
                logits(rows, first, count);
            }
            derivatives(rows, first, count);
            if (gradRows >= 0) {
                product(rows, depth, count, tile, count, 1, weight + first * depth, 1, depth, gradRows, -1, 1,
                        first > 0);
            }
            if (gradWeight >= 0) {
                product(count, depth, rows, tile, 1, count, normalized, 1, depth, gradTile, -1, 1, false);
                project(count, formula.normalizesWeight() ? weight + first * depth : -1,
                        inverses < 0 ? -1 : inverses + first, gradTile, -1, gradWeight + first * depth, add || begun);
            }
        }
        begun = true;
        if (gradRows >= 0) {
            int factors = call.in(Tensor.of(inverse));
            project(rows, normalized, -1, gradRows, factors, gradEmbeddings + firstRow * depth, add);
        }
        return sumAfter;
    }

    /**
     * Normalises the embeddings, and takes the cosines of their own classes, with as many digits as double has: near -1
     * and 1 the angle is as uncertain as the root of the cosine's error.
     *
     * @return the inverse norms, 0 for rows that count as zero
     */
    private float[] normalize(int firstRow, int rows, int at, double[] cosines) {
        float[] classNumbers = new float[2 * rows];
        for (int i = 0; i < rows; i++) {
            // A masked row, whose label may be any number, stands for any class, as all its numbers will be 0.
            long label = weights[firstRow + i] == 0 ? 0 : labels.get(firstRow + i);
            classNumbers[2 * i] = label >> 16;
            classNumbers[2 * i + 1] = label & 0xffff;
        }
        call.write(classNumbers, labelsAt);
        double[] products = new RowDistances.Sums(call, at, weight, labelsAt, rows, depth).products();
        float[] factors = new float[2 * rows];
        float[] inverse = new float[rows];
        for (int i = 0; i < rows; i++) {
            if (weights[firstRow + i] == 0) continue;
            double own = inverse(products[3 * i]);
            cosines[i] = products[3 * i + 2] * own
                    * (formula.normalizesWeight() ? inverse(products[3 * i + 1]) : 1);
            factors[2 * i] = own < 0x1p-60 ? 1 / RowDistances.RESCALE : 1;
            factors[2 * i + 1] = (float) (own / factors[2 * i]);
            inverse[i] = (float) own < (float) (1 / SHORTEST) || Double.isNaN(own) ? (float) own : 0;
        }
        if (depth > 0) {
            call.write(factors, factorsAt);
            call.set(ScaledRows.N, rows * depth)
                    .set(ScaledRows.LENGTH, depth)
                    .set(ScaledRows.X, at)
                    .set(ScaledRows.FACTORS, factorsAt)
                    .set(ScaledRows.TO, normalized);
            call.run(SCALED, Call.groups((long) rows * depth, MOST_GROUPS));
        }
        return inverse;
    }

    /** What a row is multiplied with to be normalised; NaN if its norm is not finite. */
    private static double inverse(double squares) {
        double norm = Math.sqrt(squares);
        return norm == Double.POSITIVE_INFINITY ? Double.NaN : 1 / Math.max(norm, SHORTEST);
    }

    private void logits(int rows, int first, int count) {
        product(rows, count, depth, normalized, depth, 1, weight + first * depth, depth, 1, tile,
                inverses < 0 ? -1 : inverses + first, (float) formula.scale(), false);
    }

    private void product(int rows, int columns, int inner, int a, int aRow, int aInner, int b, int bColumn, int bInner,
            int c, int factors, float factor, boolean adds) {
        call.set(MatrixProduct.ROWS, rows)
                .set(MatrixProduct.COLUMNS, columns)
                .set(MatrixProduct.INNER, inner)
                .set(MatrixProduct.A, a)
                .set(MatrixProduct.A_ROW, aRow)
                .set(MatrixProduct.A_INNER, aInner)
                .set(MatrixProduct.B, b)
                .set(MatrixProduct.B_COLUMN, bColumn)
                .set(MatrixProduct.B_INNER, bInner)
                .set(MatrixProduct.C, c)
                .set(MatrixProduct.FACTORS, factors)
                .set(MatrixProduct.ADD, adds ? 1 : 0)
                .option(MatrixProduct.SCALE, factor);
        long blocks = (long) ((rows + BLOCK - 1) / BLOCK) * ((columns + BLOCK - 1) / BLOCK);
        call.run(PRODUCT, Math.clamp(blocks, 1, MOST_GROUPS));
    }

    /** Merges the tile's maxima and sums into those of the rows. */
    private void sums(int rows, int first, int count, float[] maximum, double[] total) {
        int lanes = RowGroups.lanes(count);
        call.set(MarginSums.ROWS, rows)
                .set(MarginSums.CLASSES, count)
                .set(MarginSums.LANES, lanes)
                .set(MarginSums.TILE, tile)
                .set(MarginSums.LABELS, labelsAt)
                .set(MarginSums.FIRST_CLASS, first)
                .set(MarginSums.TO, sumsAt);
        call.run(SUMS, RowGroups.groups(rows, lanes, MOST_GROUPS));
        float[] read = new float[3 * rows];
        call.read(sumsAt, read);
        for (int i = 0; i < rows; i++) {
            float m = read[3 * i];
            double e = GroupSum.of(read[3 * i + 1], read[3 * i + 2]);
            total[i] = MarginRow.merged(total[i], maximum[i], e, m);
            maximum[i] = m > maximum[i] ? m : maximum[i];
        }
    }

    /** Each row's loss, and what its exponentials are multiplied with to be derivatives. */
    private double finishRows(int firstRow, int rows, double[] cosines, float[] maximum, double[] total,
            double sumBefore) {
        double sumAfter = sumBefore;
        float[] numbers = new float[3 * rows];
        for (int i = 0; i < rows; i++) {
            double weight = weights[firstRow + i];
            if (weight == 0) continue;
            double a = MarginRow.logOdds(formula, maximum[i], total[i], cosines[i]);
            double loss = weight * MarginRow.loss(a);
            sumAfter += loss;
            if (losses != null) {
                losses[firstRow + i] = (float) loss;
            }
            double g = formula.scale() * MarginRow.others(a) * (scale * weight)
                    * (upstream == null ? 1 : upstream[firstRow + i]);
            numbers[3 * i] = maximum[i];
            numbers[3 * i + 1] = total[i] == 0 ? 0 : (float) (g / total[i]);
            numbers[3 * i + 2] = (float) (-g * formula.slope(cosines[i]));
        }
        call.write(numbers, numbersAt);
        return sumAfter;
    }

    private void derivatives(int rows, int first, int count) {
        call.set(MarginGradients.N, rows * count)
                .set(MarginGradients.CLASSES, count)
                .set(MarginGradients.TILE, tile)
                .set(MarginGradients.LABELS, labelsAt)
                .set(MarginGradients.FIRST_CLASS, first)
                .set(MarginGradients.FACTORS, numbersAt)
                .set(MarginGradients.INVERSES, inverses < 0 ? -1 : inverses + first);
        call.run(GRADIENTS, Call.groups((long) rows * count, MOST_GROUPS));
    }

    private void project(int rows, int v, int inverse, int g, int factors, int to, boolean adds) {
        int lanes = RowGroups.lanes(depth);
        call.set(Projection.ROWS, rows)
                .set(Projection.LENGTH, depth)
                .set(Projection.LANES, lanes)
                .set(Projection.V, v)
                .set(Projection.INVERSES, inverse)
                .set(Projection.G, g)
                .set(Projection.FACTORS, factors)
                .set(Projection.TO, to)
                .set(Projection.ADD, adds ? 1 : 0);
        call.run(PROJECTION, RowGroups.groups(rows, lanes, MOST_GROUPS));
    }
}
