// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.golden;

import io.github.jloss.Backend;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden cases on a device, judged as those of the CPU are. */
class DeviceGoldenTest {

    private static final Backend DEVICE = Backend.named("tornado");

    static List<Case> cases() throws IOException {
        return GoldenTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onTheDevice(Case c) throws IOException {
        GoldenTest.judge(c, DEVICE);
    }
}
