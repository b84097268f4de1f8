// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.ElementFormula;

/**
 * A formula of the engines' own whose parameters are fields instead of record components: a thread keeps one and sets
 * it anew for every row, without garbage.
 */
public interface MutableFormula extends ElementFormula {}
