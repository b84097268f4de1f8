// SPDX-License-Identifier: Apache-2.0
/**
 * SIMD, derived: a formula's bytecode is read once ({@link io.github.jloss.internal.formula.Lifter}), and written again
 * with vectors in place of floats ({@link io.github.jloss.internal.simd.Emitter}) into a copy of the loops
 * ({@link io.github.jloss.internal.simd.SimdLoop}). By hand there are only a matrix product, maxima and a
 * transposition, which no formula can express. The only package that uses {@code jdk.incubator.vector}.
 */
package io.github.jloss.internal.simd;
