// SPDX-License-Identifier: Apache-2.0
/**
 * Distances between the embeddings of a row: pairs and triplets.
 */
package io.github.jloss.internal.distance;
