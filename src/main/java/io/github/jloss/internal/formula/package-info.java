// SPDX-License-Identifier: Apache-2.0
/**
 * What a formula computes, read from its bytecode: as a graph, from which back ends write code of their own.
 */
package io.github.jloss.internal.formula;
