// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No loss reads or writes a byte before or behind native memory that it was given, whatever the length: there are pages
 * that may not be touched, and touching one ends the JVM. That they are there is asked of the system.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "guard pages are made by Linux's mmap and mprotect: NOT TESTED here")
class GuardPagesTest {

    /** More than four vectors of the widest kind, and a logical block. */
    private static final int LONGEST = 70;

    private static final long HOT = 60_000_000L;

    @ParameterizedTest(name = "memory ends at the page: {0}")
    @ValueSource(booleans = {true, false})
    void everyLength(boolean atEnd) throws Exception {
        try (GuardedMemory memory = new GuardedMemory(1 << 14, atEnd)) {
            // What lies before memory is as near whatever the length.
            for (int length = 2; length <= LONGEST; length += atEnd ? 1 : 7) {
                int rows = 1 + length % 3;
                memory.reuse();
                compare(Calls.rows(rows, length, memory), Calls.rows(rows, length, Calls.ARRAYS));
                memory.reuse();
                compare(Calls.images(rows, 3, length, memory), Calls.images(rows, 3, length, Calls.ARRAYS));
            }
            requireGuards(memory);
        }
    }

    /** Compiled loops read by other instructions than those that the JVM starts with. */
    @ParameterizedTest(name = "memory ends at the page: {0}")
    @ValueSource(booleans = {true, false})
    void hotLoops(boolean atEnd) throws Exception {
        try (GuardedMemory memory = new GuardedMemory(1 << 16, atEnd)) {
            for (Calls.Call call : Calls.rows(5, 1037, memory)) {
                long start = System.nanoTime();
                while (System.nanoTime() - start < HOT) {
                    call.criterion().forwardBackward(call.batch(), Backward.OVERWRITE);
                    call.criterion().forwardBackward(call.batch(), Backward.ADD);
                }
            }
            requireGuards(memory);
        }
    }

    /** A pass means that the guards were real. */
    private static void requireGuards(GuardedMemory memory) throws Exception {
        assertTrue(memory.regions() > 0);
        assertEquals(2L * memory.regions(), memory.guards());
    }

    private static void compare(List<Calls.Call> guarded, List<Calls.Call> arrays) {
        for (int i = 0; i < guarded.size(); i++) {
            Calls.Call found = guarded.get(i);
            Calls.Call expected = arrays.get(i);
            assertEquals(expected.criterion().forward(expected.batch()), found.criterion().forward(found.batch()));
            float[][] gradients = expected.gradients(expected.criterion());
            float[][] guardedGradients = found.gradients(found.criterion());
            for (int k = 0; k < gradients.length; k++) assertArrayEquals(gradients[k], guardedGradients[k]);
            Totals totals = found.criterion().totals(found.batch());
            assertEquals(expected.criterion().totals(expected.batch()), totals);
            found.criterion().backward(found.batch(), totals, Backward.ADD);
        }
    }
}
