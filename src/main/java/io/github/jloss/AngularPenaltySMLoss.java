// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFamily;
import java.util.List;
import java.util.Objects;

/**
 * Softmax losses with an angular margin, for embeddings: ArcFace, CosFace and SphereFace. A linear layer without bias
 * is part of the loss: its weight has one row for each class and a gradient of its own.
 *
 * <pre>{@code
 * AngularPenaltySMLoss arc = AngularPenaltySMLoss.arcface();          // s=64, m=0.5
 * double value = arc.forwardBackward(embeddings, weight, labels, gradEmbeddings, gradWeight);
 * }</pre>
 *
 * <p>Embeddings x (N, D), called input in a batch, weight W (C, D), N labels y from 0 to C-1. With the rows normalised,
 * {@code c_ij = x^_i.W^_j} are cosines; the row's own class has {@code k_i = c_iy}, an angle {@code th = acos(kc)} with
 * {@code kc = clamp(k, -1+eps, 1-eps)}, and a penalty:
 *
 * <table>
 * <caption>Types</caption>
 * <tr><th>type</th><th>psi</th><th>psi'</th><th>s</th><th>m</th></tr>
 * <tr><td>arcface</td><td>cos(th + m)</td><td>sin(th + m) / sin th</td><td>64</td><td>0.5</td></tr>
 * <tr><td>sphereface</td><td>cos(m th)</td><td>m sin(m th) / sin th</td><td>64</td><td>1.35</td></tr>
 * <tr><td>cosface</td><td>k - m</td><td>1</td><td>30</td><td>0.4</td></tr>
 * </table>
 *
 * <p>The loss of a row is the cross entropy of the logits {@code z_ij = s c_ij}, {@code z_iy = s psi(k_i)}:
 * {@code L_i = log sum_j e^z_ij - z_iy}. With {@code P = softmax(z)} its gradient is {@code dL/dc_ij = s P_ij} for the
 * other classes and {@code dL/dc_iy = -s psi'(k_i) sum of the other P_ij}; {@code dL/dx^ = (dL/dc) W^} and
 * {@code dL/dW^ = (dL/dc)^T x^} go through the derivative of the normalisation, {@code dv = (g - v^ (v^.g)) / |v|}.
 * psi' of arcface and sphereface is 0 where k lies strictly outside of the clamp, as for an embedding exactly on its
 * class centre; sin th is {@code sqrt((1-kc)(1+kc))}.
 *
 * <p><b>Options.</b> {@code s} is at least 0, and {@code m} any number; an explicit 0 is 0. Without
 * {@code normalizeWeight} the rows of the weight are taken as they are, which is what deep-ml's class computes. With
 * {@code monotone} psi goes on falling where its formula would rise again: arcface then has {@code k - m sin m} where
 * th + m is above pi (as in InsightFace and pytorch-metric-learning, but not clamped, so that its gradient does not
 * vanish at th = pi), and sphereface the {@code (-1)^n cos(m th) - 2n} of its paper, n the whole part of m th / pi.
 *
 * <p><b>Memory.</b> Logits are held up to 12 MiB; where all classes have more, they are taken in tiles of 4 MiB, and
 * for gradients computed twice. Besides the caller's tensors there are up to 14 MiB and, with N counted as at least 64
 * and at most 512, 5 N D floats of the calling thread, and for each thread 200 D + 60,000 floats; they are kept for the
 * next call.
 *
 * <p><b>Reductions.</b> {@link Reduction#MEAN} divides by N, the mean of an empty batch is NaN, its sum 0, and its
 * gradient of the weight 0. With {@link Reduction#NONE} there is one loss for each row:
 * {@link #losses(Tensor, Tensor, Labels, Tensor)} writes them and
 * {@link #backward(Tensor, Tensor, Labels, Tensor, Tensor, Tensor, Backward)} takes the upstream gradient of each.
 * {@link #totals(Tensor, Tensor, Labels)} are two sums: of the rows' losses, and N.
 *
 * <p><b>Weights</b> ({@link Batch#withWeights}): one for each row, (N), or one for all, not to be confused with the
 * layer's weight. A row of weight 0 is masked: its embedding and its label are never read, its loss is 0, and neither
 * gradient has a part of it. The mean, and the second of the totals, then divide by the sum of the weights, or as
 * {@link #withMeanBy} says; where all rows are masked the mean is NaN, and the gradients are 0.
 *
 * <p><b>Edges.</b> With one class the loss is 0, and so are the gradients. Rows no longer than 1e-12, of embeddings or
 * weight, are divided by 1e-12, as in torch, but their gradient is 0 and not 1e12 times too large. NaN or an infinity
 * in an embedding makes that row's loss NaN; in the weight, if it is normalised, those of all rows. A label outside of
 * its range is an error before anything is written.
 *
 * <p>Differs from deep-ml's {@code AngularPenaltySMLoss}, which takes 0 for s or m as not given, never normalises the
 * weight, and overflows for large logits.
 *
 * <p>J. Deng et al., <i>ArcFace: Additive Angular Margin Loss for Deep Face Recognition</i>, 2019. H. Wang et al.,
 * <i>CosFace: Large Margin Cosine Loss for Deep Face Recognition</i>, 2018. W. Liu et al., <i>SphereFace: Deep
 * Hypersphere Embedding for Face Recognition</i>, 2017.
 */
