// SPDX-License-Identifier: Apache-2.0
/**
 * Machine-learning loss functions with hand-derived gradients. Runs on any JDK 25; with
 * {@code --add-modules jdk.incubator.vector} it uses SIMD.
 */
module io.github.jloss {
    requires static jdk.incubator.vector;
    requires static jdk.management;

    exports io.github.jloss;
    exports io.github.jloss.spi;

    uses io.github.jloss.Backend;
}
