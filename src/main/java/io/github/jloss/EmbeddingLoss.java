// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.DistanceCall;
import io.github.jloss.spi.DistanceFamily;
import io.github.jloss.spi.DistanceFormula;
import java.util.List;

/**
 * A loss of rows of embeddings that depends on the distances between them: a formula, its options, and a reduction.
 * Inputs are two or three tensors of the same shape (N, D); the target, where there is one, has shape (N). Nothing is
 * broadcast: a target of shape (N, 1) is an error.
 *
 * <p>{@link Reduction#MEAN} divides by the number of rows N; the mean of an empty batch is NaN, its sum 0. With
 * {@link Reduction#NONE} there is one loss per row, of shape (N). {@link #totals} are two sums: of the losses, and N.
 * Rows of no elements (D = 0) are at the distance that a sum of nothing gives.
 *
 * <p><b>Weights</b> ({@link Batch#withWeights}): one for each row, (N), or one for all. A row of weight 0 is masked:
 * nothing of it is read, its loss and gradients are 0. The mean, and the second of the totals, then divide by the sum
 * of the weights, or as {@link #withMeanBy} says; where all rows are masked the mean is NaN, and the gradients are 0.
 *
 * <p>A gradient may be null where it is not wanted, and may lie over one of the inputs (from its first element on);
 * every row is read before any of its gradients is written. A NaN in a row is NaN in its loss and its gradients,
 * unless a weight or an upstream gradient of 0 takes them out; rows do not touch each other.
 *
 * @param <L> the loss itself
 */
public abstract class EmbeddingLoss<L extends EmbeddingLoss<L>> extends RowLoss<DistanceFormula, L> {

    private static final long serialVersionUID = 1;

    private static final Pool<DistanceCall> CALLS = new Pool<>(DistanceCall::new);

    /**
     * A loss with reduction mean.
     *
     * @param formula the loss of one row
     * @param inputNames what the two or three inputs are called
     * @param targetName what the target is called, or null if there is none
     */
    protected EmbeddingLoss(DistanceFormula formula, List<String> inputNames, String targetName) {
        super(formula, inputNames, inputNames.stream().map(n -> "gradient of " + n).toList(), targetName);
    }

    /**
     * Refuses targets that the loss has no meaning for; called before anything is computed.
     *
     * @param target has the right shape; null if the loss has none
     * @param weights fit; null if there are none. The target of a row that {@link #isMasked} may be anything
     */
    protected void requireTarget(Target target, Tensor weights) {
        // Most losses take any number.
    }

    @Override
    final void requireInputs(Tensor a, Tensor b, Tensor c) {
        String first = inputNames().get(0);
        if (a.rank() != 2 || a.dim(1) > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(first + ": found shape " + Shapes.text(a.shape())
                    + ", expected (N, D), D below 2^31 - 8");
        }
        Checks.sameShape(inputNames().get(1), b, first, a);
        if (c != null) {
            Checks.sameShape(inputNames().get(2), c, first, a);
        }
    }

    @Override
    final void requireTarget(Target target, Tensor weights, Tensor a, Tensor b) {
        if (targetName() != null) {
            requireRows(targetName(), target, a);
        }
        requireTarget(target, weights);
    }

    @Override
    final boolean overwrites(int gradient, int input) {
        return true;
    }

    @Override
    final double run(Backend where, Tensor a, Tensor b, Tensor c, Target target, Tensor weights, Tensor losses,
            Tensor upstream, Tensor ga, Tensor gb, Tensor gc, double scale, boolean add) {
        DistanceCall call = CALLS.take();
        try {
            call.formula = formula();
            call.first = a;
            call.second = b;
            call.third = c;
            call.target = target;
            call.weights = weights;
            call.losses = losses;
            call.upstream = upstream;
            call.firstGradient = ga;
            call.secondGradient = gb;
            call.thirdGradient = gc;
            call.scale = scale;
            call.add = add;
            return where.family(DistanceFamily.class).distances(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }
}
