// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A job cut into numbered chunks that the calling thread and its helpers take one by one. Which thread takes which
 * chunk is chance and must not matter. A job object is used again and again by the thread that made it.
 */
public abstract class Parallel {

    /** Set while helpers may join; the low bits count those that have. */
    private static final int OPEN = 1 << 30;

    /** A chunk takes some 20 microseconds: spin about that long before giving the core away. */
    private static final int SPINS = 1000;

    private final Runnable helper = this::help;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger state = new AtomicInteger();
    private int chunks;
    private volatile Throwable failure;

    /** Works on one chunk; called by any thread. */
    protected abstract void chunk(int index);

    /** Works on all chunks and returns when all are done; what a chunk throws is thrown here. */
    protected final void run(int chunkCount, int threads, Executor executor) {
        chunks = chunkCount;
        next.set(0);
        failure = null;
        int helpers = Math.min(threads, chunkCount) - 1;
        if (helpers == 0) {
            takeChunks();
            return;
        }
        state.set(OPEN);
        try {
            for (int i = 0; i < helpers; i++) {
                executor.execute(helper);
            }
        } catch (RejectedExecutionException e) {
            // The helpers are busy elsewhere: the calling thread does without.
        }
        try {
            takeChunks();
        } finally {
            // Nobody joins from here on; wait for those that have.
            state.getAndAdd(-OPEN);
            for (int spin = 0; state.get() != 0; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
        if (failure != null) {
            throw new IllegalStateException("a helper thread failed: " + failure, failure);
        }
    }

    private void help() {
        int s;
        do {
            s = state.get();
            if (s < OPEN) {
                return;
            }
        } while (!state.compareAndSet(s, s + 1));
        try {
            takeChunks();
        } catch (Throwable e) {
            failure = e;
        } finally {
            state.getAndDecrement();
        }
    }

    private void takeChunks() {
        for (int i = next.getAndIncrement(); i < chunks; i = next.getAndIncrement()) {
            chunk(i);
        }
    }
}
