// SPDX-License-Identifier: Apache-2.0
/**
 * What a new loss or a new back end is written against: formulas of elements and their vocabulary, and what the engines
 * of the other families are asked to compute.
 */
package io.github.jloss.spi;
