// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.internal.kernel.Broadcast;
import io.github.jloss.internal.parallel.Pool;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseCall;
import io.github.jloss.spi.PointwiseFamily;

/**
 * Passes of formulas over the elements of one call, by a back end: its arguments, checked, and the sums that were
 * found. A thread uses them again and again.
 */
final class PointwisePass implements AutoCloseable {

    private static final Pool<PointwisePass> POOL = new Pool<>(PointwisePass::new);

    /** Memory for labels turned to floats. */
    final LabelScratch scratch = new LabelScratch();

    /** What a loss adds up. */
    double sum;

    /** A second sum, of losses that have one. */
    double norm;

    /** What a mean divides by. */
    double count;

    private final PointwiseCall call = new PointwiseCall();
    private final Tensor number = Tensor.of(new float[1]);
    private Backend backend;
    private float[] products = new float[0];
    private Tensor product = number;

    private PointwisePass() {}

    /** One without arguments, to be closed. */
    static PointwisePass on(Backend backend) {
        PointwisePass pass = POOL.take();
        pass.backend = backend;
        return pass;
    }

    /** The sum of the formula's values over one tensor. */
    static double sum(Backend backend, ElementFormula formula, Tensor input) {
        try (PointwisePass pass = on(backend)) {
            pass.over(input, input, null, null, null);
            return pass.sum(formula);
        }
    }

    /** Takes the arguments; each but the first two may be null. */
    void over(Tensor input, Tensor target, Tensor a, Tensor b, Tensor weights) {
        call.input = input;
        call.target = target;
        call.a = a;
        call.b = b;
        call.weights = weights;
    }

    Tensor input() {
        return call.input;
    }

    Tensor target() {
        return call.target;
    }

    Tensor a() {
        return call.a;
    }

    Tensor b() {
        return call.b;
    }

    Tensor weights() {
        return call.weights;
    }

    /** A number as a coefficient, until the next one. */
    Tensor scalar(float value) {
        number.set(0, value);
        return number;
    }

    /** Weights of elements times others, both broadcast, in the shape of the input. */
    Tensor product(Tensor weights, Tensor others, Tensor input) {
        int n = Math.toIntExact(input.size());
        if (products.length < n) {
            products = new float[n];
        }
        if (product.storage() != products || !product.hasShapeOf(input)) {
            product = Tensor.view(products, 0, input.shape());
        }
        for (int i = 0; i < n; i++) {
            float w = weights.get(Broadcast.index(weights, input, i));
            products[i] = w == 0 ? 0 : w * others.get(Broadcast.index(others, input, i));
        }
        return product;
    }

    /** The sum of the formula's values. */
    double sum(ElementFormula formula) {
        return run(formula, null, null, null, 0, false);
    }

    /** Writes the formula's values. */
    void values(ElementFormula formula, Tensor losses) {
        run(formula, losses, null, null, 0, false);
    }

    /** Writes or adds the formula's gradients times upstream, which may be null, and scale; gives the sum of values. */
    double gradients(ElementFormula formula, Tensor upstream, Tensor gradient, double scale, boolean add) {
        return run(formula, null, upstream, gradient, scale, add);
    }

    private double run(ElementFormula formula, Tensor losses, Tensor upstream, Tensor gradient, double scale,
            boolean add) {
        call.formula = formula;
        call.losses = losses;
        call.upstream = upstream;
        call.gradient = gradient;
        call.scale = scale;
        call.add = add;
        return backend.family(PointwiseFamily.class).pointwise(call);
    }

    /** Forgets all that belongs to the caller, and is there for the next call. */
    @Override
    public void close() {
        call.clear();
        backend = null;
        POOL.give(this);
    }
}
