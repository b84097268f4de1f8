// SPDX-License-Identifier: Apache-2.0
/**
 * Overlap of regions: sums over pixels, and gradients of losses that are functions of the sums.
 */
package io.github.jloss.internal.overlap;
