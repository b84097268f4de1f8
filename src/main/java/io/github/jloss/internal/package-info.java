// SPDX-License-Identifier: Apache-2.0
/**
 * The CPU. Below: one package for each family of losses ({@code pointwise}, {@code softmax}, {@code overlap},
 * {@code distance}, {@code margin}), and what they are made of: loops ({@code kernel}), what a formula computes
 * ({@code formula}), the same as vectors ({@code simd}), threads ({@code parallel}).
 */
package io.github.jloss.internal;