// Nothing that others can call gives or takes the formula.
@SuppressWarnings("exports")
public final class AngularPenaltySMLoss extends RowLoss<AngularMargin, AngularPenaltySMLoss> {

    private static final long serialVersionUID = 1;

    /** The penalties. */
    public enum Type {
        /** cos(th + m). */
        ARCFACE(64, 0.5),
        /** cos(m th). */
        SPHEREFACE(64, 1.35),
        /** cos th - m. */
        COSFACE(30, 0.4);

        private final double s;
        private final double m;

        Type(double s, double m) {
            this.s = s;
            this.m = m;
        }
    }

    private static final List<String> INPUTS = List.of("input", "weight");

    private static final List<String> GRADIENTS = List.of("gradEmbeddings", "gradWeight");

    /** Most features: a group of rows, and a block of classes, are to fit into an array. */
    private static final long MOST_FEATURES = (1 << 22) - 64;

    private static final Pool<MarginCall> CALLS = new Pool<>(MarginCall::new);

    private AngularPenaltySMLoss(Type type) {
        super(new AngularMargin(type, type.s, type.m, 1e-7, true, false), INPUTS, GRADIENTS, "target");
    }

    /**
     * ArcFace with {@code s = 64, m = 0.5}.
     *
     * @return the loss, with reduction mean
     */
    public static AngularPenaltySMLoss arcface() {
        return of(Type.ARCFACE);
    }

    /**
     * SphereFace with {@code s = 64, m = 1.35}.
     *
     * @return the loss, with reduction mean
     */
    public static AngularPenaltySMLoss sphereface() {
        return of(Type.SPHEREFACE);
    }

    /**
     * CosFace with {@code s = 30, m = 0.4}.
     *
     * @return the loss, with reduction mean
     */
    public static AngularPenaltySMLoss cosface() {
        return of(Type.COSFACE);
    }

    /**
     * The loss of a type, with the type's s and m.
     *
     * @param type the penalty
     * @return the loss, with reduction mean
     */
    public static AngularPenaltySMLoss of(Type type) {
        return new AngularPenaltySMLoss(Objects.requireNonNull(type, "type"));
    }

    /**
     * This loss with another scale.
     *
     * @param s factor on the cosines, at least 0
     * @return a loss with this option
     */
    public AngularPenaltySMLoss withS(double s) {
        AngularMargin f = formula();
        return with(new AngularMargin(f.type(), s, f.m(), f.eps(), f.normalizeWeight(), f.monotone()));
    }

    /**
     * This loss with another margin.
     *
     * @param m the margin
     * @return a loss with this option
     */
    public AngularPenaltySMLoss withM(double m) {
        AngularMargin f = formula();
        return with(new AngularMargin(f.type(), f.s(), m, f.eps(), f.normalizeWeight(), f.monotone()));
    }

    /**
     * This loss with another distance of cosines from -1 and 1.
     *
     * @param eps below 1, and above 1.2e-16; 1e-7 by default
     * @return a loss with this option
     */
    public AngularPenaltySMLoss withEps(double eps) {
        AngularMargin f = formula();
        return with(new AngularMargin(f.type(), f.s(), f.m(), eps, f.normalizeWeight(), f.monotone()));
    }

    /**
     * This loss with or without normalisation of the weight.
     *
     * @param normalizeWeight whether its rows are divided by their norms; true by default
     * @return a loss with this option
     */
    public AngularPenaltySMLoss withNormalizeWeight(boolean normalizeWeight) {
        AngularMargin f = formula();
        return with(new AngularMargin(f.type(), f.s(), f.m(), f.eps(), normalizeWeight, f.monotone()));
    }

    /**
     * This loss with or without a penalty that falls everywhere.
     *
     * @param monotone whether it does; false by default
     * @return a loss with this option
     */
    public AngularPenaltySMLoss withMonotone(boolean monotone) {
        AngularMargin f = formula();
        return with(new AngularMargin(f.type(), f.s(), f.m(), f.eps(), f.normalizeWeight(), monotone));
    }

