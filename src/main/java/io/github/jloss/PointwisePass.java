// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;

/** One pass of a formula over all elements, by a back end: what pointwise losses are made of. */
final class PointwisePass {

    private static final Pool<PointwiseCall> CALLS = new Pool<>(PointwiseCall::new);

    private PointwisePass() {}

    /** The sum of the formula's values. */
    static double sum(Backend backend, ElementFormula formula, Tensor input, Tensor target) {
        return run(backend, formula, input, target, null, null, null, null, null, null, 0, false);
    }

    /** The sum of the formula's values; what else comes of it is said in {@link PointwiseCall}. */
    static double run(Backend backend, ElementFormula formula, Tensor input, Tensor target, Tensor a, Tensor b,
            Tensor weights, Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add) {
        PointwiseCall call = CALLS.take();
        try {
            call.formula = formula;
            call.input = input;
            call.target = target;
            call.a = a;
            call.b = b;
            call.weights = weights;
            call.losses = losses;
            call.upstream = upstream;
            call.gradient = gradient;
            call.scale = scale;
            call.add = add;
            return backend.family(PointwiseFamily.class).pointwise(call);
        } finally {
            call.clear();
            CALLS.give(call);
        }
    }
}
