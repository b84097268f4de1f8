// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Labels;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import io.github.jloss.spi.DistanceFormula;
import io.github.jloss.tornado.kernels.DistanceGradients;

/**
 * Losses of distances on the device: the sums that distances are made of, one launch or a few for all rows and pairs,
 * and one for the gradients. Between them the host finishes the distances in double precision and asks the formula,
 * which may be any Java code: some numbers for each row.
 */
final class DistanceEngine {

    private static final Kernel GRADIENTS = Kernel.of("gradients of distances", DistanceGradients.class);

    private static final int MOST_GROUPS = 1024;

    private DistanceEngine() {}

    static double run(Call call, DistanceFormula formula, Tensor[] inputs, Target target, Tensor weights,
            Tensor losses, Tensor upstream, Tensor[] gradients, double scale, boolean add) {
        RowDistances distances = RowDistances.of(formula.distance());
        call.prepare(RowDistances.SUMS, GRADIENTS);
        int rows = Math.toIntExact(inputs[0].dim(0));
        if (rows == 0) return 0;
        int length = Math.toIntExact(inputs[0].dim(1));
        int[] at = new int[DistanceGradients.MOST];
        for (int i = 0; i < at.length; i++) {
            at[i] = call.in(inputs[i]);
        }
        int count = formula.distances();
        distances.measure(call, at, count, rows, length);
        float[] labels = target instanceof Tensor tensor ? call.floats(tensor) : null;
        float[] rowWeights = call.weights(weights, rows);
        float[] values = new float[rows];
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            if (rowWeights[row] == 0) continue;
            double loss = rowWeights[row] * formula.value(distances.get(0, row), distances.get(1, row),
                    distances.get(2, row), target(target, labels, row));
            values[row] = (float) loss;
            sum += loss;
        }
        if (length > 0 && (gradients[0] != null || gradients[1] != null || gradients[2] != null)) {
            float[] upstreams = upstream == null ? null : call.floats(upstream);
            for (int i = 0; i < at.length; i++) {
                call.set(DistanceGradients.INPUTS + i, at[i])
                        .set(DistanceGradients.GRADIENTS + i, call.out(gradients[i], add))
                        .set(DistanceGradients.FACTORS + i, -1);
            }
            for (int k = 0; k < count; k++) {
                float[] factors = new float[DistanceGradients.factors(distances.gradientKind()) * rows];
                for (int row = 0; row < rows; row++) {
                    // Factors of 0 are of rows that are masked.
                    if (rowWeights[row] == 0) continue;
                    double slope = formula.slope(k, distances.get(0, row), distances.get(1, row),
                            distances.get(2, row), target(target, labels, row));
                    double factor = scale * rowWeights[row] * (upstreams == null ? 1 : upstreams[row]);
                    // Where nothing arrives nothing is passed on, not even a distance's NaN.
                    if (slope != 0 && factor != 0) {
                        distances.gradientFactors(k, row, slope * factor, factors);
                    }
                }
                call.set(DistanceGradients.FACTORS + k, call.in(Tensor.of(factors)));
            }
            call.set(DistanceGradients.N, rows * length)
                    .set(DistanceGradients.LENGTH, length)
                    .set(DistanceGradients.KIND, distances.gradientKind())
                    .set(DistanceGradients.ADD, add ? 1 : 0)
                    .option(DistanceGradients.EPS, distances.eps())
                    .option(DistanceGradients.POWER, distances.power() - 1);
            call.run(GRADIENTS, Call.groups(rows * length, MOST_GROUPS));
        }
        call.floats(losses, values);
        call.finish();
        return sum;
    }

    private static double target(Target target, float[] floats, int row) {
        return target == null ? 0 : floats != null ? floats[row] : ((Labels) target).get(row);
    }
}