    /**
     * The value.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forward(Tensor embeddings, Tensor weight, Labels labels) {
        return value(embeddings, weight, null, labels, null);
    }

    /**
     * The value and both gradients, overwritten.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @param gradEmbeddings overwritten with dL/dembeddings, or null; may be {@code embeddings} itself
     * @param gradWeight overwritten with dL/dweight, or null
     * @return the reduced loss
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forwardBackward(Tensor embeddings, Tensor weight, Labels labels, Tensor gradEmbeddings,
            Tensor gradWeight) {
        return forwardBackward(embeddings, weight, labels, gradEmbeddings, gradWeight, Backward.OVERWRITE);
    }

    /**
     * The value and both gradients, delivered as the caller likes.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @param gradEmbeddings receives dL/dembeddings, or null; may be {@code embeddings} itself
     * @param gradWeight receives dL/dweight, or null
     * @param how overwrite or add, scale, divisor
     * @return the reduced loss, without the scale
     * @throws IllegalStateException if the reduction is {@link Reduction#NONE}
     */
    public double forwardBackward(Tensor embeddings, Tensor weight, Labels labels, Tensor gradEmbeddings,
            Tensor gradWeight, Backward how) {
        return valueAndGradients(embeddings, weight, null, labels, null, gradEmbeddings, gradWeight, null, how);
    }

    /**
     * The losses of the rows.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @param losses overwritten with the losses, shape (N)
     */
    public void losses(Tensor embeddings, Tensor weight, Labels labels, Tensor losses) {
        values(embeddings, weight, null, labels, null, losses);
    }

    /**
     * The gradients of {@code sum(upstream * losses)}: what a loss without reduction hands back in a larger graph.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @param upstream the gradient that reaches the loss of each row, shape (N)
     * @param gradEmbeddings receives upstream times dloss/dembeddings, or null; may be {@code embeddings} itself
     * @param gradWeight receives the sum of upstream times dloss/dweight, or null
     * @param how overwrite or add, scale; a divisor divides, the reduction does not
     */
    public void backward(Tensor embeddings, Tensor weight, Labels labels, Tensor upstream, Tensor gradEmbeddings,
            Tensor gradWeight, Backward how) {
        gradients(embeddings, weight, null, labels, null, upstream, gradEmbeddings, gradWeight, null, how);
    }

    /**
     * First phase: what this piece of a batch adds to the whole.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @return totals that {@linkplain Totals#merge merge} with those of other rows
     */
    public Totals totals(Tensor embeddings, Tensor weight, Labels labels) {
        return sums(embeddings, weight, null, labels, null);
    }

    /**
     * Second phase: this piece's part of the gradients of the loss over the whole batch. Of the weight each piece has a
     * part: add them up.
     *
     * @param embeddings shape (N, D)
     * @param weight shape (C, D)
     * @param labels N classes
     * @param whole the totals of the whole batch
     * @param gradEmbeddings receives dL/dembeddings, or null; may be {@code embeddings} itself
     * @param gradWeight receives this piece's part of dL/dweight, or null
     * @param how overwrite or add, scale, divisor
     */
    public void backward(Tensor embeddings, Tensor weight, Labels labels, Totals whole, Tensor gradEmbeddings,
            Tensor gradWeight, Backward how) {
        gradientsOfPiece(embeddings, weight, null, labels, null, whole, gradEmbeddings, gradWeight, null, how);
    }

    @Override
    void requireInputs(Tensor embeddings, Tensor weight, Tensor none) {
        requireMatrix("input", embeddings, "(N, D)");
        requireMatrix("weight", weight, "(C, D)");
        if (weight.dim(1) != embeddings.dim(1)) {
            throw new IllegalArgumentException("weight: found shape " + Shapes.text(weight.shape())
                    + ", expected (C, " + embeddings.dim(1) + ") for inputs of shape "
                    + Shapes.text(embeddings.shape()));
        }
    }

    private static void requireMatrix(String name, Tensor tensor, String shape) {
        if (tensor.rank() != 2 || tensor.dim(1) > MOST_FEATURES) {
            throw new IllegalArgumentException(name + ": found shape " + Shapes.text(tensor.shape()) + ", expected "
                    + shape + ", D at most " + MOST_FEATURES);
        }
    }

    @Override
    void requireTarget(Target target, Tensor weights, Tensor embeddings, Tensor weight) {
        Labels labels = Checks.labels(target);
        requireRows("target", labels, embeddings);
        for (long i = 0; i < labels.size(); i++) {
            if (!isMasked(weights, i)) {
                Checks.label("target", i, labels.get(i), weight.dim(0), null);
            }
        }
    }

    /** All rows need all of the weight, all classes all embeddings; a row is read before its gradient is written. */
    @Override
    boolean overwrites(int gradient, int input) {
        return gradient == 0 && input == 0;
    }

    @Override
    double run(Backend where, Tensor embeddings, Tensor weight, Tensor none, Target target, Tensor weights,
            Tensor losses, Tensor upstream, Tensor gradEmbeddings, Tensor gradWeight, Tensor noGradient, double scale,
            boolean add) {
        MarginCall call = CALLS.take();
        try {
            call.formula = formula();
            call.embeddings = embeddings;
            call.weight = weight;
            call.labels = (Labels) target;
            call.weights = weights;
            call.losses = losses;
            call.upstream = upstream;
            call.gradEmbeddings = gradEmbeddings;
            call.gradWeight = gradWeight;
            call.scale = scale;
            call.add = add;
            return where.family(MarginFamily.class).marginSoftmax(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }
}
