// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A job cut into numbered chunks that the calling thread and its helpers take one by one. Which thread takes which
 * chunk is chance and must not matter. A job object is used again and again.
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

    /** What the first of the failed chunks threw; kept without an allocation, as memory may be what is missing. */
    private Throwable failure;
    private int failedChunk;

    /**
     * Works on one chunk; called by any thread.
     *
     * @param index the chunk's number
     */
    protected abstract void chunk(int index);

    /**
     * Works on all chunks and returns when all are done and nobody works on them any more. If chunks fail, the first of
     * them says what is thrown, whichever thread had it: chunks are begun in order, so it is the one that the calling
     * thread alone would have come to.
     *
     * @param chunkCount number of chunks
     * @param threads the most threads, the calling one included
     * @param executor runs the others; what it throws is thrown here, but for a {@link RejectedExecutionException}:
     *        then the calling thread does without
     */
    protected final void run(int chunkCount, int threads, Executor executor) {
        chunks = chunkCount;
        next.set(0);
        int helpers = Math.min(threads, chunkCount) - 1;
        if (helpers <= 0) {
            for (int i = 0; i < chunkCount; i++) {
                chunk(i);
            }
            return;
        }
        Throwable first;
        state.set(OPEN);
        try {
            for (int i = 0; i < helpers; i++) {
                executor.execute(helper);
            }
            takeChunks();
        } catch (RejectedExecutionException e) {
            // The helpers are busy elsewhere.
            takeChunks();
        } finally {
            // Nobody joins from here on; wait for those that have.
            next.set(chunkCount);
            state.getAndAdd(-OPEN);
            for (int spin = 0; state.get() != 0; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
            first = failure;
            failure = null;
        }
        if (first != null) {
            throw Parallel.<RuntimeException>unchecked(first);
        }
    }

    /** Any throwable, as one that need not be declared. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable cause) throws E {
        throw (E) cause;
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
        } finally {
            state.getAndDecrement();
        }
    }

    private void takeChunks() {
        for (int i = next.getAndIncrement(); i < chunks; i = next.getAndIncrement()) {
            try {
                chunk(i);
            } catch (Throwable e) {
                fail(i, e);
                return;
            }
        }
    }

    /** Has nobody begin another chunk, and keeps the failure of the first one. */
    private synchronized void fail(int chunk, Throwable cause) {
        next.set(chunks);
        if (failure == null || chunk < failedChunk) {
            failure = cause;
            failedChunk = chunk;
        }
    }
}
