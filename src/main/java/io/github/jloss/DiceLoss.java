// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import io.github.jloss.OverlapOptions.Mode;

/**
 * Dice loss, {@code 1 - 2 TP / (sum o + sum T)}: the {@link RegionLoss} with {@code alpha = beta = 1/2}, as smp's
 * {@code DiceLoss}.
 *
 * <p>{@code smooth} is added to TP, so it is half the constant of forms that add one to {@code 2 TP}.
 */
public final class DiceLoss extends RegionLoss<DiceLoss> {

    private static final long serialVersionUID = 1;

    private DiceLoss(Mode mode) {
        super(mode, 0.5, 0.5);
    }

    /**
     * One region; the activation is a sigmoid.
     *
     * @return smp's {@code DiceLoss(mode="binary")}
     */
    public static DiceLoss binary() {
        return new DiceLoss(Mode.BINARY);
    }

    /**
     * Inputs (N, C, ...) with a softmax over the classes; a region for each class.
     *
     * @return smp's {@code DiceLoss(mode="multiclass")}
     */
    public static DiceLoss multiclass() {
        return new DiceLoss(Mode.MULTICLASS);
    }

    /**
     * Inputs (N, C, ...) with a sigmoid; a region for each class.
     *
     * @return smp's {@code DiceLoss(mode="multilabel")}
     */
    public static DiceLoss multilabel() {
        return new DiceLoss(Mode.MULTILABEL);
    }
}
