// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.MarginCall;
import io.github.jloss.spi.MarginFamily;
import io.github.jloss.spi.MarginFormula;
import java.util.List;
import java.util.Locale;
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
 * <p>Embeddings x (N, D), weight W (C, D), N labels y from 0 to C-1. With the rows normalised, {@code c_ij = x^_i.W^_j}
 * are cosines; the row's own class has {@code k_i = c_iy}, an angle {@code th = acos(kc)} with
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
public final class AngularPenaltySMLoss implements Criterion {

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

    private static final double EPS = 1e-7;

    /** The first 33 bits of pi/2: its product with a number of quarter turns is exact. */
    private static final double HALF_PI_HIGH = 0x1.921fb544p0;

    /** pi/2 - HALF_PI_HIGH. */
    private static final double HALF_PI_LOW = 0x1.0b4611a626331p-34;

    private static final Pool<MarginCall> CALLS = new Pool<>(MarginCall::new);

    private final Margin margin;
    private final Reduction reduction;
    private final Backend backend;

    /**
     * With all options.
     *
     * @param type the penalty
     * @param s factor on the cosines, at least 0, or null for the type's own
     * @param m margin, or null for the type's own
     * @param eps how far cosines stay away from -1 and 1: below 1, and above 1.2e-16
     * @param normalizeWeight whether rows of the weight are normalised
     * @param monotone whether psi falls everywhere
     * @param reduction how the losses of the rows become one number
     */
    public AngularPenaltySMLoss(Type type, Double s, Double m, double eps, boolean normalizeWeight, boolean monotone,
            Reduction reduction) {
        this(new Margin(type, s == null ? type.s : s, m == null ? type.m : m, eps, normalizeWeight, monotone),
                reduction, Backend.cpu());
    }

