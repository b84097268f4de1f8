// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import io.github.jloss.spi.PointwiseFormula;

/** A pass over two operands for its values: it has no gradient. */
public interface PointwiseMap extends PointwiseFormula {

    @Override
    default float gradient(float x, float t) {
        return 0;
    }
}
