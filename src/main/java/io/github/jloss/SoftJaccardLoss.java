// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.OverlapOptions.Mode;

/**
 * Jaccard loss of each class, {@code 1 - TP / (sum o + sum T - TP)}: the {@link RegionLoss} with
 * {@code alpha = beta = 1}.
 *
 * <p>It is smp's {@code JaccardLoss}, called soft here to tell it from deep-ml's {@link JaccardLoss}, which differs in
 * the overlap of soft targets ({@code o T}), in what an empty mask costs (1), and in taking all classes together.
 */
public final class SoftJaccardLoss extends RegionLoss<SoftJaccardLoss> {

    private static final long serialVersionUID = 1;

    private SoftJaccardLoss(Mode mode) {
        super(mode, 1, 1);
    }

    /**
     * One region; the activation is a sigmoid.
     *
     * @return smp's {@code JaccardLoss(mode="binary")}
     */
    public static SoftJaccardLoss binary() {
        return new SoftJaccardLoss(Mode.BINARY);
    }

    /**
     * Inputs (N, C, ...) with a softmax over the classes; a region for each class.
     *
     * @return smp's {@code JaccardLoss(mode="multiclass")}
     */
    public static SoftJaccardLoss multiclass() {
        return new SoftJaccardLoss(Mode.MULTICLASS);
    }

    /**
     * Inputs (N, C, ...) with a sigmoid; a region for each class.
     *
     * @return smp's {@code JaccardLoss(mode="multilabel")}
     */
    public static SoftJaccardLoss multilabel() {
        return new SoftJaccardLoss(Mode.MULTILABEL);
    }
}
