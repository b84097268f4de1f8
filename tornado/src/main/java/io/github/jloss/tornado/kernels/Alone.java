// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Stands in for {@link Team} where it is one thread: nothing is handed over, and nobody waits. */
public final class Alone {

    private Alone() {}

    /** One. */
    static int width(IntArray at) {
        return 1;
    }

    /** The thread's own maximum. */
    static float max(KernelContext context, int width, float own) {
        return own;
    }

    /** The thread's own place. */
    static int place(KernelContext context, int width, float max, float own, int place) {
        return place;
    }

    /** The thread's own sum. */
    static float total(KernelContext context, int width, float sum, float error) {
        return rounded(sum, error);
    }

    /** A sum in two floats as one. Where it is infinite or NaN the error says nothing. */
    static float rounded(float sum, float error) {
        float nothing = sum - sum;
        return nothing == 0f ? sum + error : sum;
    }
}
