// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import java.io.Serializable;

/**
 * What the softmax engine computes of every row, the losses of this family being one formula with options. With logits
 * x over C classes, p their softmax, lp its logarithm, and w the weights of the classes:
 *
 * <ul>
 * <li>of a label k: {@code L = - (1-a+a/C) w_k (1-p_k)^gamma lp_k - a/C sum_{j≠k} w_j p_j^gammaOthers lp_j},
 * <li>of probabilities t: {@code L = - sum_j w_j ((1-a) t_j + a/C) lp_j}; both gammas are 0 then.
 * </ul>
 *
 * @param smoothing a, in [0, 1]
 * @param gamma how much a target that is predicted well is discounted, at least 0
 * @param gammaOthers how much the other classes' terms are discounted where they are improbable, at least 0
 * @param normalized whether the input is lp already, and not x; there is no smoothing and no gamma then
 */
public record SoftmaxFormula(double smoothing, double gamma, double gammaOthers, boolean normalized)
        implements Serializable {}
