// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Objects that a thread uses again and again, so that a steady call allocates nothing. They are taken and given back: a
 * call within a call (a formula or a distance that itself asks for a loss) then has one of its own.
 *
 * @param <T> what is used again
 */
public final class Pool<T> {

    private final ThreadLocal<List<T>> idle = ThreadLocal.withInitial(ArrayList::new);
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
     * @return one that the calling thread gave back, or a new one
     */
    public T take() {
        List<T> mine = idle.get();
        return mine.isEmpty() ? maker.get() : mine.removeLast();
    }

    /**
     * Gives an object back to the calling thread.
     *
     * @param object holds nothing of a caller's any more
     */
    public void give(T object) {
        idle.get().add(object);
    }
}
