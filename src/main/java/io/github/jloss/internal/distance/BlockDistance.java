// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.distance;

import io.github.jloss.internal.kernel.Row;

/** A distance that can be taken of many pairs of rows at once; not of those beyond float's range. */
interface BlockDistance extends RowDistance {

    /** Takes the distances. */
    void between(PairBlock block);

    /** Prepares both sides' derivatives times the factors; a distance becomes NaN where float does not hold them. */
    void prepare(PairBlock block);

    /** Writes the derivatives of some rows with respect to both sides, after {@link #prepare}. */
    void gradients(PairBlock block, int from, int to, Row first, Row second);
}
