// SPDX-License-Identifier: Apache-2.0
/**
 * Loss functions, each with its value and its hand-derived gradient in one pass.
 *
 * <p>Start with a loss such as {@link io.github.jloss.BCEWithLogitsLoss} and two {@link io.github.jloss.Tensor}s, or
 * with {@link io.github.jloss.CrossEntropyLoss} and {@link io.github.jloss.Labels}.
 * {@link io.github.jloss.Criterion} is what all losses have in common.
 */
package io.github.jloss;
