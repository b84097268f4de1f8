/**
 * Loss functions, each with its value and its hand-derived gradient in one pass.
 *
 * <p>Start with a loss such as {@link io.github.jloss.BCEWithLogitsLoss} and two {@link io.github.jloss.Tensor}s.
 */
package io.github.jloss;
