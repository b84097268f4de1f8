/**
 * The CPU engines, one job for each family of losses: chunks for threads, passes of formulas over them, sums in a fixed
 * order, and the scalar loops. The SIMD loops are next door, in {@code simd}, the only package that needs
 * {@code jdk.incubator.vector}.
 */
package io.github.jloss.internal;
