// SPDX-License-Identifier: Apache-2.0
/**
 * Losses of single elements.
 */
package io.github.jloss.internal.pointwise;
