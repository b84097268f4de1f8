// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Copies between the device memory and the arrays that TornadoVM moves between device and host. Arguments: how many
 * floats, and where in the device memory.
 */
public final class Transfer {

    private Transfer() {}

    /**
     * Touches the memory, so that it is there.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param results receives the ticket
     */
    public static void open(KernelContext context, FloatArray memory, IntArray at, FloatArray results) {
        if (context.globalIdx == 0) {
            memory.set(0, 0f);
            results.set(0, at.get(Arguments.TICKET));
        }
    }

    /**
     * Into the device memory.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param staged what to copy
     * @param results receives the ticket
     */
    public static void upload(KernelContext context, FloatArray memory, IntArray at, FloatArray staged,
            FloatArray results) {
        int threads = at.get(Arguments.THREADS);
        int n = at.get(Arguments.FIRST);
        int to = at.get(Arguments.FIRST + 1);
        for (int i = context.globalIdx; i < n; i += threads) {
            memory.set(to + i, staged.get(i));
        }
        Arguments.handBack(context, at, results);
    }

    /**
     * Out of the device memory.
     *
     * @param context which thread this is
     * @param memory the device memory
     * @param at the arguments
     * @param results receives the ticket, and behind it the floats
     */
    public static void download(KernelContext context, FloatArray memory, IntArray at, FloatArray results) {
        int threads = at.get(Arguments.THREADS);
        int n = at.get(Arguments.FIRST);
        int from = at.get(Arguments.FIRST + 1);
        for (int i = context.globalIdx; i < n; i += threads) {
            results.set(1 + i, memory.get(from + i));
        }
        Arguments.handBack(context, at, results);
    }
}