    private AngularPenaltySMLoss(Margin margin, Reduction reduction, Backend backend) {
        this.margin = margin;
        this.reduction = Objects.requireNonNull(reduction, "reduction");
        this.backend = Objects.requireNonNull(backend, "backend");
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

    private static AngularPenaltySMLoss of(Type type) {
        return new AngularPenaltySMLoss(type, null, null, EPS, true, false, Reduction.MEAN);
    }

    /**
     * The same loss with another scale and margin.
     *
     * @param s factor on the cosines, at least 0
     * @param m margin
     * @return a new loss
     */
    public AngularPenaltySMLoss with(double s, double m) {
        return with(new Margin(margin.type, s, m, margin.eps, margin.normalizeWeight, margin.monotone));
    }

    /**
     * The same loss with another distance of cosines from -1 and 1.
     *
     * @param eps below 1, and above 1.2e-16
     * @return a new loss
     */
    public AngularPenaltySMLoss withEps(double eps) {
        return with(new Margin(margin.type, margin.s, margin.m, eps, margin.normalizeWeight, margin.monotone));
    }

    /**
     * The same loss with or without normalisation of the weight.
     *
     * @param normalizeWeight whether its rows are divided by their norms
     * @return a new loss
     */
    public AngularPenaltySMLoss withNormalizeWeight(boolean normalizeWeight) {
        return with(new Margin(margin.type, margin.s, margin.m, margin.eps, normalizeWeight, margin.monotone));
    }

    /**
     * The same loss with or without a penalty that falls everywhere.
     *
     * @param monotone whether it does
     * @return a new loss
     */
    public AngularPenaltySMLoss withMonotone(boolean monotone) {
        return with(new Margin(margin.type, margin.s, margin.m, margin.eps, margin.normalizeWeight, monotone));
    }

    /**
     * The same loss with another reduction.
     *
     * @param other how the losses of the rows become one number
     * @return a new loss
     */
    public AngularPenaltySMLoss withReduction(Reduction other) {
        return new AngularPenaltySMLoss(margin, other, backend);
    }

    private AngularPenaltySMLoss with(Margin other) {
        return new AngularPenaltySMLoss(other, reduction, backend);
    }

    @Override
    public AngularPenaltySMLoss on(Backend where) {
        return new AngularPenaltySMLoss(margin, reduction, where);
    }

    /** The embeddings, called input, and the weight. */
    @Override
    public List<String> inputNames() {
        return INPUTS;
    }

    @Override
    public Reduction reduction() {
        return reduction;
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
        requireReduced();
        check(embeddings, weight, labels);
        return run(embeddings, weight, labels, null, null, null, null, 0, false) / ownDivisor(embeddings.dim(0));
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
        requireReduced();
        check(embeddings, weight, labels, gradEmbeddings, gradWeight);
        double divisor = how.divisorOr(ownDivisor(embeddings.dim(0)));
        return run(embeddings, weight, labels, null, null, gradEmbeddings, gradWeight, how.factor() / divisor,
                how.adds()) / divisor;
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
        check(embeddings, weight, labels);
        requireRows("losses", losses, embeddings);
        Checks.apart("losses", losses, "input", embeddings, "other rows still need it");
        Checks.apart("losses", losses, "weight", weight, "other rows still need it");
        Checks.writable("losses", losses);
        run(embeddings, weight, labels, losses, null, null, null, 0, false);
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
        check(embeddings, weight, labels, gradEmbeddings, gradWeight);
        requireRows("upstream", upstream, embeddings);
        if (gradEmbeddings != null) {
            Checks.apart("gradEmbeddings", gradEmbeddings, "upstream", upstream, "other rows still need it");
        }
        if (gradWeight != null) {
            Checks.apart("gradWeight", gradWeight, "upstream", upstream, "other rows still need it");
        }
        run(embeddings, weight, labels, null, upstream, gradEmbeddings, gradWeight, how.factor() / how.divisorOr(1),
                how.adds());
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
        check(embeddings, weight, labels);
        return new Totals(toString(), run(embeddings, weight, labels, null, null, null, null, 0, false),
                embeddings.dim(0));
    }

    @Override
    public double finish(Totals totals) {
        requireReduced();
        totals.requireOf(toString(), 2, 0);
        return totals.sum(0) / ownDivisor(totals.sum(1));
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
        requireReduced();
        check(embeddings, weight, labels, gradEmbeddings, gradWeight);
        whole.requireOf(toString(), 2, 0);
        run(embeddings, weight, labels, null, null, gradEmbeddings, gradWeight,
                how.factor() / how.divisorOr(ownDivisor(whole.sum(1))), how.adds());
    }

    private double run(Tensor embeddings, Tensor weight, Labels labels, Tensor losses, Tensor upstream,
            Tensor gradEmbeddings, Tensor gradWeight, double scale, boolean add) {
        MarginCall call = CALLS.take();
        try {
            call.formula = margin;
            call.embeddings = embeddings;
            call.weight = weight;
            call.labels = labels;
            call.losses = losses;
            call.upstream = upstream;
            call.gradEmbeddings = gradEmbeddings;
            call.gradWeight = gradWeight;
            call.scale = scale;
            call.add = add;
            return backend.family(MarginFamily.class).marginSoftmax(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }

    private double ownDivisor(double n) {
        return reduction == Reduction.MEAN ? n : 1;
    }

    private void requireReduced() {
        if (reduction == Reduction.NONE) {
            throw new IllegalStateException("AngularPenaltySMLoss has reduction NONE, one loss per row: call"
                    + " losses(...) and backward(..., upstream, ...)");
        }
    }

    private static void requireRows(String name, Tensor tensor, Tensor embeddings) {
        Objects.requireNonNull(tensor, name);
        if (tensor.rank() != 1 || tensor.dim(0) != embeddings.dim(0)) {
            throw new IllegalArgumentException(name + ": found shape " + Shapes.text(tensor.shape())
                    + ", expected one number for each row, " + Shapes.text(embeddings.dim(0)));
        }
    }

    private static void check(Tensor embeddings, Tensor weight, Labels labels) {
        requireMatrix("input", embeddings, "(N, D)");
        requireMatrix("weight", weight, "(C, D)");
        if (weight.dim(1) != embeddings.dim(1)) {
            throw new IllegalArgumentException("weight: found shape " + Shapes.text(weight.shape())
                    + ", expected (C, " + embeddings.dim(1) + ") for inputs of shape "
                    + Shapes.text(embeddings.shape()));
        }
        Objects.requireNonNull(labels, "target");
        long n = embeddings.dim(0);
        if (labels.size() != n || labels.rank() != 1) {
            throw new IllegalArgumentException("target: found " + labels + ", expected " + Shapes.text(n)
                    + ", one label for each row of the input");
        }
        for (long i = 0; i < n; i++) {
            Checks.label("target", i, labels.get(i), weight.dim(0), null);
        }
    }

    private static void requireMatrix(String name, Tensor tensor, String shape) {
        Objects.requireNonNull(tensor, name);
        if (tensor.rank() != 2) {
            throw new IllegalArgumentException(name + ": found shape " + Shapes.text(tensor.shape()) + ", expected "
                    + shape);
        }
    }

    private static void check(Tensor embeddings, Tensor weight, Labels labels, Tensor gradEmbeddings,
            Tensor gradWeight) {
        check(embeddings, weight, labels);
        if (gradEmbeddings != null) {
            Checks.sameShape("gradEmbeddings", gradEmbeddings, "input", embeddings);
            Checks.writable("gradEmbeddings", gradEmbeddings, "input", embeddings);
            Checks.apart("gradEmbeddings", gradEmbeddings, "weight", weight, "all rows need all of it");
        }
        if (gradWeight != null) {
            Checks.sameShape("gradWeight", gradWeight, "weight", weight);
            Checks.apart("gradWeight", gradWeight, "weight", weight, "other rows still need it");
            Checks.apart("gradWeight", gradWeight, "input", embeddings, "other classes still need it");
            Checks.writable("gradWeight", gradWeight, "weight", weight);
            if (gradEmbeddings != null) {
                Checks.apart("gradWeight", gradWeight, "gradEmbeddings", gradEmbeddings, "both are written");
            }
        }
    }

    private static Labels labels(Batch batch) {
        batch.requireInputs(INPUTS);
        batch.requireUnweighted();
        return Checks.labels(batch.target());
    }

    @Override
    public double forward(Batch batch) {
        Labels labels = labels(batch);
        return forward(batch.input(0), batch.input(1), labels);
    }

    @Override
    public double forwardBackward(Batch batch, Backward how) {
        Labels labels = labels(batch);
        return forwardBackward(batch.input(0), batch.input(1), labels, batch.gradient(0), batch.gradient(1), how);
    }

    @Override
    public void requireValid(Batch batch) {
        Labels labels = labels(batch);
        check(batch.input(0), batch.input(1), labels, batch.gradient(0), batch.gradient(1));
    }

    @Override
    public Totals totals(Batch batch) {
        Labels labels = labels(batch);
        return totals(batch.input(0), batch.input(1), labels);
    }

    @Override
    public void backward(Batch batch, Totals whole, Backward how) {
        Labels labels = labels(batch);
        backward(batch.input(0), batch.input(1), labels, whole, batch.gradient(0), batch.gradient(1), how);
    }

    @Override
    public long[] lossesShape(Batch batch) {
        return new long[] {batch.input(0).dim(0)};
    }

    @Override
    public void losses(Batch batch, Tensor losses) {
        Labels labels = labels(batch);
        losses(batch.input(0), batch.input(1), labels, losses);
    }

    @Override
    public void backward(Batch batch, Tensor upstream, Backward how) {
        Labels labels = labels(batch);
        backward(batch.input(0), batch.input(1), labels, upstream, batch.gradient(0), batch.gradient(1), how);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof AngularPenaltySMLoss l && margin.equals(l.margin) && reduction == l.reduction
                && backend.equals(l.backend);
    }

    @Override
    public int hashCode() {
        return Objects.hash(margin, reduction);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT,
                "AngularPenaltySMLoss[type=%s, s=%s, m=%s, eps=%s, normalizeWeight=%s, monotone=%s, reduction=%s]",
                margin.type.name().toLowerCase(Locale.ROOT), margin.s, margin.m, margin.eps, margin.normalizeWeight,
                margin.monotone, reduction.name().toLowerCase(Locale.ROOT));
    }

    /** The options, with no zero below 0, and the cosine and sine of the margin. */
    private record Margin(Type type, double s, double m, double eps, boolean normalizeWeight, boolean monotone,
            double cosM, double sinM) implements MarginFormula {

        Margin(Type type, double s, double m, double eps, boolean normalizeWeight, boolean monotone) {
            this(Objects.requireNonNull(type, "type"), Checks.notNegative("s", s) + 0.0, Checks.finite("m", m) + 0.0,
                    Checks.require(1 - eps < 1 && eps < 1, "eps", eps, "a number below 1, and above 1.2e-16"),
                    normalizeWeight, monotone, StrictMath.cos(m), StrictMath.sin(m + 0.0));
            Checks.asFloat("s", s);
        }

        @Override
        public double scale() {
            return s;
        }

        @Override
        public boolean normalizesWeight() {
            return normalizeWeight;
        }

        @Override
        public double target(double k) {
            double c = clamp(k);
            return switch (type) {
                case COSFACE -> k - m;
                case ARCFACE -> past(c) ? k - m * sinM : c * cosM - sine(c) * sinM;
                case SPHEREFACE -> {
                    double angle = Math.abs(m) * StrictMath.acos(c);
                    double n = turns(angle);
                    yield sign(n) * cosine(angle, 0) - 2 * n;
                }
            };
        }

        @Override
        public double slope(double k) {
            double c = clamp(k);
            return switch (type) {
                case COSFACE -> 1;
                case ARCFACE -> past(c) ? 1 : c != k ? 0 : cosM + c * sinM / sine(c);
                case SPHEREFACE -> {
                    double angle = Math.abs(m) * StrictMath.acos(c);
                    yield c != k ? 0 : sign(turns(angle)) * Math.abs(m) * cosine(angle, 1) / sine(c);
                }
            };
        }

        /**
         * cos(a - turns pi/2), for a from 0 on: the cosine, or with one turn the sine. With fdlibm's polynomials for
         * the eighths of a circle next to 0; StrictMath has the same, but leaves an array behind at each call.
         */
        private static double cosine(double a, int turns) {
            double quarters = Math.rint(a * (2 / Math.PI));
            double r = a - quarters * HALF_PI_HIGH - quarters * HALF_PI_LOW;
            double z = r * r;
            int quadrant = (int) (quarters % 4 + 4 - turns) % 4;
            double value = quadrant % 2 == 0
                    ? 1 - (z / 2 - z * z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03
                            + z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07
                            + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))))))
                    : r + r * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03
                            + z * (-1.98412698298579493134e-04 + z * (2.75573137070700676789e-06
                            + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
            return quadrant == 1 || quadrant == 2 ? -value : value;
        }

        private double clamp(double k) {
            return Math.max(-1 + eps, Math.min(1 - eps, k));
        }

        private static double sine(double c) {
            return Math.sqrt((1 - c) * (1 + c));
        }

        /** Whether th + m is above pi, and that matters. */
        private boolean past(double c) {
            return monotone && m > 0 && (m >= Math.PI || c < -cosM);
        }

        /** How often psi would have turned. */
        private double turns(double angle) {
            return monotone ? Math.floor(angle / Math.PI) : 0;
        }

        private static double sign(double n) {
            return n % 2 == 0 ? 1 : -1;
        }
    }
}
