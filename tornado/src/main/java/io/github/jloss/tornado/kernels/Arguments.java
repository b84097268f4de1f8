// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How kernels get what changes from call to call. TornadoVM compiles scalars and array lengths into the kernel, so all
 * of it is in two arrays: ints, the first two of which are about the launch, and floats. Where a tensor lies in the
 * device memory is an int; -1 says that it is not there.
 */
public final class Arguments {

    /** How many ints there are. */
    public static final int SIZE = 96;

    /** How many floats there are. */
    public static final int OPTIONS = 16;

    /** How many threads run the kernel. */
    public static final int THREADS = 0;

    /** What thread 0 writes into the first result, to show that the kernel ran. */
    public static final int TICKET = 1;

    /** The first int that is the kernel's own. */
    public static final int FIRST = 2;

    private Arguments() {}

    /**
     * The ticket: what every kernel ends with.
     *
     * @param context which thread this is
     * @param at the arguments
     * @param results receives the ticket, from thread 0
     */
    public static void handBack(KernelContext context, IntArray at, FloatArray results) {
        if (context.globalIdx == 0) {
            results.set(0, at.get(TICKET));
        }
    }
}
