// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.util.function.DoubleBinaryOperator;

/** The losses of single elements in double precision, straight from their definitions. */
final class Exact {

    private Exact() {}

    static DoubleBinaryOperator squared() {
        return (x, t) -> (x - t) * (x - t);
    }

    static DoubleBinaryOperator absolute() {
        return (x, t) -> Math.abs(x - t);
    }

    static DoubleBinaryOperator smooth(double beta) {
        return (x, t) -> huber(beta).applyAsDouble(x, t) / beta;
    }

    static DoubleBinaryOperator huber(double delta) {
        return (x, t) -> {
            double e = Math.abs(x - t);
            return e <= delta ? e * e / 2 : delta * (e - delta / 2);
        };
    }

    /** With weights of the two classes. */
    static DoubleBinaryOperator logistic(double p, double n) {
        return (x, t) -> p * t * softplus(-x) + n * (1 - t) * softplus(x);
    }

    static DoubleBinaryOperator asymmetric(double gammaNeg, double gammaPos, double clip, double eps) {
        return (x, t) -> {
            double p = 1 / (1 + Math.exp(-x));
            double n = Math.min(1 / (1 + Math.exp(x)) + clip, 1);
            double b = t / (1 + Math.exp(x)) + (1 - t) * Math.max(p - clip, 0);
            double log = t * Math.log(Math.max(p, eps)) + (1 - t) * Math.log(Math.max(n, eps));
            return -Math.pow(b, gammaPos * t + gammaNeg * (1 - t)) * log;
        };
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
