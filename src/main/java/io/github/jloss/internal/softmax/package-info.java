// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of logits: classes side by side ({@code SoftmaxRows}) or apart ({@code SoftmaxColumns}).
 */
package io.github.jloss.internal.softmax;
