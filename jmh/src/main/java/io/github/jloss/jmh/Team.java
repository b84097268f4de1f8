// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The calling thread and helpers that spin between the runs: the least that sharing work can cost, so that the roof
 * for several threads is not lowered by the time it takes to wake one (50 us, more than 65,536 additions).
 */
final class Team implements AutoCloseable {

    private static final int SPINS = 10_000;

    private final int helpers;
    private final IntConsumer part;
    private final AtomicInteger round = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile boolean closed;

    Team(int threads, IntConsumer part) {
        this.helpers = threads - 1;
        this.part = part;
        for (int i = 1; i < threads; i++) {
            int index = i;
            Thread.ofPlatform().daemon().name("team-" + i).start(() -> help(index));
        }
    }

    /** Does part 0 here and the others there, and returns when all are done. */
    void run() {
        finished.set(0);
        round.incrementAndGet();
        part.accept(0);
        for (int spin = 0; finished.get() < helpers; spin++) {
            pause(spin);
        }
    }

    /** Spins a while, then lets others have the core: on a busy machine the one waited for may need this very one. */
    private static void pause(int spin) {
        if (spin < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    private void help(int index) {
        int spin = 0;
        for (int done = 0; !closed;) {
            if (round.get() == done) {
                pause(spin++);
            } else {
                spin = 0;
                done++;
                part.accept(index);
                finished.incrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
