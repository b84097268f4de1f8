/**
 * The CPU engine: threads, blocks and sums, and the scalar loops. The SIMD loops are next door, in {@code simd}, the
 * only package that needs {@code jdk.incubator.vector}.
 */
package io.github.jloss.internal;
