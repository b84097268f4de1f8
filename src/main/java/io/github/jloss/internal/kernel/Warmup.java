// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/**
 * Has vector code compiled before anybody has to wait for it. Until the JIT compiler has seen it often enough, every
 * vector is an object, and a loop takes a hundred times what it takes scalar code of the same bits: a second or two for
 * each loss of a program that starts. So scalar code serves until a daemon thread, on numbers of its own, has the
 * vector code compiled and finds it faster. The thread ends when nothing is left to compile.
 *
 * <p>{@code -Djloss.warmup=false} turns this off: vectors from the first call.
 */
final class Warmup {

    /** Whether scalar code serves first. */
    static final boolean ENABLED = !"false".equals(System.getProperty("jloss.warmup"));

    /** Elements that scalar code works on before vectors are thought of: who stops earlier has no use for them. */
    private static final int WORTH_IT = 1 << 20;

    /**
     * Nanoseconds until then, at the least. The compiler needs a third of that for the scalar code, which comes first;
     * the rest is for programs that end before: on two cores they would lose more to the compiler than they gain.
     */
    private static final long ALONE = 600_000_000;

    /**
     * Rounds in a row in which vectors are faster until they are believed to be: all that they call is compiled, too.
     */
    private static final int WINS = 300;

    /**
     * Times that a lost round took, for which the thread rests after it: the compiler has the core then, which is of
     * more use than boxed vectors on it, and the caller does not lose his. On two cores, a thousand calls of BCE over
     * 65,536 elements take 1.1 to 1.2 times what scalar code alone takes, and 1.7 times without rest.
     */
    private static final int REST = 2;

    /** Nanoseconds: in the first round the vector loop is made, which takes the compiler nothing. */
    private static final long LONGEST_REST = 10_000_000;

    /** What a busy machine may need; then scalar code goes on until it has had many more elements. */
    private static final long PATIENCE = 10_000_000_000L;

    private static final Queue<Race> WAITING = new ArrayDeque<>();
    private static boolean running;

    private Warmup() {}

    /**
     * Two ways to the same bits.
     *
     * @param vector one round with vectors, and code of all kinds that calls will need
     * @param scalar the same without
     * @param over told whether vectors have become faster
     */
    record Race(Runnable vector, Runnable scalar, Result over) {}

    /** What a race is for. */
    interface Result {
        /** Called once, by the thread that ran it. */
        void is(boolean vectorsAreFaster);
    }

    /** How much scalar code was used, by any thread: it is no matter that some elements are not counted. */
    static final class Usage {

        private final long first = System.nanoTime();
        private int left = WORTH_IT;
        private boolean racing;

        /** Counts elements; true once, when it is time for a race. */
        boolean isEnough(int n) {
            if (racing) {
                return false;
            }
            left -= n;
            if (left > 0) {
                return false;
            }
            // The clock takes as long as a short row: it is not looked at for each.
            left = WORTH_IT / 16;
            racing = System.nanoTime() - first > ALONE;
            return racing;
        }

        /** After a race: a loser may try again when it has been used a hundred times as much. */
        void end(boolean won, Runnable prize) {
            if (won) {
                prize.run();
            } else {
                left = 100 * WORTH_IT;
                racing = false;
            }
        }
    }

    /** Runs a race when those before it are over. */
    static void run(Race race) {
        synchronized (WAITING) {
            WAITING.add(race);
            if (running) {
                return;
            }
            running = true;
        }
        Thread.ofPlatform().daemon().name("jloss-warmup").inheritInheritableThreadLocals(false).start(Warmup::work);
    }

    private static void work() {
        while (true) {
            Race race;
            synchronized (WAITING) {
                race = WAITING.poll();
                if (race == null) {
                    running = false;
                    return;
                }
            }
            race.over.is(isWon(race));
        }
    }

    private static boolean isWon(Race race) {
        try {
            long start = System.nanoTime();
            long end = start;
            for (int wins = 0; wins < WINS;) {
                if (end - start > PATIENCE) {
                    return false;
                }
                long begin = System.nanoTime();
                race.vector.run();
                long between = System.nanoTime();
                race.scalar.run();
                end = System.nanoTime();
                if (between - begin < end - between) {
                    wins++;
                } else {
                    wins = 0;
                    // The compiler has the core, which is better for the caller than boxed vectors on it.
                    LockSupport.parkNanos(Math.min(REST * (between - begin), LONGEST_REST));
                }
            }
            return true;
        } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
            // A formula that throws does so in its calls, too, where it is heard.
            return false;
        }
    }
}
