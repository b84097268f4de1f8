// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Objects that are used again and again, so that a steady call allocates nothing. They are taken and given back: a call
 * within a call (a formula, a distance or an executor that itself asks for a loss) then has one of its own.
 *
 * <p>A pool keeps at most two objects for each core, however many threads there are, virtual ones included; a thread
 * mostly gets the one that it gave back, which its core still has in the cache. What is more is left to the garbage
 * collector.
 *
 * @param <T> what is used again
 */
public final class Pool<T> {

    /** A power of two. */
    private static final int SLOTS = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1);

    /** References that lie in one cache line: neighbours would wait for each other. */
    private static final int APART = 16;

    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS * APART);
    private final Supplier<T> maker;

    /**
     * An empty pool.
     *
     * @param maker makes an object where none is idle
     */
    public Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    /**
     * Takes an object, which is the caller's until it is given back.
     *
     * @return one that was given back, or a new one
     */
    public T take() {
        int home = home();
        for (int i = 0; i < SLOTS; i++) {
            int slot = slot(home, i);
            if (slots.getOpaque(slot) != null) {
                T taken = slots.getAndSet(slot, null);
                if (taken != null) {
                    return taken;
                }
            }
        }
        return maker.get();
    }

    /**
     * Gives an object back.
     *
     * @param object holds nothing of a caller's any more
     */
    public void give(T object) {
        int home = home();
        for (int i = 0; i < SLOTS; i++) {
            int slot = slot(home, i);
            if (slots.getOpaque(slot) == null && slots.compareAndSet(slot, null, object)) {
                return;
            }
        }
    }

    private static int home() {
        return (int) Thread.currentThread().threadId();
    }

    private static int slot(int home, int i) {
        return (home + i & SLOTS - 1) * APART;
    }
}
