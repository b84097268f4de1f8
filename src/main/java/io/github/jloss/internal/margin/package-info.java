// SPDX-License-Identifier: Apache-2.0
/**
 * Margin softmax: a linear layer over normalised rows by tiles of classes, and what a row of logits becomes.
 */
package io.github.jloss.internal.margin;
