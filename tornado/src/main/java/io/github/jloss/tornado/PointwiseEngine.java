// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.Tensor;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.tornado.kernels.Pointwise;
import io.github.jloss.tornado.kernels.Strides;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The pointwise losses on the device: one launch for value and gradient. */
final class PointwiseEngine {

    /** Most groups: enough for every device known, and their sums fit into the results. */
    private static final int MOST_GROUPS = 1024;

    private static final Map<Class<?>, Formulas> FORMULAS = new ConcurrentHashMap<>();

    private PointwiseEngine() {}

    static double run(Call call, ElementFormula formula, Tensor input, Tensor target, Tensor a, Tensor b,
            Tensor weights, Tensor losses, Tensor upstream, Tensor gradient, double scale, boolean add) {
        if (input.size() == 0) return 0;
        if (target.size() != input.size()) {
            throw new BackendFailure("alpha: found one for each class and a target of labels, expected one for all, or"
                    + " a target of the input's shape, on a device; the CPU takes it: .on(Backend.cpu())");
        }
        Formulas formulas = FORMULAS.computeIfAbsent(formula.getClass(), _ -> new Formulas(formula.getClass()));
        call.set(Pointwise.N, (int) input.size())
                .set(Pointwise.INPUT, call.in(input))
                .set(Pointwise.TARGET, call.in(target))
                .set(Pointwise.A, call.in(a))
                .set(Pointwise.B, call.in(b))
                .set(Pointwise.UPSTREAM, call.in(upstream))
                .set(Pointwise.LOSSES, call.out(losses, false))
                .set(Pointwise.GRADIENT, call.out(gradient, add))
                .set(Pointwise.ADD, add ? 1 : 0)
                .set(Pointwise.WEIGHTS, call.in(weights));
        call.scale(scale, weights, Pointwise.SCALE, Pointwise.SECOND_SCALE);
        if (a != null) Strides.write(call.arguments(), Pointwise.A_STRIDES, a, input.shape());
        if (b != null) Strides.write(call.arguments(), Pointwise.B_STRIDES, b, input.shape());
        if (weights != null) Strides.write(call.arguments(), Pointwise.WEIGHTS_STRIDES, weights, input.shape());
        formulas.options(formula, call, Pointwise.SCALE + 1);
        int groups = Call.groups(input.size(), MOST_GROUPS);
        double sum = call.run(formulas.kernel(formula), groups).sum(groups);
        call.finish();
        return sum;
    }
}
