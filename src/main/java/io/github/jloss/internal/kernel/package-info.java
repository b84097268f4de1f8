// SPDX-License-Identifier: Apache-2.0
/**
 * Loops of formulas over arrays and native memory: what a loop reads and writes, how it sums, and its scalar twin. The
 * families above make their passes of them; {@code simd} makes them of vectors.
 */
package io.github.jloss.internal.kernel;
