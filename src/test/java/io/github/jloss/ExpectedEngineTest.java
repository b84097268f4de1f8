// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/**
 * The build runs all tests several times, each time forcing another engine. This test fails if the JVM did not give
 * what was asked for: all the others would then pass without having tested it.
 */
class ExpectedEngineTest {

    @Test
    void theEngineIsTheOneAskedFor() {
        String expected = System.getProperty("jloss.test.expect");
        assumeTrue(expected != null, "SKIPPED: jloss.test.expect is not set, any engine will do");
        String prefix = switch (expected) {
            case "simd" -> "cpu: SIMD ";
            case "simd-256" -> "cpu: SIMD 256 bits,";
            case "simd-128" -> "cpu: SIMD 128 bits,";
            case "scalar" -> "cpu: scalar,";
            default -> fail("jloss.test.expect: found " + expected + ", expected simd, simd-256, simd-128 or scalar");
        };
        String found = Backend.cpu().describe();
        assertTrue(found.startsWith(prefix), "asked for " + expected + ", but the engine is " + found);
    }
}
