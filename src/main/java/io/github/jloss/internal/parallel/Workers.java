// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.parallel;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The default helpers: one daemon thread for each core but one. A thread holds one task to come, more are refused;
 * nothing is allocated. A thread that has finished looks for more work for some 50 microseconds before it parks,
 * because the next loss of a training step is often that near and waking a parked thread takes as long.
 */
public final class Workers implements Executor {

    private static final int SPINS = 1000;

    /** Ordinary, and not worth a stack trace: whoever is refused works alone. */
    private static final RejectedExecutionException BUSY = new RejectedExecutionException("all workers are busy") {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    };

    private final Worker[] workers;

    public Workers(int threads) {
        workers = new Worker[threads];
        for (int i = 0; i < threads; i++) {
            workers[i] = new Worker();
            // They outlive the call that starts them: nothing of its thread's is theirs.
            workers[i].thread = Thread.ofPlatform().daemon().name("jloss-" + (i + 1))
                    .inheritInheritableThreadLocals(false).unstarted(workers[i]);
            workers[i].thread.start();
        }
    }

    @Override
    public void execute(Runnable task) {
        for (Worker worker : workers) {
            if (worker.offer(task)) {
                return;
            }
        }
        throw BUSY;
    }

    private static final class Worker implements Runnable {

        private final AtomicReference<Runnable> task = new AtomicReference<>();
        private volatile boolean parked;
        private Thread thread;

        boolean offer(Runnable offered) {
            if (task.get() != null || !task.compareAndSet(null, offered)) {
                return false;
            }
            if (parked) {
                LockSupport.unpark(thread);
            }
            return true;
        }

        @Override
        public void run() {
            while (true) {
                await().run();
            }
        }

        /** Taken before it is run, so that the next one can be offered as soon as this one is done. */
        private Runnable take() {
            return task.get() == null ? null : task.getAndSet(null);
        }

        private Runnable await() {
            for (int spin = 0; spin < SPINS; spin++) {
                Runnable next = take();
                if (next != null) {
                    return next;
                }
                Thread.onSpinWait();
            }
            parked = true;
            Runnable next = take();
            while (next == null) {
                LockSupport.park(this);
                next = take();
            }
            parked = false;
            return next;
        }
    }
}
